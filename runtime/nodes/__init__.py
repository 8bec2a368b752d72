"""The node kinds, one file each. `discover` finds them; nothing else has to be edited to add one.

A file of this folder whose name does not begin with an underscore holds one kind as `KIND`. Packages from outside offer
theirs in the entry-point group `interlock.nodes` (an entry point that loads a `NodeKind`).
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import Any

from runtime.core.node import Kinds, NodeKind

GROUP = "interlock.nodes"


@cache
def discover() -> Kinds:
    """Every kind by name. Raises ValueError where two kinds claim one name."""
    found: dict[str, NodeKind[Any]] = {}
    for kind in [*_own(), *_from_outside()]:
        if found.setdefault(kind.name, kind) is not kind:
            raise ValueError(f"Two node kinds are named {kind.name}")
    return MappingProxyType(dict(sorted(found.items())))


def _own() -> list[NodeKind[Any]]:
    names = (module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))
    return [importlib.import_module(f"{__name__}.{name}").KIND for name in names]


def _from_outside() -> list[NodeKind[Any]]:
    return [point.load() for point in entry_points(group=GROUP)]
