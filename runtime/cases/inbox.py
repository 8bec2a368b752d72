"""The inbox as a person sees it: views, filters, pages, counts, and what is known beside a case.

Called by the pages. It only reads (but for a person's saved views), and no question grows with what is settled already:
lists go by key, counts stop at `MOST_COUNTED`, a search looks through `WINDOW` open cases at a time, and similar cases
are the newest few.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, get_args
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import StrIndex

from runtime import audit
from runtime import queues as queue_rules
from runtime.case_words import terms_of
from runtime.cases.order import behind, ordered
from runtime.finding import askable, parted
from runtime.ids import is_id
from runtime.models import CaseWords, Escalation, Queue, Remark, SavedFilter
from runtime.permissions import Person, may, visible_escalations, workflows_seen

type View = Literal["open", "mine", "unassigned", "overdue", "mentions", "incidents", "snoozed"]

VIEWS: tuple[View, ...] = get_args(View.__value__)
DUES: dict[str, timedelta | None] = {"day": timedelta(days=1), "week": timedelta(days=7), "none": None}
"""Within which time a case is due; None: never."""
PAGE = 50
MOST_COUNTED = 20_000
WINDOW = 10_000
"""Through how many open cases free text is looked for at once."""
MOST_SAVED, LONGEST_VIEW, LONGEST_SEARCH = 20, 500, 200
SOON = timedelta(hours=2)
MOST_TOLD = 60
MOST_QUEUES = 200
ALIKE_READ, ALIKE_SHOWN = 40, 5

# What a row of the list shows: the large columns stay where they are.
_COLUMNS = (
    *("id", "workflow", "kind", "state", "queue", "question", "reviewers", "due_at", "created_at", "claimed_until"),
    *("snoozed_until", "assignee__username", "run_id", "run__title", "run__blueprint__name", "requester"),
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases a person looks at. `queue`, `workflow` and `assignee` are names, `q` free text; empty: all.

    `by` is empty (the oldest first) or `due` (the next due first).
    """

    view: View = "open"
    queue: str = ""
    workflow: str = ""
    due: str = ""
    assignee: str = ""
    q: str = ""
    by: str = ""

    @property
    def by_due(self) -> bool:
        """Whether the next due come first. What is found by words is looked for from the oldest on, and stays so."""
        return self.by == "due" and not self.q

    @property
    def query(self) -> str:
        """The same as a query string, without what is taken for granted."""
        given = {"view": self.view if self.view != "open" else "", **self.filters}
        return urlencode({name: value for name, value in given.items() if value})

    @property
    def filters(self) -> dict[str, str]:
        """All but the view, by the names that a query string has for them."""
        return {name: getattr(self, name) for name in ("queue", "workflow", "due", "assignee", "q", "by")}


@dataclass(frozen=True, slots=True)
class Offered:
    """A queue to filter by. `is_unmade`: open cases wait in it, but there is no queue of this name."""

    name: str
    title: str
    is_unmade: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of cases; `more` is the id behind which the next page begins, empty where there is none.

    `partly`: a search has looked through as many cases as it does at once, and goes on behind `more`.
    """

    cases: list[Escalation]
    more: str
    partly: bool = False


@dataclass(frozen=True, slots=True)
class Alike:
    """Cases of the same step that were settled before: the newest few, and how often each answer was given.

    `same` are those that stopped for the same reasons; they come first. `counts` are label and number.
    """

    cases: list[Escalation]
    same: frozenset[str]
    counts: list[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that somebody did to a case; `text` is what they wrote, where they did."""

    at: datetime
    by: str
    what: str
    text: str = ""


def wanted_of(given: Mapping[str, str]) -> Wanted:
    """What a query string asks for; what it does not understand counts as not said."""
    view = given.get("view", "")
    if given.get("whose") == "mine":
        view = "mine"
    queue, workflow = (askable(given.get(name, ""), 80) for name in ("queue", "workflow"))
    due, assignee = given.get("due", ""), askable(given.get("assignee", ""), 150)
    words = " ".join(askable(given.get("q", ""), LONGEST_SEARCH).split())
    by = "due" if given.get("by") == "due" else ""
    return Wanted(view if view in VIEWS else "open", queue, workflow, due if due in DUES else "", assignee, words, by)


