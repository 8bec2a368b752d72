"""Small node kinds for tests of the core: one of each family, that read whatever a test tells them to read."""

from __future__ import annotations

from typing import Any

from runtime.core.definition import Many
from runtime.core.expressions import Expr
from runtime.core.node import Context, Done, Effect, Inputs, Kinds, NodeKind, Outcome, Params


class PlainParams(Params):
    """Configuration of every small kind."""

    reads: dict[str, Expr] = {}
    context: str | None = None
    connection: str | None = None
    model: str | None = None


class ChoosingParams(PlainParams):
    """Configuration of kinds with ports of the designer's own."""

    choices: Many[str] = ("yes", "no")
    queue: str = ""
    due_hours: float | None = None


class OutcomeParams(PlainParams):
    """Configuration of the end of a run."""

    kind: str = "success"


def _run(_params: Params, _inputs: Inputs, _context: Context) -> Outcome:
    return Done()


def _kind(
    name: str, ports: Any, params: type[Params] = PlainParams, effect: Effect = "none", writes: bool = False
) -> NodeKind[Any]:
    return NodeKind(
        name=name,
        title=name,
        help="A kind for tests.",
        icon="flask",
        params=params,
        run=_run,
        ports=ports if callable(ports) else lambda _params: ports,
        example={},
        effect=lambda _params: effect,
        writes_freely=writes,
        connection=lambda each: each.connection,
    )


def _people_ports(params: ChoosingParams) -> tuple[str, ...]:
    return (*params.choices, "overdue") if params.due_hours else params.choices


_ALL = (
    _kind("execute.work", ("done", "error")),
    _kind("execute.wait", ("done", "error")),
    _kind("execute.write", ("done", "error"), writes=True),
    _kind("execute.send", ("done", "error"), effect="outward"),
    _kind("execute.call", ("done", "error"), effect="outward", writes=True),
    _kind("verify.check", ("pass", "fail", "unsure")),
    _kind("decide.way", lambda params: (*params.choices, "unsure"), ChoosingParams),
    _kind("escalate.ask", _people_ports, ChoosingParams),
    _kind("outcome", (), OutcomeParams),
)

KINDS: Kinds = {kind.name: kind for kind in _ALL}
