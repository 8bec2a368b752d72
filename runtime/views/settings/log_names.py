"""What entries of the audit log are about, as people call it: names beside the ids that the log keeps.

Used by `log`, for its page and its file. Names are those of today, asked for once for each sort of thing on a page,
however many rows it has; what is gone is named by what its entry says, or else by its sort and the end of its id.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse

from runtime.models import AuditEntry, Blueprint, Escalation, Run
from runtime.traces.reading import drawing

LONGEST = 90
SORTS: Mapping[str, str] = {
    "escalation": "case",
    "user": "person",
    "batch": "rows of a file",
    "job": "background work",
    "webhook": "webhook",
    "noticehook": "call of a program",
}
"""What people call a sort of thing, where it is not what the log calls it."""
# Of which column a thing has its name; of the first that is not empty.
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "workflow": ("name", "slug"),
    "user": ("username",),
    "queue": ("title", "name"),
    "token": ("name",),
    "schedule": ("name",),
    "form": ("title",),
    "batch": ("name",),
    "backtest": ("workflow",),
    "noticehook": ("name",),
}


@dataclass(frozen=True, slots=True)
class Named:
    """What an entry is about: its sort and its name in words, and where to look at it (nowhere: empty)."""

    sort: str
    name: str
    href: str = ""


def names_of(entries: Collection[AuditEntry]) -> list[Named]:
    """What each of these entries is about, in their order."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        sort, _, key = entry.target.partition(":")
        wanted[sort].add(key)
    known = _known(wanted)
    return [_of(entry, known) for entry in entries]


def _of(entry: AuditEntry, known: Mapping[str, Named]) -> Named:
    found = known.get(entry.target)
    if found:
        return found
    sort, _, key = entry.target.partition(":")
    data = entry.data if isinstance(entry.data, dict) else {}
    said = next((data[name] for name in ("name", "title", "slug") if isinstance(data.get(name), str)), "")
    # What a person chose as a key, as a connection's name, is a name; an id is cut to what tells it from others.
    return Named(SORTS.get(sort, sort), _short(said or (key[-6:] if len(key) == 26 else key)))


def _known(wanted: Mapping[str, Collection[str]]) -> dict[str, Named]:
    found: dict[str, Named] = {}
    workflows = _workflows() if wanted.keys() & {"escalation", "run", "gate"} else {}
    if "escalation" in wanted:
        found |= _cases(wanted["escalation"], workflows)
    if "run" in wanted:
        found |= _runs(wanted["run"], workflows)
    if "gate" in wanted:
        found |= {f"gate:{key}": _gate(key, workflows) for key in wanted["gate"]}
    for sort in wanted.keys() & _COLUMNS.keys():
        found |= _things(sort, wanted[sort])
    return found


def _workflows() -> dict[str, tuple[str, str]]:
    """Name and newest drawing of each workflow, by slug."""
    rows = Blueprint.objects.filter(version__gt=0).order_by("version").values_list("workflow", "name", "pk")
    return {slug: (name, pk) for slug, name, pk in rows}


def _cases(keys: Collection[str], workflows: Mapping[str, tuple[str, str]]) -> dict[str, Named]:
    rows = Escalation.objects.filter(pk__in=keys).values_list("pk", "workflow", "run__title", "question")
    return {
        f"escalation:{pk}": Named(
            "case", _short(f"{_called(slug, workflows)}: {title or question}"), reverse("case_detail", args=[pk])
        )
        for pk, slug, title, question in rows
    }


def _runs(keys: Collection[str], workflows: Mapping[str, tuple[str, str]]) -> dict[str, Named]:
    rows = Run.objects.filter(pk__in=keys).values_list("pk", "workflow", "title")
    return {
        f"run:{pk}": Named(
            "run", _short(f"{_called(slug, workflows)}: {title or pk[-6:]}"), reverse("run_detail", args=[pk])
        )
        for pk, slug, title in rows
    }


def _gate(key: str, workflows: Mapping[str, tuple[str, str]]) -> Named:
    """A gate is kept as its workflow and its step; what the step is called now is in the newest drawing."""
    slug, _, node = key.partition(":")
    sign = drawing(workflows[slug][1]).signs.get(node) if slug in workflows else None
    step = sign.name if sign else node.replace("_", " ")
    href = reverse("workflow_gates", args=[slug]) if slug in workflows else ""
    return Named("gate", _short(f"{_called(slug, workflows)}: {step}"), href)


def _things(sort: str, keys: Iterable[str]) -> dict[str, Named]:
    """Things that have a name in a column; the tables of other packages are known by what the log calls them."""
    model = next((each for each in apps.get_models() if each._meta.model_name == sort), None)
    ids = [] if model is None else [key for key in keys if _is_key(model, key)]
    if model is None or not ids:
        return {}
    columns = _COLUMNS[sort]
    found: dict[str, Named] = {}
    for pk, *values in model._default_manager.filter(pk__in=ids).values_list("pk", *columns):
        href = ""
        if sort == "workflow":
            href = reverse("workflow_overview", args=[values[1]])
        if sort == "user":
            href = reverse("settings_person", args=[pk])
        name = next((str(each) for each in values if each), "")
        found[f"{sort}:{pk}"] = Named(SORTS.get(sort, sort), _short(name or str(pk)[-6:]), href)
    return found


def _is_key(model: type[models.Model], key: str) -> bool:
    try:
        model._meta.pk.to_python(key)
    except (ValidationError, AttributeError):
        return False
    return True


def _called(slug: str, workflows: Mapping[str, tuple[str, str]]) -> str:
    return workflows[slug][0] if slug in workflows else slug


def _short(text: Any) -> str:
    line = " ".join(str(text).split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1].rstrip()}…"
