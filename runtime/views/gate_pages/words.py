"""Gates in words: what is promised, how far it is trusted, what was done to it. Pure.

Called by the pages of gates. Each sentence says what is known and no more: what is an estimate is called one, and what
is not proven is said not to be.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

EVERYTHING_TO_PEOPLE = "every case goes to a person"
_LOOSER = {
    "max_error": "a larger share may be wrong",
    "confidence": "the proof needs to be less sure",
    "audit": "people check a smaller share",
    "promise": "it decides without a promise",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What the sentences about an epoch need. `open_audits`: checks that wait; `most_open`: how many may."""

    state: str
    max_error: float
    confidence: float
    cutoff: float | None
    flaw: str
    open_audits: int
    most_open: int
    proven_at: datetime | None
    broken_at: datetime | None
    ended_at: datetime | None


def percent(share: float) -> str:
    """A share as people read it: `5 %`, `1.9 %`, `0.05 %`."""
    number = 100.0 * share
    digits = 1 if number >= 0.095 or number == 0.0 else 2
    return f"{number:.{digits}f}".rstrip("0").rstrip(".") + " %"


def at_most(share: float) -> str:
    """A bound as people read it, never rounded down."""
    return percent(math.ceil(round(share * 1_000, 6)) / 1_000)


def day(at: datetime | None) -> str:
    """`12 Mar 2026`."""
    return at.astimezone(UTC).strftime("%-d %b %Y") if at else ""


def moment(at: datetime) -> str:
    """`12 Mar 2026, 09:30`, in UTC."""
    return at.astimezone(UTC).strftime("%-d %b %Y, %H:%M")


