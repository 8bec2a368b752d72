"""A gate's life as a fold over its ledger: probation, proven, broken. Pure: the same rows give the same standing.

Called by what keeps gates, with rows in arrival order. An epoch begins on probation: every case goes to a person. Its
first labels make a plan; those that follow certify cut-offs; from the first certified one on the gate is proven and
decides, and audits go on. When the alarm fires it is broken: it decides nothing any more, and only a new epoch, which
begins on probation, can change that.

What comes late: an answer behind the watermark waits for the open case before it. An answer to a row that was already
folded (a second opinion, a complaint) is no new row: whoever keeps the ledger calls `recompute`, and since the worst
answer counts, this closes a gate and never opens one. Rows of other epochs change nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from runtime.judgement.alarm import Alarm
from runtime.judgement.certificate import Candidate, Evidence
from runtime.judgement.ledger import Costs, Refused, Row, Weighed, settled, weigh
from runtime.judgement.plan import Plan, make
from runtime.judgement.policy import Policy, in_force
from runtime.judgement.promise import Promise, Rules
from runtime.judgement.signals import Lesson, Scoring
from runtime.judgement.weighing import labels_of

type State = Literal["probation", "proven", "broken"]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a gate stands in its epoch. `upto`: the last arrival that is folded in; all before it are settled.

    `distrusted`: reviewers whose agreement earns nothing (see `reviewers`). `audits` hears of drawn cases alone;
    `reports` of every automatic decision, taken for right unless somebody said that it was wrong.
    """

    gate: str
    epoch: int
    promise: Promise
    rules: Rules
    scoring: Scoring
    audits: Alarm
    reports: Alarm
    costs: Costs = field(default_factory=Costs)
    distrusted: tuple[str, ...] = ()
    plan: Plan | None = None
    lessons: tuple[Lesson, ...] = ()
    evidence: Evidence | None = None
    upto: int = -1

    @property
    def state(self) -> State:
        """Probation until a cut-off is certified, proven from then on, broken once an alarm has fired."""
        if self.audits.fired or self.reports.fired:
            return "broken"
        return "probation" if self.cutoff is None else "proven"

    @property
    def cutoff(self) -> float | None:
        """The score from which on the gate decides by itself, or None."""
        broken = self.audits.fired or self.reports.fired
        return None if broken or self.evidence is None else self.evidence.cutoff


def begin(
    gate: str, epoch: int, promise: Promise, rules: Rules, scoring: Scoring, costs: Costs | None = None
) -> Standing:
    """A new epoch: probation, whatever was before. The strangeness that counts is the one of the rules."""
    return Standing(
        gate, epoch, promise, rules, replace(scoring, familiar_at=rules.familiar_at),
        Alarm(promise.max_error, rules.alarm_at), Alarm(promise.max_error, rules.reports_at), costs or Costs(),
    )  # fmt: skip


def policy_of(standing: Standing, unanswered: int = 0) -> Policy:
    """The policy for the cases to come. `unanswered`: audits that are open (`ledger.unanswered`)."""
    scoring = standing.plan.scoring if standing.plan else standing.scoring
    crowded = unanswered >= standing.rules.unanswered
    return in_force(standing.epoch, scoring, standing.state, standing.cutoff, standing.rules.audit, crowded=crowded)


def fold(standing: Standing, rows: Iterable[Row]) -> Standing:
    """The standing after these rows, given in arrival order, as far as they are settled.

    Rows of other epochs, and those up to `standing.upto`, are passed over. Raises ValueError for rows of another gate
    or out of order: such a ledger is broken, and no gate is judged by it.
    """
    given = tuple(rows)
    if any(row.gate != standing.gate for row in given):
        raise ValueError("The rows belong to another gate.")
    fresh = settled(row for row in given if row.epoch == standing.epoch and row.number > standing.upto)
    if not fresh or standing.state == "broken":
        return standing
    learned, rest = _learned(standing, fresh)
    if learned.plan is None or learned.evidence is None or not rest:
        return learned
    return _judged(learned, learned.plan, learned.evidence, rest)


def recompute(standing: Standing, rows: Iterable[Row]) -> Standing:
    """The standing as its whole ledger gives it, by the plan that was in force: what `standing` has to be equal to.

    Also the way to take in answers to rows that were folded before, and a change of `distrusted`.
    """
    plan = standing.plan
    fresh = replace(
        begin(standing.gate, standing.epoch, standing.promise, standing.rules, standing.scoring, standing.costs),
        distrusted=standing.distrusted,
    )  # fmt: skip
    return fold(fresh if plan is None else _planned(fresh, plan), rows)


