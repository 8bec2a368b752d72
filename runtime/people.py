"""People as administrators keep them: added, given roles, taken out and in again, given a new password.

Called by the settings' pages. Nobody is ever deleted: cases and the audit log name them. Who is taken out loses the
password, so that every session ends for good; sockets ask who is there again and again, and `left` tells those above
who keep other keys (tokens). There is always an administrator left.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.dispatch import Signal

from runtime import audit
from runtime.permissions import ROLES, Person, may, people_with, permissions_of
from runtime.refused import FieldError, Refused

left = Signal()
"""Sent inside the transaction with `person`: whoever keeps keys of theirs takes them away."""

_PASSWORD_BYTES = 12


@dataclass(frozen=True, slots=True)
class Kept:
    """The person as they are now. `password` is new, and nobody can show it again; empty where none was made."""

    person: User
    password: str = ""


@transaction.atomic
def add(name: str, email: str, roles: Iterable[str], user: Person, now: datetime) -> Kept | Refused:
    """A new person with a password of their own. Refused: forbidden, invalid (with errors)."""
    if not may(user, "admin"):
        return _forbidden()
    person = User(username=User.normalize_username(name.strip()), email=email.strip())
    password = _password(person)
    errors = _flaws(person, roles)
    if errors:
        return Refused("invalid", errors[0].message, errors)
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError:
        return _taken()
    _give(person, roles)
    _record("person.added", person, user, now)
    return Kept(person, password)


@transaction.atomic
def change(person_id: int, email: str, roles: Iterable[str], user: Person, now: datetime) -> Kept | Refused:
    """Other roles, another address. Refused: forbidden, not_found, invalid, last_administrator."""
    person = _locked(person_id, user)
    if isinstance(person, Refused):
        return person
    chosen, person.email = list(roles), email.strip()
    errors = _flaws(person, chosen)
    if errors:
        return Refused("invalid", errors[0].message, errors)
    if "administrator" not in chosen and not person.is_superuser and _is_last(person):
        return _last()
    person.save(update_fields=["email"])
    _give(person, chosen)
    _record("person.saved", person, user, now)
    return Kept(person)


@transaction.atomic
def take_out(person_id: int, user: Person, now: datetime) -> Kept | Refused:
    """Nothing opens to them any more. Refused: forbidden, not_found, last_administrator."""
    person = _locked(person_id, user)
    if isinstance(person, Refused):
        return person
    if _is_last(person):
        return _last()
    if person.is_active:
        person.is_active = False
        person.set_unusable_password()
        person.save(update_fields=["is_active", "password"])
        left.send(User, person=person)
        _record("person.left", person, user, now)
    return Kept(person)


@transaction.atomic
def let_in(person_id: int, user: Person, now: datetime) -> Kept | Refused:
    """Active, with a new password: for somebody who comes back, and for somebody who lost theirs.

    All sessions of theirs end. Refused: forbidden, not_found.
    """
    person = _locked(person_id, user)
    if isinstance(person, Refused):
        return person
    verb = "person.password" if person.is_active else "person.back"
    person.is_active = True
    password = _password(person)
    person.save(update_fields=["is_active", "password"])
    _record(verb, person, user, now)
    return Kept(person, password)


def _locked(person_id: int, user: Person) -> User | Refused:
    if not may(user, "admin"):
        return _forbidden()
    # Two administrators who take each other out at the same moment must not both succeed.
    Group.objects.select_for_update().get_or_create(name="administrator")
    person = User.objects.select_for_update().filter(pk=person_id).first()
    return person or Refused("not_found", "There is no such person.")


def _is_last(person: User) -> bool:
    return "admin" in permissions_of(person) and not people_with("admin").exclude(pk=person.pk).exists()


def _give(person: User, roles: Iterable[str]) -> None:
    person.groups.set([Group.objects.get_or_create(name=role)[0] for role in sorted(set(roles))])


def _password(person: User) -> str:
    plain = secrets.token_urlsafe(_PASSWORD_BYTES)
    person.set_password(plain)
    return plain


def _flaws(person: User, roles: Iterable[str]) -> tuple[FieldError, ...]:
    if set(roles) - set(ROLES):
        return (FieldError("/roles", "There is no such role."),)
    try:
        person.full_clean(exclude=["password"])
    except ValidationError as failure:
        told = failure.message_dict
        return tuple(FieldError(f"/{field}", message) for field, each in told.items() for message in each)
    return ()


def _record(action: str, person: User, user: Person, now: datetime) -> None:
    roles = sorted(person.groups.values_list("name", flat=True))
    data = {"username": person.username, "roles": roles, "active": person.is_active}
    audit.record(user.get_username(), action, person, now, data)


def _forbidden() -> Refused:
    return Refused("forbidden", "Only administrators change people.")


def _taken() -> Refused:
    message = "Somebody has this name already."
    return Refused("invalid", message, (FieldError("/username", message),))


def _last() -> Refused:
    return Refused("last_administrator", "This is the last administrator. Make somebody else one first.")
