"""The node kinds, as the palette, the forms and other tools need them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Literal

from rest_framework.request import Request
from rest_framework.response import Response

from api.declarations import Answer, Operation
from api.operations import Resource, ok, operation
from api.shapes import Page, Shape
from runtime.core.node import NodeKind
from runtime.nodes import discover


class KindRow(Shape):
    """One kind. `ports` and `effect` are those of its example: both may follow from the configuration."""

    kind: str
    family: Literal["execute", "verify", "decide", "escalate", "outcome"]
    title: str
    help: str
    icon: str
    ports: list[str]
    effect: Literal["none", "reads", "outward"]
    config_schema: dict[str, Any]
    example: dict[str, Any]


class Kinds(Resource):
    """The node kinds."""

    @operation(Operation("workflows:read", {200: Answer(Page[KindRow], "All kinds, on one page.")}))
    def get(self, _request: Request) -> Response:
        """List the node kinds: family, ports, effect, config schema, help."""
        return ok({"next": None, "previous": None, "results": all_kinds()})


@lru_cache(maxsize=1)
def all_kinds() -> list[dict[str, Any]]:
    """Every kind as JSON; they do not change while a process lives."""
    return [_as_json(kind) for _, kind in sorted(discover().items())]


def _as_json(kind: NodeKind[Any]) -> dict[str, Any]:
    params = kind.params.model_validate(kind.example)
    return {
        "kind": kind.name,
        "family": kind.family,
        "title": kind.title,
        "help": kind.help,
        "icon": kind.icon,
        "ports": list(kind.ports(params)),
        "effect": kind.effect(params),
        "config_schema": kind.params.model_json_schema(by_alias=True),
        "example": dict(kind.example),
    }
