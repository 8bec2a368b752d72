"""The words that the makers of lessons share: what is known of a case, what is offered, what a lesson is. Pure.

A change is plain JSON, so that it can be kept; it holds values of a case and what a reviewer chose, and never an
expression that somebody wrote.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import ValidationError

from builder import mending
from builder.mending import Json
from runtime.core.drawing import Drawing
from runtime.core.state import Result
from runtime.core.wording import sentence
from runtime.engine.inputs import ScopedInputs
from runtime.nodes import discover

type Sort = Literal["example", "row", "rule", "sample"]
type Change = dict[str, Any]
type Posted = Mapping[str, str]

MOST_OFFERED = 100
LONGEST_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Unfit:
    """Why a lesson cannot be taught (as it is, or any more): a sentence for the person who asks.

    `gone`: the step is no longer there; `changed`: it is another one by now; `known`: the drawing has it already;
    `contradicts` what is there; `wrong`: what was entered does not do.
    """

    code: Literal["gone", "changed", "known", "contradicts", "wrong"]
    detail: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a case that people have answered.

    `document` is the draft, `drawing` what the case ran; `node` asked and got the answer `choice`; `results` are those
    of the steps on the way there, `inputs` what those of them could read that a lesson can be about. `outcome` is how
    the run ended, or empty.
    """

    document: Json
    drawing: Drawing
    node: str
    choice: str
    input: Any
    results: Mapping[str, Result] = field(default_factory=dict)
    inputs: Mapping[str, ScopedInputs] = field(default_factory=dict)
    outcome: str = ""
    title: str = ""

    def steps(self, *kinds: str) -> Iterator[str]:
        """The steps of these kinds on the way to the case that the draft has as well, nearest first."""
        ran = [name for name in self.results if name in self.inputs and self.drawing.graph.nodes[name].kind in kinds]
        for name in sorted(ran, key=lambda each: self.drawing.place[each], reverse=True):
            there = mending.node_of(self.document, name)
            if there and there["kind"] == self.drawing.graph.nodes[name].kind:
                yield name

    def doubted(self, node: str) -> bool:
        """Whether this step's own doubt led straight to the case."""
        led = any(
            (edge.source, edge.port, edge.target) == (node, "unsure", self.node) for edge in self.drawing.document.edges
        )
        return led and self.results[node].port == "unsure"


@dataclass(frozen=True, slots=True)
class Ask:
    """Something that the reviewer says along: one of `options` (value and words), or a short text where there are
    none. `chosen` stands there to begin with.
    """

    name: str
    label: str
    options: tuple[tuple[str, str], ...] = ()
    chosen: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """A lesson that the case can teach; `quote` is what it says of the case, in its own words."""

    sort: Sort
    key: str
    title: str
    help: str
    asks: tuple[Ask, ...] = ()
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Maker:
    """A sort of lessons. `offers` what a case can teach; `taught` makes the change of what was posted for an offer's
    key; `edited` is the drawing with the change; `told` is the change in a sentence. All pure, none raises.
    """

    offers: Callable[[Facts], Iterator[Offer]]
    taught: Callable[[Facts, str, Posted], Change | Unfit]
    edited: Callable[[Json, Change], Json | Unfit]
    told: Callable[[Json, Change], str]


def config_of(document: Json, node: str, *kinds: str) -> dict[str, Any] | Unfit:
    """A copy of the configuration of a step that is still there and readable, as its kind takes it."""
    found = mending.node_of(document, node)
    if found is None:
        return Unfit("gone", "The step that this is about is no longer in the drawing.")
    if found["kind"] not in kinds:
        return Unfit("changed", f"“{mending.title_of(found)}” is another kind of step by now.")
    config: dict[str, Any] = json.loads(json.dumps(found.get("config", {})))
    if isinstance(params_of(found["kind"], config), Unfit):
        return Unfit("changed", f"“{mending.title_of(found)}” has problems of its own just now; mend them first.")
    return config


def with_config(document: Json, node: str, config: dict[str, Any]) -> Json | Unfit:
    """The drawing with another configuration of a step, if its kind takes it."""
    found = mending.node_of(document, node)
    if found is None:
        return Unfit("gone", "The step that this is about is no longer in the drawing.")
    refused = params_of(found["kind"], config)
    return refused if isinstance(refused, Unfit) else mending.changed_node(document, node, config=config)


def params_of(kind: str, config: Mapping[str, Any]) -> Any:
    """A configuration as its kind reads it, or an `Unfit` with the first thing that is wrong with it."""
    known = discover().get(kind)
    if known is None:
        return Unfit("changed", "This kind of step is not known here.")
    try:
        return known.params.model_validate(config)
    except ValidationError as failure:
        first = failure.errors(include_url=False, include_input=False)[0]
        return Unfit("wrong", sentence(first, "the step"))


def name_of(document: Json, node: str) -> str:
    """A step as people call it, also where it is gone."""
    found = mending.node_of(document, node)
    return mending.title_of(found) if found else node


def choice_words(document: Json, name: str) -> str:
    """A choice as people see it: as the buttons for it say, where all of them say the same; else its name in words."""
    asked = (choice for each in mending.people(document) for choice in _choices(each) if choice.get("name") == name)
    labels = {label for each in asked if isinstance(label := each.get("label"), str) and label.strip()}
    return labels.pop() if len(labels) == 1 else name.replace("_", " ")


def _choices(node: Json) -> Iterator[Mapping[str, Any]]:
    found = node.get("config", {}).get("choices")
    yield from (each for each in (found if isinstance(found, list) else ()) if isinstance(each, Mapping))


def chosen(ask: Ask, posted: Posted, prefix: str = "") -> str | Unfit:
    """What was chosen of an offer's options; only what was offered counts."""
    given = posted.get(prefix + ask.name, "")
    if given in dict(ask.options):
        return given
    return Unfit("wrong", f"Say what “{ask.label}” is to be.")


def shown(value: object) -> str:
    """A value in a sentence: texts in quotes, long ones cut."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    short = text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"
    return f"“{short}”" if isinstance(value, str) else short
