"""The text that a step had asked a model about becomes an example of the choice that a person gave. Pure.

Used by `makers`. Examples are texts and nothing else: no part of them is ever read as a template or an expression. A
gate with a promise that gets one begins its proof anew (`effects` says so beforehand).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from builder.lessons.terms import (
    Ask,
    Change,
    Facts,
    Maker,
    Offer,
    Posted,
    Unfit,
    choice_words,
    chosen,
    config_of,
    name_of,
    shown,
    with_config,
)
from builder.mending import Json
from runtime.core.expressions import Unknown
from runtime.nodes import decide_match, decide_model

LONGEST = 4_000
"""What the kinds take of one example; of a longer text its beginning is taken."""
WAYS = {"decide.model": "choices", "decide.match": "playbooks"}
_ABOUT = {"decide.model": decide_model.asked_about, "decide.match": decide_match.asked_about}


def _offers(facts: Facts) -> Iterator[Offer]:
    for node in facts.steps(*WAYS):
        text, ways = _text(facts, node), _ways(facts.document, node)
        if text and ways and (facts.choice in ways or facts.doubted(node)):
            ask = Ask(
                "choice",
                "It is an example of",
                _options(facts.document, ways),
                facts.choice if facts.choice in ways else "",
            )
            title = f"An example for “{name_of(facts.document, node)}”"
            help_ = "It learns from examples: the next text like this one is more likely to be understood."
            yield Offer("example", node, title, help_, (ask,), text)


def _taught(facts: Facts, key: str, posted: Posted) -> Change | Unfit:
    offer = next((each for each in _offers(facts) if each.key == key), None)
    if offer is None:
        return Unfit("gone", "This case holds no such example.")
    choice = chosen(offer.asks[0], posted)
    return choice if isinstance(choice, Unfit) else {"node": key, "choice": choice, "text": offer.quote}


def _edited(document: Json, change: Change) -> Json | Unfit:
    node, wanted, text = change["node"], change["choice"], change["text"]
    config = config_of(document, node, *WAYS)
    if isinstance(config, Unfit):
        return config
    ways: list[dict[str, Any]] = config.get("choices") or config.get("playbooks") or []
    other = next((way["name"] for way in ways if text in way.get("examples", ())), None)
    if other is not None:
        return _there_already(document, other, wanted)
    way = next((each for each in ways if each["name"] == wanted), None)
    if way is None:
        return Unfit(
            "changed", f"“{name_of(document, node)}” has no choice “{choice_words(document, wanted)}” any more."
        )
    way["examples"] = [*way.get("examples", ()), text]
    return with_config(document, node, config)


def _there_already(document: Json, other: str, wanted: str) -> Unfit:
    if other == wanted:
        return Unfit("known", "The drawing has this example already.")
    return Unfit("contradicts", f"This very text is an example of “{choice_words(document, other)}” already.")


def _told(document: Json, change: Change) -> str:
    text, choice = shown(change["text"]), choice_words(document, change["choice"])
    return f"“{name_of(document, change['node'])}” learns {text} as an example of “{choice}”."


def _text(facts: Facts, node: str) -> str:
    kind = facts.drawing.graph.nodes[node].kind
    found = _ABOUT[kind](facts.drawing.params[node], facts.inputs[node])  # type: ignore[operator]  # each kind's own parameters
    text = "" if isinstance(found, Unknown) else str(found).strip()[:LONGEST].strip()
    return text if any(character.isalnum() for character in text) else ""


def _ways(document: Json, node: str) -> tuple[str, ...]:
    config = config_of(document, node, *WAYS)
    if isinstance(config, Unfit):
        return ()
    return tuple(each["name"] for each in config.get("choices") or config.get("playbooks") or ())


def _options(document: Json, ways: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((way, choice_words(document, way)) for way in ways)


MAKER = Maker(_offers, _taught, _edited, _told)
