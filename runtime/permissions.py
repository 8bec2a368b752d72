"""Who may do what: roles, the permissions they carry, and the rules about single objects. The one place for all of it.

Called by everything that acts for a person: API, pages, sockets, admin, `escalations`. Roles are Django groups. Nothing
is remembered between calls, so a permission that was withdrawn is gone at the next question; but for one request that
only reads (`remembering`), which is answered as its person stood when it began. It decides; it never acts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Literal, cast

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from runtime.models import Blueprint, Escalation, Queue, Run

type Permission = Literal[
    "workflows:read",
    "workflows:write",
    "runs:read",
    "runs:write",
    "escalations:read",
    "escalations:write",
    "gates:read",
    "gates:write",
    "tokens:write",
    "settings:write",
    "admin",
]
type Role = Literal["designer", "reviewer", "developer", "administrator"]
type Person = Any
"""A user: a row of the user model, an anonymous user, or None (nobody)."""

SCOPES: tuple[Permission, ...] = (
    "workflows:read",
    "workflows:write",
    "runs:read",
    "runs:write",
    "escalations:read",
    "escalations:write",
    "gates:read",
    "gates:write",
)
"""The permissions that a token can carry."""

PERMISSIONS: frozenset[Permission] = frozenset({*SCOPES, "tokens:write", "settings:write", "admin"})

_DRAWS_AND_READS: frozenset[Permission] = frozenset(
    {"workflows:read", "workflows:write", "runs:read", "runs:write", "escalations:read", "gates:read"}
)

ROLES: Mapping[Role, frozenset[Permission]] = {
    "designer": _DRAWS_AND_READS | {"gates:write"},
    "reviewer": frozenset({"runs:read", "escalations:read", "escalations:write"}),
    "developer": _DRAWS_AND_READS | {"escalations:write", "tokens:write"},
    "administrator": PERMISSIONS,
}

NOTHING: frozenset[Permission] = frozenset()


_answered: ContextVar[dict[Any, frozenset[Permission]] | None] = ContextVar("answered", default=None)


@contextmanager
def remembering() -> Iterator[None]:
    """Within it each person is asked about once. For a request that changes nothing, and for no longer than that."""
    before = _answered.set({})
    try:
        yield
    finally:
        _answered.reset(before)


def permissions_of(user: Person) -> frozenset[Permission]:
    """All that a user may do, asked of the database. Nobody and inactive users may nothing."""
    if user is None or isinstance(user, AnonymousUser) or user.pk is None:
        return NOTHING
    answered = _answered.get()
    if answered is None:
        return _asked(user)
    if user.pk not in answered:
        answered[user.pk] = _asked(user)
    return answered[user.pk]


def _asked(user: Person) -> frozenset[Permission]:
    found = get_user_model()._default_manager.filter(pk=user.pk, is_active=True)
    held = [_of_role(name, is_superuser) for is_superuser, name in found.values_list("is_superuser", "groups__name")]
    return NOTHING.union(*held)


def may(user: Person, permission: Permission, obj: Model | None = None) -> bool:
    """Whether a user may do this, to this very object where one is given.

    Cases belong to the members of their queue (a case without a queue: to everybody who settles cases); whoever reads
    workflows reads all runs, others the runs of their cases; administrators may everything.
    """
    held = permissions_of(user)
    if permission not in held:
        return False
    if isinstance(obj, Escalation):
        return "admin" in held or not obj.queue or Queue.objects.filter(name=obj.queue, members=user.pk).exists()
    if isinstance(obj, Run):
        return sees_all_runs(held) or _cases(user, held).filter(run=obj.pk).exists()
    return True


def role_of(held: frozenset[Permission]) -> str:
    """The roles that come to these permissions, in words; one that another of them holds whole is not said.

    Told from what somebody may do: it costs no question, and is true of a superuser who has no role, too.
    """
    carried = [ROLES[name] for name in ROLES if ROLES[name] <= held]
    most = [name for name in ROLES if ROLES[name] in carried and not any(ROLES[name] < other for other in carried)]
    return " and ".join(most) or "no role"


def sees_all_runs(held: frozenset[Permission]) -> bool:
    """Whether who holds these may see every run, and not only those of his cases."""
    return held >= {"runs:read", "workflows:read"}


def visible_escalations(user: Person) -> QuerySet[Escalation]:
    """The cases that a user may see."""
    return _cases(user, permissions_of(user))


def queues_seen(user: Person, held: frozenset[Permission] | None = None) -> frozenset[str] | None:
    """The names of the queues whose cases a user may see, with the empty one of cases without; None: all of them.

    `held` is what `permissions_of` has just said, where it was asked already.
    """
    held = permissions_of(user) if held is None else held
    if "escalations:read" not in held:
        return frozenset()
    return None if "admin" in held else frozenset(["", *_queues(user).values_list("name", flat=True)])


def visible_runs(user: Person, *, tryouts: bool = False, held: frozenset[Permission] | None = None) -> QuerySet[Run]:
    """The runs that a user may see. Try-outs are no cases: only who asks for one by its id wants them among these.

    `held` is what `permissions_of` has just said, where it was asked already. Each run is asked about by itself, which
    is right for few that are named; lists begin with `sight.seen_runs`.
    """
    held = permissions_of(user) if held is None else held
    if "runs:read" not in held:
        return Run.objects.none()
    runs = Run.objects.all() if tryouts else Run.objects.filter(tryout=False)
    if "workflows:read" in held:
        return runs
    return runs.filter(Exists(_cases(user, held).filter(run=OuterRef("pk"))))


def workflows_seen(user: Person, held: frozenset[Permission] | None = None) -> QuerySet[Blueprint]:
    """The sealed drawings whose workflows a user may know of: all, or those that have asked something he may see.

    `held` is what `permissions_of` has just said, where it was asked already.
    """
    held = permissions_of(user) if held is None else held
    drawings = Blueprint.objects.filter(version__gt=0)
    if held & {"workflows:read", "admin"}:
        return drawings
    if "escalations:read" not in held:
        return drawings.none()
    # Two questions of an index, where one with an "or" in it would read through all cases of a workflow.
    asked = Escalation.objects.filter(workflow=OuterRef("workflow"))
    mine = asked.filter(queue__in=_queues(user).values("name"))
    return drawings.filter(Exists(asked.filter(queue="")) | Exists(mine))


def people_asked(permission: Permission, user: Person | None = None) -> QuerySet[Any]:
    """The people whom something can be given to: they hold the permission and can sign in, as no simulated one does.

    For a `user` only those whom she may know of: administrators, and who is in one of her queues; all for one of these.
    """
    people = people_with(permission).exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX)
    if user is None or "admin" in permissions_of(user):
        return people
    known = Q(pk__in=people_with("admin").values("pk")) | Q(
        pk__in=Queue.objects.filter(pk__in=_queues(user)).values("members")
    )
    return people.filter(known)


def people_with(permission: Permission) -> QuerySet[Any]:
    """The active users that hold a permission, whatever the object."""
    roles = [role for role, held in ROLES.items() if permission in held]
    holds = Q(groups__name__in=roles) | Q(is_superuser=True)
    return get_user_model()._default_manager.filter(holds, is_active=True).distinct()


def everybody(most: int) -> list[tuple[Any, tuple[str, ...], frozenset[Permission]]]:
    """The active users by name, at most so many, each with their roles and all that they may do."""
    found = get_user_model()._default_manager.filter(is_active=True).order_by("username").prefetch_related("groups")
    rows = [(user, tuple(group.name for group in user.groups.all())) for user in found[:most]]
    return [
        (user, roles, NOTHING.union(*(_of_role(role, user.is_superuser) for role in (*roles, None))))
        for user, roles in rows
    ]


def _of_role(name: str | None, is_superuser: bool) -> frozenset[Permission]:
    return PERMISSIONS if is_superuser else ROLES.get(cast("Role", name), NOTHING)


def _cases(user: Person, held: frozenset[Permission]) -> QuerySet[Escalation]:
    if "escalations:read" not in held:
        return Escalation.objects.none()
    if "admin" in held:
        return Escalation.objects.all()
    return Escalation.objects.filter(Q(queue="") | Q(queue__in=_queues(user).values("name")))


def _queues(user: Person) -> QuerySet[Queue]:
    return Queue.objects.filter(members=user.pk)
