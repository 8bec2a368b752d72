"""What a gate got wrong where it decided: how many of its checked answers, and which one stood for which.

Asked by the page of a gate that is closed. What a person is still to answer, or may yet take back, is left out: an
answer that is given after such a look would be worth nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils import timezone

from runtime.models import Decision, Escalation, Gate

MOST_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Mistake:
    """The machine said `machine`, a person `person` (empty: none of its ways; None: cannot tell), so many `times`."""

    machine: str | None
    person: str | None
    times: int


@dataclass(frozen=True, slots=True)
class Mistakes:
    """Of `checked` automatic decisions that people looked at, `wrong` were wrong; the most frequent ones of these.

    `reported`: more that were wrong, told by somebody without having been picked for a check.
    """

    checked: int
    wrong: int
    reported: int
    most: tuple[Mistake, ...]


def of(gate: Gate) -> Mistakes:
    """The mistakes of one epoch. Two questions, however long its ledger is."""
    heard = Decision.objects.filter(gate=gate.pk, auto=True, loss__isnull=False).exclude(state="open")
    waits = Q(state="open") | Q(goes_on_at__gt=timezone.now())
    secret = Escalation.objects.filter(waits, behind__isnull=False, run__isnull=False).values("run_id")
    heard = heard.exclude(run__in=secret).order_by()
    counts = heard.aggregate(
        checked=Count("pk", filter=Q(sampled=True)),
        wrong=Count("pk", filter=Q(sampled=True, loss__gt=0)),
        reported=Count("pk", filter=Q(sampled=False, loss__gt=0)),
    )
    pairs = heard.filter(loss__gt=0).values_list("answer", "said").annotate(times=Count("pk"))
    most = pairs.order_by("-times", "answer", "said")[:MOST_SHOWN]
    return Mistakes(**counts, most=tuple(Mistake(*each) for each in most))
