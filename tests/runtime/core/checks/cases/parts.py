"""What the cases are made of: the shape of a case, and nodes of the real kinds in few words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from runtime.core.checks import NOWHERE, Surroundings
from tests.makers.drawings import node, sketch

__all__ = ["Case", "check_", "decide_", "mail", "node", "outcome", "prompt", "review", "sketch", "transform"]


@dataclass(frozen=True)
class Case:
    """A drawing that has the problem, its near twin that has not, and how the problem is to be shown.

    `nodes` and `edges` are what is to be painted, in order; `path` is the JSON pointer; `says` stands in the sentence.
    `also` lists other errors that the drawing cannot but have. `about` tells cases of one code apart.
    """

    code: str
    bad: Any
    twin: Any
    says: str
    nodes: tuple[str, ...] = ()
    edges: tuple[str, ...] = ()
    path: str = ""
    level: str = "error"
    also: frozenset[str] = frozenset()
    about: str = ""
    around: Surroundings = NOWHERE

    @property
    def name(self) -> str:
        return f"{self.code}{f' ({self.about})' if self.about else ''}"


def outcome(node_id: str, **config: Any) -> dict[str, Any]:
    return node(node_id, "outcome", **config)


def mail(node_id: str, body: str = "Hello", **beside: Any) -> dict[str, Any]:
    return node(node_id, "execute.email", to="{{ input.email }}", subject="Your request", body=body, **beside)


def prompt(node_id: str, text: str = "Write a mail.", connection: str = "writer", **more: Any) -> dict[str, Any]:
    return node(node_id, "execute.prompt", connection=connection, prompt=text, **more)


def transform(node_id: str, value: str = "input.email", **more: Any) -> dict[str, Any]:
    return node(node_id, "execute.transform", output={"value": value}, **more)


def check_(node_id: str, claim: str = "input.email != ''", **more: Any) -> dict[str, Any]:
    return node(node_id, "verify.rules", rules=[{"name": "holds", "assert": claim, "else": "fail"}], **more)


def decide_(node_id: str, when: str = "input.seats > 10", **more: Any) -> dict[str, Any]:
    choices = [{"name": "large", "when": when}]
    return node(node_id, "decide.rule", choices=choices, otherwise="small", **more)


def review(node_id: str, due: bool = False, **more: Any) -> dict[str, Any]:
    config = {"queue": "sales", "question": "Shall we?", "choices": [{"name": "yes"}, {"name": "no"}], **more}
    return node(node_id, "escalate.review", **config, **({"due_hours": 24.0} if due else {}))