def counted(number: int, one: str, many: str = "") -> str:
    """`1 case`, `1,200 cases`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def promise(max_error: float, confidence: float) -> str:
    """What is promised."""
    return f"at most {percent(max_error)} of its own decisions are wrong, {percent(confidence)} sure"


def state(known: Facts, progress: Mapping[str, Any] | None) -> str:
    """How far it is trusted, and what that means for the next case. `progress`: as `profiling` has it."""
    if known.ended_at is not None:
        return f"This is over since {day(known.ended_at)}: the gate was changed or started anew."
    if known.state == "broken":
        why = known.flaw.rstrip(".") or "more of its own decisions were wrong than it promises"
        since = f"Broken on {day(known.broken_at)}" if not known.flaw else f"Closed on {day(known.broken_at)}"
        return f"{since}: {why}. Closed until somebody starts a new epoch; {EVERYTHING_TO_PEOPLE}."
    if known.state == "proven" and known.cutoff is not None:
        return _proven(known, known.cutoff)
    return f"On probation: {EVERYTHING_TO_PEOPLE}. {_progress(progress)}"


def _proven(known: Facts, cutoff: float) -> str:
    decides = f"Proven on {day(known.proven_at)}: decides from {cutoff:.2f} on by itself"
    sure = f"at most {percent(known.max_error)} of these are wrong, {percent(known.confidence)} sure"
    if known.open_audits < known.most_open:
        return f"{decides}; {sure}."
    waits = f"{known.open_audits} of its checks wait for an answer"
    return f"{decides}; {sure}. Just now {EVERYTHING_TO_PEOPLE}, because {waits}."


def _progress(progress: Mapping[str, Any] | None) -> str:
    if progress is None:
        return "How many answers it takes is being worked out."
    known, more = progress["known"], progress["more"]
    if more is None:
        return f"{counted(known, 'answer')} {_are(known)} there. {progress['reason']}".strip()
    of = f"{'at least' if progress['least'] else 'about'} {known + more:,} answers"
    return f"{known:,} of {of} {_are(known)} there{_days(progress['days'])}."


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _days(days: float | None) -> str:
    if days is None:
        return "; when the others come cannot be said, since none came lately"
    whole = math.ceil(days)
    return (
        f", about {counted(whole, 'day')} at this volume" if whole < 1_000 else ", more than 1,000 days at this volume"
    )


def begins_anew(epoch: int, answered: int) -> str:
    """Of a gate whose next epoch no case has met yet."""
    before = f"{counted(answered, 'answer')} before, in epoch {epoch}, {'counts' if answered == 1 else 'count'} no more"
    return f"Begins anew with the next case, on probation: {EVERYTHING_TO_PEOPLE}. {before}."


def people(known: Mapping[str, Any] | None) -> str:
    """Whose answers it rests on (`reports.Answerers`), where that is less than it seems; empty where it is not."""
    if not known or not known["answers"]:
        return ""
    answers, blind, agreed = known["answers"], known["blind"], known["agreed"]
    unseen = "without seeing what the machine said"
    against = "the others can count against the machine only"
    if known["people"] > 1:
        return f"{blind:,} of {counted(answers, 'answer')} were given {unseen}; {against}." if blind < answers else ""
    how = f"all {unseen}" if blind == answers else f"{blind:,} of them {unseen}; {against}"
    never = " No answer differs from the machine's, and nobody else has looked." if agreed == answers else ""
    return f"All evidence comes from one person: {known['only']} gave {counted(answers, 'answer')}, {how}.{never}"


def began(why: Sequence[str], most: int = 5) -> str:
    """Why an epoch began, from what is different; empty where nothing is."""
    more = [f"and {counted(len(why) - most, 'more change')}"] if len(why) > most else []
    return f"This epoch began because {'; '.join([*why[:most], *more])}." if why else ""


def why_closed(checked: int, wrong: int, reported: int, most: Sequence[tuple[str | None, str | None, int]]) -> str:
    """What a gate got wrong where it decided by itself; empty where nothing is known to be wrong.

    `most`: (the machine's answer, the person's, how often), the most frequent first.
    """
    if not wrong and not reported:
        return ""
    told = (
        [f"{wrong:,} of {counted(checked, 'checked answer')} {'was' if wrong == 1 else 'were'} wrong"] if wrong else []
    )
    if reported:
        told.append(f"{reported:,}{' more' if wrong else ''} {'was' if reported == 1 else 'were'} reported as wrong")
    pairs = "; ".join(
        f"the gate said {_quoted(machine, 'nothing')}, people said {_quoted(person, 'that they cannot tell')}"
        f" {_times(times)}"
        for machine, person, times in most
    )
    return f"{', '.join(told)}: {pairs}."


def _quoted(answer: str | None, unsaid: str) -> str:
    if answer is None:
        return unsaid
    return f"“{answer.replace('_', ' ').replace('-', ' ')}”" if answer else "none of its ways"


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number:,} times")


def evidence_of_old(*, closed: bool) -> str:
    """Before the figures of a gate that does not decide any more, so that nobody takes them for a promise."""
    why = "This gate is closed" if closed else "This epoch is over"
    return f"{why}: it decides nothing, from no score on. These are figures of the answers it had, no promise."


def what_if(point: Mapping[str, Any], *, past: bool = False) -> str:
    """What one cut-off would give: `At 0.83: 64 % automatic, at most 1.9 % wrong`, and the estimate behind it.

    `past`: the gate decides no more; then it is said to be about answers that are there, and no more.
    """
    head = f"{'In those answers, at' if past else 'At'} {point['cutoff']:.2f}: {point['automatic']:.0%} automatic"
    head = head.replace("%", " %")
    if not point["cases"]:
        return f"{head}; nobody has answered such a case, so nothing is known of how many are wrong."
    from_ = f"estimate {percent(point['value'])}, from {counted(point['cases'], 'answer')}"
    if past and point["at_most"] >= 0.999:
        return f"{head}, about {percent(point['value'])} wrong (from {counted(point['cases'], 'answer')})."
    if point["at_most"] >= 0.999:
        return f"{head}; too few answers to say how many are wrong at most ({from_})."
    return f"{head}, at most {at_most(point['at_most'])} wrong ({from_})."


def looked_back(found: Any, since: str, until: str) -> str:
    """The report on a period (`judgement.report.Period`)."""
    within = f"From {since} to {until}"
    if not found.automatic:
        return f"{within} the gate decided nothing by itself."
    audits = f"{counted(found.audited, 'of them was', 'of them were')} checked, {found.wrong} wrong"
    waits = f" ({found.open} of these not answered yet, which counts as wrong)" if found.open else ""
    told = f"; {found.reported} more were reported" if found.reported else ""
    total = counted(found.automatic, "automatic decision was", "automatic decisions were")
    bound = f"at most {found.at_most:,} of {total} wrong ({percent(found.confidence)} sure)"
    return f"{within}, {bound}. {audits}{waits}{told}."


def lowered(first: object, now: float | None) -> str:
    """That a gate decides from another score on than the one it was first proven for; empty where it does not."""
    if not isinstance(first, int | float) or now is None or _number(first) == _number(now):
        return ""
    return f"More answers have since proven it from {_number(now)} on."


def log(action: str, actor: str, data: Mapping[str, Any]) -> str:
    """What an entry of the audit log says was done to a gate."""
    who = "The gate" if actor == "system" else actor
    match action:
        case "gate.proven":
            return f"Proved its promise: decides from {_number(data.get('cutoff'))} on."
        case "gate.closed" if actor == "system":
            return (
                str(data.get("flaw") or "") or "Closed itself: more of its own decisions were wrong than it promises."
            )
        case "gate.closed":
            return f"{who} closed it. {data.get('reason') or ''}".strip()
        case "gate.restarted":
            return f"{who} started it anew, as epoch {data.get('epoch')}."
        case "gate.loosened":
            what = ", ".join(_LOOSER.get(each, each) for each in data.get("what", ()))
            return f"{who} loosened it: {what}."
        case "gate.terms":
            return f"{who} changed what it promises: {data.get('said', '')}. {data.get('note') or ''}".strip()
        case "gate.incident_settled":
            return f"{who} {'started it anew' if data.get('deed') == 'anew' else 'left it closed'} after the incident."
        case _:
            return f"{who}: {action.partition('.')[2].replace('_', ' ')}"


def _number(value: object) -> str:
    return f"{value:.2f}" if isinstance(value, int | float) else "a score"