def cases_of(user: Person, wanted: Wanted, now: datetime) -> QuerySet[Escalation]:
    """The open cases that this person may see and wants to; words are looked for by `listed` and `next_of`."""
    return _open_to(user, wanted, now).filter(_in_view(user, wanted.view, now))


def listed(user: Person, wanted: Wanted, now: datetime, after: str = "", most: int | None = None) -> Listed:
    """One page, as it is wanted to be ordered: by age, since somebody has waited longest for those, or by due time."""
    most = most or PAGE
    rows, end = _sought(cases_of(user, wanted, now), wanted, after)
    # The ids come from an index that holds all that is filtered by; asked for whole rows at once, PostgreSQL walks
    # along the primary key instead, past all cases that were ever settled.
    ids = list(ordered(rows, by_due=wanted.by_due).values_list("pk", flat=True)[: most + 1])
    shown = (
        Escalation.objects.filter(pk__in=ids).select_related("assignee", "run__blueprint").only(*_COLUMNS)
        if ids
        else ()
    )
    found = sorted(shown, key=lambda case: ids.index(case.pk))
    if len(found) > most:
        return Listed(found[:most], found[most - 1].pk)
    return Listed(found, end, partly=bool(end))


def next_of(user: Person, wanted: Wanted, now: datetime, after: str) -> str:
    """The case that comes after one in the list, or the first of it; empty where there is none that one may take up."""
    free = Q(assignee=None) | Q(assignee=user.pk) | Q(claimed_until=None) | Q(claimed_until__lte=now)
    rows = cases_of(user, wanted, now).filter(free).exclude(pk=after)
    for since in (after, ""):
        found = ordered(_sought(rows, wanted, since)[0], by_due=wanted.by_due).values_list("pk", flat=True).first()
        if found:
            return found
    return ""


def counts(user: Person, wanted: Wanted, now: datetime, views: Collection[View] = VIEWS) -> dict[str, int]:
    """How many cases these views have, within the same queue and workflow: of the first `MOST_COUNTED` open ones."""
    columns = ("id", "assignee_id", "claimed_until", "snoozed_until", "due_at", "kind")
    rows = _open_to(user, wanted, now).order_by().values(*columns)[:MOST_COUNTED]
    return dict(zip(views, parted(rows, [_in_view(user, view, now) for view in views]), strict=True))


def queues_of(user: Person) -> list[Offered]:
    """The queues whose cases this person sees, by name; for administrators also those that nobody has made."""
    queues = Queue.objects.values_list("name", "title", Value(False))
    if not may(user, "admin"):
        return [Offered(*row) for row in queues.filter(members=user.pk).order_by("name")[:MOST_QUEUES]]
    unmade = queue_rules.waiting_unmade().values_list("queue", Value(""), Value(True))
    # In one question for both: the inbox is asked for all the time.
    return [Offered(*row) for row in queues.union(unmade).order_by("name")[:MOST_QUEUES]]


def workflows(user: Person) -> list[tuple[str, str]]:
    """The workflows that may have cases for this person: slug and name."""
    names = dict(workflows_seen(user).order_by("version").values_list("workflow", "name"))
    return sorted(names.items(), key=lambda item: item[1].casefold())


def alike(case: Escalation, user: Person) -> Alike:
    """How cases of the same step were settled before, those with the same reasons first."""
    seen = visible_escalations(user).filter(workflow=case.workflow, node=case.node, state="resolved")
    columns = ("id", "kind", "question", "asked", "reasons", "resolution", "resolved_by", "resolved_at")
    found = list(seen.exclude(pk=case.pk).only(*columns).order_by("-id")[:ALIKE_READ])
    same = frozenset(each.pk for each in found if _why(each) == _why(case))
    shown = sorted(found, key=lambda each: each.pk not in same)[:ALIKE_SHOWN]
    return Alike(shown, same, Counter(map(answer_of, found)).most_common(6))


def answer_of(case: Escalation) -> str:
    """The answer as its button named it; empty while there is none."""
    choice = str((case.resolution or {}).get("choice", ""))
    labels = {each["name"]: each.get("label") for each in case.asked.get("choices") or ()}
    return str(labels.get(choice) or choice.replace("_", " "))


def history(case: Escalation) -> list[Happened]:
    """Who did what to a case, oldest first; of a long history the newest part."""
    deeds = [_deed(entry) for entry in audit.of(case).reverse()[:MOST_TOLD] if entry.action in _DEEDS]
    written = Remark.objects.filter(escalation=case.pk).order_by("-id")[:MOST_TOLD]
    remarks = [Happened(each.at, each.by, "wrote", each.text) for each in written]
    return sorted((*reversed(deeds), *reversed(remarks)), key=lambda each: each.at)[-MOST_TOLD:]