def changed(
    standing: Standing,
    *,
    promise: Promise | None = None,
    rules: Rules | None = None,
    scoring: Scoring | None = None,
    costs: Costs | None = None,
    by: str = "",
) -> Standing | Refused:
    """The gate under another promise, other rules or signals. Loosening needs the name of a person.

    The audit rate and the bound on open audits change within the epoch, since each row holds what was in force; all
    else starts a new epoch on probation. With nothing but a name, it starts a new epoch as it is.
    """
    fresh = begin(
        standing.gate, standing.epoch + 1, promise or standing.promise, rules or standing.rules,
        scoring or standing.scoring, costs or standing.costs,
    )  # fmt: skip
    if loosened(standing, fresh) and not by.strip():
        return Refused("needs_a_name", "A promise is loosened by a person, who is named.")
    within = replace(standing.rules, audit=fresh.rules.audit, unanswered=fresh.rules.unanswered)
    same = (fresh.promise, fresh.rules, fresh.costs) == (standing.promise, within, standing.costs)
    return replace(standing, rules=within) if rules and same and scoring is None else fresh


def loosened(before: Standing, after: Standing) -> tuple[str, ...]:
    """What is asked less of than before, by name; what the log of a change says."""
    was, held, promise, rules = before.promise, before.rules, after.promise, after.rules
    pairs = {(said, right) for said, right, _ in (*before.costs.of, *after.costs.of)}
    looser = {
        "max_error": promise.max_error > was.max_error,
        "confidence": promise.confidence < was.confidence,
        "audit": rules.audit < held.audit,
        "alarm_at": rules.alarm_at > held.alarm_at,
        "reports_at": rules.reports_at > held.reports_at,
        "unanswered": rules.unanswered > held.unanswered,
        "costs": any(after.costs.loss(*pair) < before.costs.loss(*pair) for pair in pairs),
        "familiar_at": (rules.familiar_at or 0.0) < (held.familiar_at or 0.0),
    }
    return tuple(name for name, is_looser in looser.items() if is_looser)


def _learned(standing: Standing, rows: Sequence[Row]) -> tuple[Standing, Sequence[Row]]:
    """The standing with the lessons in these rows, and the rows behind the plan, if there is one now."""
    if standing.plan is not None:
        return standing, rows
    lessons = list(standing.lessons)
    for index, row in enumerate(rows):
        found = weigh(row, standing.costs, standing.distrusted)
        if found and standing.scoring.score(row.signals, row.novelty).score is not None:
            lessons.append(Lesson(row.signals, row.novelty, found.loss))
        if len(lessons) == standing.rules.learn:
            plan = make(lessons, standing.scoring, standing.promise, standing.rules, row.number)
            return _planned(standing, plan), rows[index + 1 :]
    return replace(standing, lessons=tuple(lessons), upto=rows[-1].number), ()


def _judged(standing: Standing, plan: Plan, evidence: Evidence, rows: Sequence[Row]) -> Standing:
    weighed = [weigh(row, standing.costs, standing.distrusted) for row in rows]
    audits, reports, count = _heard(standing, rows, weighed)
    labels = labels_of(rows[:count], weighed[:count], plan.scoring)
    told = evidence if labels is None else evidence.after(labels)
    return replace(standing, audits=audits, reports=reports, evidence=told, upto=rows[count - 1].number)


def _heard(standing: Standing, rows: Sequence[Row], weighed: Sequence[Weighed | None]) -> tuple[Alarm, Alarm, int]:
    """Both alarms, and how many rows they heard of until one fired."""
    audits, reports = standing.audits, standing.reports
    for index, (row, found) in enumerate(zip(rows, weighed, strict=True)):
        if not row.auto:
            continue
        reports = reports.after((found.loss if found else 0.0,))
        if found and row.sampled:
            trusted = found.credit or found.loss > standing.promise.max_error
            audits = audits.after((found.loss,)) if trusted else audits.after_doubtful(found.loss)
        if audits.fired or reports.fired:
            return audits, reports, index + 1
    return audits, reports, len(rows)


def _planned(standing: Standing, plan: Plan) -> Standing:
    """The standing with this plan, and no evidence yet."""
    evidence = Evidence(standing.promise, tuple(Candidate(cutoff) for cutoff in plan.cutoffs))
    return replace(standing, plan=plan, lessons=(), evidence=evidence, upto=plan.upto)
