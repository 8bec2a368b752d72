"""A problem of a drawing: what the checks find, what the canvas paints, what the API returns.

Made by `definition` (malformed documents) and by every check; it is a description, never an exception.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

type Level = Literal["error", "warning"]


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong with a drawing.

    `message` and `suggestion` are sentences for people who do not program. `nodes` and `edges` are the ids to paint, in
    the order of the path where there is one. `path` is the place inside the document (`nodes`, `3`, `config`, ...).
    """

    code: str
    message: str
    suggestion: str = ""
    level: Level = "error"
    nodes: tuple[str, ...] = ()
    edges: tuple[str, ...] = ()
    path: tuple[str, ...] = field(default=())

    def to_json(self) -> dict[str, object]:
        """The shape of the API contract: `path` is a JSON pointer."""
        return {
            "code": self.code,
            "level": self.level,
            "message": self.message,
            "suggestion": self.suggestion,
            "nodes": list(self.nodes),
            "edges": list(self.edges),
            "path": "".join(f"/{part.replace('~', '~0').replace('/', '~1')}" for part in self.path),
        }


def problem(
    code: str,
    message: str,
    suggestion: str = "",
    *,
    level: Level = "error",
    nodes: tuple[str, ...] = (),
    edges: tuple[str, ...] = (),
    path: tuple[str, ...] = (),
) -> Problem:
    """A problem, written the way the checks read best."""
    return Problem(code, message, suggestion, level, nodes, edges, path)