def saved(user: Person) -> list[SavedFilter]:
    """A person's saved views, by name."""
    return list(SavedFilter.objects.filter(user=user.pk).order_by("name")[:MOST_SAVED])


def save(user: Person, name: str, wanted: Wanted) -> bool:
    """Keep what is looked at under a name, instead of what had this name before. False: no name, too many, too long."""
    name = " ".join(name.split())[:60]
    others = SavedFilter.objects.filter(user=user.pk).exclude(name=name).count()
    if not name or "\0" in name or others >= MOST_SAVED or len(wanted.query) > LONGEST_VIEW:
        return False
    SavedFilter.objects.update_or_create(user=user, name=name, defaults={"query": wanted.query})
    return True


def forget(user: Person, name: str) -> None:
    """Drop a saved view."""
    SavedFilter.objects.filter(user=user.pk, name=name).delete()


def _open_to(user: Person, wanted: Wanted, now: datetime) -> QuerySet[Escalation]:
    named = {name: value for name, value in (("queue", wanted.queue), ("workflow", wanted.workflow)) if value}
    if wanted.assignee:
        named["assignee__username"] = wanted.assignee
    rows = visible_escalations(user).filter(state="open", **named)
    within = DUES.get(wanted.due)
    if within:
        return rows.filter(due_at__lte=now + within)
    return rows.filter(due_at=None) if wanted.due == "none" else rows


def _sought(rows: QuerySet[Escalation], wanted: Wanted, after: str) -> tuple[QuerySet[Escalation], str]:
    """The rows behind `after` that hold every word, and how far was looked; empty: to the end."""
    rows = behind(rows, after, by_due=wanted.by_due)
    terms = terms_of(wanted.q)
    if not terms:
        return rows, ""
    last = rows.order_by("id").values_list("pk", flat=True)[WINDOW - 1 : WINDOW].first()
    words = CaseWords.objects.filter(case=OuterRef("pk"))
    for number, term in enumerate(terms):
        words = words.alias(**{f"at_{number}": StrIndex("text", Value(term))}).filter(**{f"at_{number}__gt": 0})
    found = rows.filter(Exists(words))
    return (found.filter(pk__lte=last), last) if last else (found, "")


def _in_view(user: Person, view: View, now: datetime) -> Q:
    in_sight = Q(snoozed_until=None) | Q(snoozed_until__lte=now)
    match view:
        case "mine":
            return Q(assignee=user.pk) & in_sight
        case "unassigned":
            return (Q(assignee=None) | Q(claimed_until__lte=now)) & in_sight
        case "overdue":
            # What is overdue is closed within a second and its run goes on, so what will be soon belongs here too.
            return Q(due_at__lte=now + SOON)
        case "mentions":
            return Q(pk__in=Remark.objects.filter(mentions=user.pk).values("escalation"))
        case "incidents":
            return Q(kind="incident") & in_sight
        case "snoozed":
            return Q(snoozed_until__gt=now)
    return in_sight


def _why(case: Escalation) -> set[tuple[str, str]]:
    return {(str(reason.get("node")), str(reason.get("port"))) for reason in case.reasons or ()}


_DEEDS = {
    "escalation.claimed": "took it",
    "escalation.released": "gave it back",
    "escalation.assigned": "handed it to",
    "escalation.snoozed": "put it aside",
    "escalation.voted": "answered, as one of several",
    "escalation.resolved": "answered",
    "escalation.undone": "took the answer back",
    "escalation.overdue": "Nobody answered in time",
}


def _deed(entry: Any) -> Happened:
    what = _DEEDS[entry.action]
    if entry.action == "escalation.assigned":
        what = f"{what} {entry.data.get('to', '')}"
    if entry.action == "escalation.snoozed" and not entry.data.get("until"):
        what = "brought it back into sight"
    return Happened(entry.at, "" if entry.actor == audit.SYSTEM else entry.actor, what)


def chosen(ids: Sequence[str], user: Person) -> list[Escalation]:
    """Those of some cases that this person may see, in their order."""
    known = [each for each in ids[:100] if is_id(each)]
    return list(visible_escalations(user).filter(pk__in=known).order_by("id"))
