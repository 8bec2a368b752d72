"""Functions that developers register for `execute.python`: found by name, called by the executor.

A function is registered by the decorator `interlock_function`. A package from outside lists the module that holds it in
the entry-point group `interlock.functions`; importing the module registers its functions. This file calls none of them.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import Any

from runtime.core.node import Effect

GROUP = "interlock.functions"

_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")
_REGISTERED: dict[str, Function] = {}


@dataclass(frozen=True, slots=True)
class Function:
    """A registered function. `call` takes JSON values by keyword and gives a JSON value, or an awaitable of one.

    `effect` says what it does to the outside: the proof of a drawing relies on it. `help` is shown beside its name.
    """

    name: str
    effect: Effect
    call: Callable[..., Any]
    help: str = ""


def interlock_function[F: Callable[..., Any]](name: str, *, effect: Effect) -> Callable[[F], F]:
    """Register the decorated function under a dotted name. Its docstring is its help.

    `effect` has no default: only the developer knows, and what writes without saying so could act ungated. Raises
    ValueError where the name is malformed or taken.
    """
    if not _NAME.fullmatch(name) or len(name) > 80:
        raise ValueError(f"A function's name is lower-case words joined by dots, at most 80 characters; not “{name}”")
    if effect not in ("none", "reads", "outward"):
        raise ValueError(f"The effect of {name} is none, reads or outward; not “{effect}”")

    def register(call: F) -> F:
        if name in _REGISTERED:
            raise ValueError(f"Two functions are named {name}")
        _REGISTERED[name] = Function(name, effect, call, (call.__doc__ or "").strip())
        return call

    return register


def find(name: str) -> Function | None:
    """The function of this name, if one is registered."""
    return functions().get(name)


def functions() -> Mapping[str, Function]:
    """Every registered function by name. The first call imports the packages that offer some."""
    _import_outside()
    return MappingProxyType(dict(sorted(_REGISTERED.items())))


@cache
def _import_outside() -> None:
    for point in entry_points(group=GROUP):
        point.load()


@interlock_function("interlock.fingerprint", effect="none")
def fingerprint(*, value: Any) -> str:
    """The SHA-256 of a value's canonical JSON, in hexadecimal: equal values have equal fingerprints."""
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()
