"""Which runs a list looks through for one person, and how far that reaches.

Called by the pages and lists of runs, those of the API too, and by home. Who sees the runs of his cases only would have
them looked up among all cases that his queues ever had; here it is the newest of those cases, found by the key of queue
and run, so that what a list costs does not grow with what is stored. Whether a person may see one run is the business
of `permissions`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from runtime.finding import WINDOW, Window, apart, gathered, narrowed
from runtime.ids import is_id
from runtime.models import Escalation, Run
from runtime.permissions import Permission, Person, permissions_of, queues_seen, sees_all_runs, visible_runs

FEWEST = 250
"""Of how many cases of each queue the runs are looked through at least, however many queues somebody has."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The runs, in no order, and between which of them it was looked; `window` is None where they are all there are."""

    runs: QuerySet[Run]
    window: Window | None

    def reaches(self, run_id: str) -> bool:
        """Whether all runs from this id on are among them."""
        return self.window is None or self.window.oldest <= run_id


def seen_runs(user: Person, before: str = "", since: str = "", held: frozenset[Permission] | None = None) -> Seen:
    """The runs that a user may see, of few of his queues' cases only the newest behind `before`, or the next `since`.

    Both are ids; anything else counts as not said. `held` is what `permissions_of` has just said.
    """
    held = permissions_of(user) if held is None else held
    if sees_all_runs(held) or "runs:read" not in held:
        return Seen(visible_runs(user, held=held), None)
    queues = sorted(queues_seen(user, held) or ())
    window = _window(queues, before if is_id(before) else "", since if is_id(since) else "")
    cases = _between(Escalation.objects.filter(queue__in=queues), window).values("run")
    return Seen(Run.objects.filter(tryout=False, pk__in=cases), window)


def seen_that_fit(
    user: Person,
    filters: Mapping[str, str | None],
    simulated: bool | None = None,
    before: str = "",
    since: str = "",
    held: frozenset[Permission] | None = None,
) -> Seen:
    """Those of `seen_runs` that fit the `filters` (as for `narrowed`); real or simulated ones alone where said."""
    seen = seen_runs(user, before, since, held)
    # The runs of a label are found by an index that has none of these columns, whatever else is asked.
    if simulated is None or seen.window or filters.get("label"):
        return Seen(narrowed(seen.runs, **filters, simulated=simulated), seen.window)
    return Seen(*apart(seen.runs, filters, simulated, before, since))


def _window(queues: Sequence[str], before: str, since: str) -> Window:
    """As far as the cases of each queue are looked through, so that none of their runs in between is left out."""
    share = max(FEWEST, WINDOW // max(1, len(queues)))
    start = Window("", "", False, since=since) if since else Window(before, "", False)
    order = "run" if since else "-run"
    cases = [Escalation.objects.filter(queue=queue).order_by(order) for queue in queues]
    last = [_between(each, start).values_list("run")[share - 1 : share] for each in cases]
    ends = [run for found in gathered(last) for (run,) in found]
    if not ends:
        return start
    return Window("", "", True, since, min(ends)) if since else Window(before, max(ends), True)


def _between(cases: QuerySet[Escalation], window: Window) -> QuerySet[Escalation]:
    return cases.filter(**{f"run__{name}": run for name, run in window.ids.items()})
