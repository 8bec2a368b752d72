"""What a drawing finds around it: connections, queues and published workflows, as the checks want them.

Called by `publishing` for each check, so it asks little: three queries, and the published drawings that a step marked
as only asking would run. It decides nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from runtime import connections
from runtime.core.checks import Called, Surroundings
from runtime.core.definition import parse
from runtime.core.drawing import Drawing, compile_drawing
from runtime.models import Archived, Blueprint, Queue
from runtime.nodes import discover

MOST_NESTED = 8
"""How deep workflows may run each other and still be known to send nothing for good."""
type _Call = tuple[str, int | None]


def around(document: object) -> Surroundings:
    """What is there by name, as far as this document asks for it. For any JSON; never raises."""
    queues = frozenset(Queue.objects.values_list("name", flat=True))
    return Surroundings(connections.names(), queues, _called(document))


def _called(document: object) -> Mapping[str, Called]:
    calls = {(str(config["workflow"]), bool(node.get("asks"))) for node, config in _configured(document)}
    names = {name for name, _ in calls}
    asking = {name for name, asks in calls if asks}
    if not names:
        return {}
    archived = Archived.objects.values("workflow")
    rows = Blueprint.objects.filter(workflow__in=names, version__gt=0).exclude(workflow__in=archived)
    versions: dict[str, dict[int, str]] = defaultdict(dict)
    for name, version, digest in rows.values_list("workflow", "version", "digest"):
        versions[name][version] = digest
    return {name: Called(frozenset(known), _harmless(known, name in asking)) for name, known in versions.items()}


def _configured(document: object) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """The nodes of what may be a document that name a workflow, with their configuration."""
    nodes = document.get("nodes") if isinstance(document, Mapping) else None
    for node in nodes if isinstance(nodes, list | tuple) else ():
        config = node.get("config") if isinstance(node, Mapping) else None
        if isinstance(node, Mapping) and isinstance(config, Mapping) and isinstance(config.get("workflow"), str):
            yield node, config


def _harmless(versions: Mapping[int, str], wanted: bool) -> frozenset[int]:
    return frozenset(version for version, digest in versions.items() if wanted and _only_asks(digest, MOST_NESTED))


@lru_cache(maxsize=500)
def _only_asks(digest: str, nested: int) -> bool:
    """Whether a sealed drawing sends nothing for good, and neither does what it runs. In doubt, no."""
    sealed = Blueprint.objects.filter(digest=digest, version__gt=0).first()
    document = parse(sealed.document).document if sealed else None
    if document is None or nested == 0:
        return False
    drawing, faulty = compile_drawing(document, discover())
    committing = any(drawing.commits(node) for node in drawing.graph.nodes)
    return not faulty and not committing and all(_asks_too(call, nested - 1) for call in _calls(drawing))


def _calls(drawing: Drawing) -> Iterator[_Call]:
    for node, params in drawing.params.items():
        kind = drawing.kind(node)
        call = kind.calls(params) if kind else None
        if call:
            yield call


def _asks_too(call: _Call, nested: int) -> bool:
    name, version = call
    found = Blueprint.objects.filter(workflow=name, version=version, version__gt=0).first() if version else None
    return found is not None and _only_asks(found.digest, nested)
