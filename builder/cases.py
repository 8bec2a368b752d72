"""The cases that a drawing can be tried on: what runs of this workflow brought along, told apart by their own words.

Called by `case_views`; sample cases are the business of `samples`. It shows nobody a run that they may not see, and
never what a try-out was given.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from runtime.core.expressions import Json
from runtime.models import Entry
from runtime.permissions import Person, visible_runs

MOST = 50
LOOKED_THROUGH = 1_000
"""How many of the newest runs a search reads the input of: enough to find last week's, and never slow."""
MOST_WORDS, LONGEST_WORD = 3, 60


@dataclass(frozen=True, slots=True)
class PastCase:
    """A run of the workflow whose input can be tried again. `title` holds its first few words, or is empty."""

    id: str
    at: datetime
    status: str
    outcome: str
    title: str


def past_cases(workflow: str, user: Person, search: str = "") -> tuple[PastCase, ...]:
    """The newest runs of a workflow that this person may see, at most 50; `search` looks for words of their input.

    What a sub-workflow was called with counts as a case of its own.
    """
    runs = visible_runs(user).filter(workflow=workflow).order_by("-pk")
    wanted = search.strip().replace("\0", "")
    if wanted:
        runs = runs.filter(pk__in=_with(wanted, list(runs.values_list("pk", flat=True)[:LOOKED_THROUGH])))
    newest = list(runs[:MOST])
    inputs = _inputs([run.pk for run in newest])
    return tuple(
        PastCase(run.pk, run.created_at, run.status, run.outcome or "", title_of(inputs.get(run.pk))) for run in newest
    )


def title_of(given: Json) -> str:
    """The first few short texts of an input: a name, an address, a company. Empty where it has none."""
    words = (" ".join(text.split()) for text in _texts(given))
    short = [word for word in words if 0 < len(word) <= LONGEST_WORD]
    return ", ".join(short[:MOST_WORDS])


def _with(search: str, ids: Sequence[str]) -> list[str]:
    # The column holds JSON as text: what is looked for is written as JSON would write it.
    written = json.dumps(search)[1:-1]
    found = Entry.objects.filter(run__in=ids, seq=1, data__icontains=written)
    return list(found.order_by("-run_id").values_list("run_id", flat=True)[:MOST])


def _inputs(ids: Sequence[str]) -> Mapping[str, Json]:
    return {entry.run_id: entry.data.get("input") for entry in Entry.objects.filter(run__in=ids, seq=1)}


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
