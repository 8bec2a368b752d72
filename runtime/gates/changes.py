"""Why an epoch of a gate began: what it stands on, held against what the one before it stood on. Pure, in words.

Called by the page of a gate, with `Gate.basis` of both (see `terms.basis_of`). What only a person did (starting a gate
anew) changes nothing, and has its name beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from runtime.core.sources import Sources, told

_OWN = {
    "question": "its question",
    "choices": "its choices or their examples",
    "connection": "the model that it asks",
    "model": "the model that it asks",
    "context": "what it may see",
    "confidence": "its signals of confidence",
    "samples": "its signals of confidence",
    "judge": "who gives the second view",
}


def why(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """What is different, as parts of a sentence; empty where nothing is."""
    return tuple(dict.fromkeys(_parts(before, after)))


def _parts(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    own = [_OWN.get(name, "its own step") for name in _changed(_machine(before), _machine(after))]
    yield from (f"{part} changed" for part in own)
    if before.get("promise") != after.get("promise"):
        yield "what it promises changed"
    for name in _changed(_of(before, "connections"), _of(after, "connections")):
        yield f"another model answers behind the connection “{name}”"
    if "steps" not in before:
        yield "the steps that this gate reads count from here on"
        return
    parts = told(_sources(before), _sources(after))
    yield from parts
    for step in _changed(_of(before, "calls"), _of(after, "calls")):
        if step not in _changed(_of(before, "steps"), _of(after, "steps")):
            name = _of(after, "calls")[step][0]
            yield f"the workflow “{name}”, which a step that this gate reads runs, was published anew"
    if not (own or parts) and _scores(before) != _scores(after):
        yield "what it scores by changed"


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The names of what both have, and not alike."""
    return [name for name, was in before.items() if name in after and after[name] != was]


def _machine(basis: Mapping[str, Any]) -> Mapping[str, Any]:
    """How the step itself asks: with every name that may stand there, since one that is missing is a change too."""
    return {name: _of(basis, "machine").get(name) for name in (*_OWN, *_of(basis, "machine"))}


def _scores(basis: Mapping[str, Any]) -> tuple[Any, ...]:
    return basis.get("signals"), basis.get("familiar_at"), basis.get("choices")


def _sources(basis: Mapping[str, Any]) -> Sources:
    return Sources(_of(basis, "steps"), tuple(basis.get("checks", ())), titles=_of(basis, "titles"))


def _of(basis: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = basis.get(name)
    return found if isinstance(found, Mapping) else {}
