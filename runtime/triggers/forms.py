"""Forms: pages on which people start a workflow, made from the schema of its input.

Called by the pages. A form's address cannot be guessed; who may send it is `may_send`. What a stranger sent goes the
same way through the drawing as anything else: what is uncertain stops for a person.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from runtime import audit, runs
from runtime.core.definition import Document
from runtime.json_gate import clean
from runtime.json_schemas import errors_of
from runtime.models import Form
from runtime.permissions import Person, may
from runtime.refused import FieldError, Refused

AUDIENCES = {
    "starters": "People who may start runs",
    "everyone": "Everybody who can sign in here",
    "public": "Anybody who has the address, without signing in",
}
MOST = 50
LONGEST_TITLE, LONGEST_TEXT = 120, 4_000
REFERENCE = 10


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a form is to be. Texts are plain."""

    title: str
    audience: str
    introduction: str = ""
    thanks: str = ""
    is_on: bool = True


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a sending: a number to refer to it by. `again`: the same page had been sent before."""

    reference: str
    again: bool


def public_allowed() -> bool:
    """Whether this installation has public forms at all: its administrator says so."""
    return bool(settings.INTERLOCK["PUBLIC_FORMS"])


def save(workflow: str, form_id: str, wanted: Wanted, user: Person, now: datetime) -> Form | Refused:
    """Keep a form (a new one without an id).

    Refused: forbidden, not_found, invalid (errors at /title, /audience, /introduction, /thanks), too_many, no_fields,
    and whatever keeps the workflow from being run.
    """
    if not may(user, "workflows:write"):
        return Refused("forbidden", "You may not change what starts workflows.")
    schema = schema_of(workflow)
    refused = _flaws(wanted) or (schema if isinstance(schema, Refused) else None)
    if refused:
        return refused
    with transaction.atomic():
        found = _mine(workflow, form_id) if form_id else _new(workflow, now)
        if isinstance(found, Refused):
            return found
        found.title, found.audience, found.is_on = wanted.title.strip(), wanted.audience, wanted.is_on
        found.introduction, found.thanks = _plain(wanted.introduction), _plain(wanted.thanks)
        found.saved_by = user.get_username()
        found.save()
        said = {"workflow": workflow, "title": found.title, "audience": found.audience, "on": found.is_on}
        audit.record(found.saved_by, "form.saved", found, now, said)
    return found


@transaction.atomic
def remove(workflow: str, form_id: str, user: Person, now: datetime) -> Form | Refused:
    """Delete it: its address leads nowhere from now on. Refused: forbidden, not_found."""
    if not may(user, "workflows:write"):
        return Refused("forbidden", "You may not change what starts workflows.")
    found = _mine(workflow, form_id)
    if not isinstance(found, Refused):
        audit.record(user.get_username(), "form.removed", found, now, {"workflow": workflow, "title": found.title})
        Form.objects.filter(pk=form_id).delete()
    return found


def is_open(form: Form) -> bool:
    """Whether it can be sent at all, whoever asks."""
    return form.is_on and (form.audience != "public" or public_allowed())


def may_send(form: Form, user: Person) -> bool:
    """Whether this person may see and send it."""
    if form.audience == "public":
        return public_allowed()
    return bool(user.is_authenticated and user.is_active) and (
        form.audience == "everyone" or may(user, "runs:write") or may(user, "workflows:write")
    )


def schema_of(workflow: str) -> dict[str, Any] | Refused:
    """The schema that the fields are made of. Refused: no_fields, and what keeps the workflow from being run."""
    sealed = runs.sealed_for(workflow)
    if isinstance(sealed, Refused):
        return sealed
    document: Document = sealed.drawing.document
    schema: Any = document.input
    if not isinstance(schema, dict) or not isinstance(schema.get("properties"), dict) or not schema["properties"]:
        return Refused("no_fields", "This workflow's input names no fields, so there is nothing to ask on a form.")
    return schema


def flaws_beside(schema: dict[str, Any], given: dict[str, Any]) -> dict[str, str]:
    """What keeps the values from fitting: a sentence by the name of its field (empty name: the whole)."""
    found: dict[str, str] = {}
    for error in errors_of(schema, given, beside=True, titled=True):
        path, message = str(error["path"]), str(error["message"])  # type: ignore[index,call-overload]  # as documented
        name = path.split("/")[1] if "/" in path else ""
        found.setdefault(name.replace("~1", "/").replace("~0", "~"), message)
    return found


@transaction.atomic
def send(form: Form, token: str, given: dict[str, Any], requester: str = "") -> Sent | Refused:
    """Start a run, once for each token (that of the page). Refused as a trigger is; idempotency_conflict: this page was
    sent before, with other values.
    """
    soiled = clean(given)
    if soiled:
        return Refused("invalid_input", soiled.message, (FieldError(f"/input{soiled.path}", soiled.message),))
    whole = json.dumps(given, sort_keys=True, separators=(",", ":"))
    done = runs.queue(
        runs.Trigger(
            form.workflow,
            given,
            requester=requester or f"form:{form.title}",
            labels={"form": form.title},
            key=f"form:{form.pk}:{token}",
            body_digest=hashlib.sha256(whole.encode()).hexdigest(),
        )
    )
    return done if isinstance(done, Refused) else Sent(done.run_id[-REFERENCE:].upper(), done.replay)


def _flaws(wanted: Wanted) -> Refused | None:
    errors = []
    title = wanted.title.strip()
    if not 0 < len(title) <= LONGEST_TITLE or not title.isprintable():
        errors.append(FieldError("/title", f"A title has 1 to {LONGEST_TITLE} printable characters."))
    if wanted.audience not in AUDIENCES:
        errors.append(FieldError("/audience", "Choose who may send it."))
    if wanted.audience == "public" and not public_allowed():
        errors.append(FieldError("/audience", "Public forms are off here. An administrator can allow them."))
    for name in ("introduction", "thanks"):
        text = getattr(wanted, name)
        if len(text) > LONGEST_TEXT or clean(text):
            errors.append(FieldError(f"/{name}", f"This is a text of at most {LONGEST_TEXT:,} characters."))
    return Refused("invalid", "The form cannot be kept so.", tuple(errors)) if errors else None


def _mine(workflow: str, form_id: str) -> Form | Refused:
    found = Form.objects.select_for_update().filter(pk=form_id, workflow=workflow).first()
    return found or Refused("not_found", "There is no such form.")


def _new(workflow: str, now: datetime) -> Form | Refused:
    if Form.objects.filter(workflow=workflow).count() >= MOST:
        return Refused("too_many", f"A workflow may have {MOST} forms. Remove one first.")
    return Form(pk=secrets.token_urlsafe(18), workflow=workflow, created_at=now)


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()
