"""What a mender is given and what it proposes. No decisions: whether a proposal mends anything, the check says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from builder import mending
from builder.mending import Json
from runtime.core.checks import Surroundings
from runtime.core.definition import START
from runtime.core.drawing import Drawing
from runtime.core.problems import Problem


@dataclass(frozen=True)
class Wrong:
    """A problem, with the drawing it is of: compiled, and as the JSON that a proposal is made from."""

    drawing: Drawing
    document: Json
    problem: Problem
    around: Surroundings

    @property
    def node(self) -> str:
        """The first node that the problem names."""
        return self.problem.nodes[0] if self.problem.nodes else START

    @cached_property
    def edge(self) -> Json | None:
        """The first way that the problem names."""
        return mending.edge_of(self.document, self.problem.edges[0]) if self.problem.edges else None

    @property
    def place(self) -> tuple[str, ...]:
        """Where in the document the problem is."""
        return self.problem.path

    def title(self, node: str) -> str:
        """What a person calls a step."""
        return self.drawing.title(node)

    def queue(self) -> str:
        """The queue of a new question: the one that this drawing asks, else the only one there is."""
        asked = (each.get("config", {}).get("queue") for each in mending.people(self.document))
        there = self.around.queues
        known = (name for name in asked if isinstance(name, str) and name and (there is None or name in there))
        return next(known, next(iter(there)) if there and len(there) == 1 else "")


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a click would do. `alone`: it only sends more cases to people or tidies up, so it needs no choice."""

    label: str
    document: Json
    alone: bool = False


type Proposals = Iterator[Proposal]
type Mender = Callable[[Wrong], Proposals]
