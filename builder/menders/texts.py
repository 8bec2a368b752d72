"""Menders of what steps read: a name that is nearly right, a step that may not have run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from builder import mending
from builder.menders.proposals import Mender, Proposal, Proposals, Wrong
from runtime.core.checks import data
from runtime.core.definition import START
from runtime.core.drawing import Read
from runtime.core.node import written_in
from runtime.core.templates import Template

_NEAR = 0.6
_PART = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_INSTEAD = (("null", "nothing"), ("false", "“no”"), ("''", "an empty text"), ("0", "0"))


def near(name: str, known: Iterable[str], most: int = 2) -> list[str]:
    """The names that are spelt almost like this one, the nearest first."""
    plain = {each.lower(): each for each in sorted(known, reverse=True)}
    return [plain[each] for each in get_close_matches(name.lower(), plain, most, _NEAR)]


def _unknown_field(wrong: Wrong) -> Proposals:
    text = mending.value_at(wrong.document, wrong.place)
    for read in _reads_here(wrong):
        misread = data.misread(wrong.drawing, read)
        if misread is None or not isinstance(text, str):
            continue
        for other in near(misread.name, misread.known):
            renamed = _renamed(text, misread.prefix, misread.name, other)
            yield Proposal(f"Read “{other}” instead", mending.with_value(wrong.document, wrong.place, renamed))
        if misread.prefix == ("input",):
            place = ("input", "properties", misread.name)
            yield Proposal(f"Add “{misread.name}” to the input", mending.with_value(wrong.document, place, {}))


def _unknown_step(wrong: Wrong) -> Proposals:
    text = mending.value_at(wrong.document, wrong.place)
    if not isinstance(text, str):
        return
    for step in dict.fromkeys(read.reference.step for read in _reads_here(wrong)):
        if step == START:
            renamed = re.sub(r"(?<![\w.])steps\.start\.output\b", "input", text)
            yield Proposal("Read the input instead", mending.with_value(wrong.document, wrong.place, renamed))
        elif step is not None and step not in wrong.drawing.graph.nodes:
            for other in _steps_like(wrong, step):
                renamed = other if text == step else _renamed(text, ("steps",), step, other)
                document = mending.with_value(wrong.document, wrong.place, renamed)
                yield Proposal(f"Read “{wrong.title(other)}” instead", document)


def _steps_like(wrong: Wrong, step: str) -> list[str]:
    """Steps whose id, or whose name, is spelt almost like it."""
    titles = {re.sub(r"\W+", "_", wrong.title(node).lower()): node for node in wrong.drawing.graph.nodes}
    by_title = [titles[each] for each in near(step, titles)]
    return [*dict.fromkeys([*near(step, wrong.drawing.graph.nodes), *by_title])]


def _not_yet(wrong: Wrong) -> Proposals:
    """The text as it is where the step has run, and something harmless where it has not."""
    text = mending.value_at(wrong.document, wrong.place)
    node = wrong.problem.nodes[-1]
    written = {each.path: each.text for each in written_in(wrong.drawing.params[node])}.get(wrong.place[3:])
    if not isinstance(text, str) or written is None:
        return
    steps = dict.fromkeys(each.reference.step for each in _reads_here(wrong) if not each.reference.guarded)
    for step in (each for each in steps if each is not None and f"“{wrong.title(each)}”" in wrong.problem.message):
        for value, said in _INSTEAD:
            guarded = _in_template(text, step) if isinstance(written, Template) else _guarded(text, step, value)
            label = f"Where “{wrong.title(step)}” has not run, take {said}"
            yield Proposal(label, mending.with_value(wrong.document, wrong.place, guarded))


def _in_template(text: str, step: str) -> str:
    return _PART.sub(
        lambda part: f"{{{{ {_guarded(part[1].strip(), step, chr(39) * 2)} }}}}" if _names(part[1], step) else part[0],
        text,
    )


def _guarded(text: str, step: str, value: str) -> str:
    return f"has(steps.{step}.output) ? {f'({text})' if '?' in text else text} : {value}"


def _names(text: str, step: str) -> bool:
    return re.search(rf"(?<![\w.])steps\.{step}\b", text) is not None


def _renamed(text: str, prefix: tuple[str, ...], name: str, other: str) -> str:
    before = rf"(?<![\w.]){re.escape('.'.join(prefix))}"
    after = f".{other}" if other.isidentifier() else f"['{other}']"
    whole = rf"{before}(\.{re.escape(name)}\b|\[(['\"]){re.escape(name)}\2\])"
    return re.sub(whole, lambda _: ".".join(prefix) + after, text)


def _reads_here(wrong: Wrong) -> Iterator[Read]:
    """What the reader reads at the very place of the problem."""
    for node in wrong.problem.nodes[-1:]:
        yield from (read for read in wrong.drawing.reads.get(node, ()) if read.path == wrong.place[3:])


MENDERS: dict[str, Mender] = {
    "data.not_yet": _not_yet,
    "data.unknown_field": _unknown_field,
    "data.unknown_step": _unknown_step,
}
