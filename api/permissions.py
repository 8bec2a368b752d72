"""Who may use a route: what its operation declares, held against the token's scopes and the user's role.

Asked by the REST framework for every route, and by `trigger`. The rules themselves stand in `runtime.permissions`;
rules about single objects are applied by `lookups`, which does not find what the caller may not see.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from api import problems
from api.authentication import Caller
from api.declarations import operation_of

if TYPE_CHECKING:
    from rest_framework.views import APIView  # The framework's views import this module.


class Declared(BasePermission):
    """Lets through what the operation's permission allows: by the token's scopes and by the user's role."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Raises `Refuse` with the reason; a method that declares nothing is refused."""
        if request.method == "OPTIONS" or not hasattr(view, (request.method or "").lower()):
            return True
        declared = operation_of(view, request.method)
        if declared is None:
            return False
        return all(authorise(cast("Caller | None", request.auth), needed) for needed in declared.needed)


def authorise(caller: Caller | None, permission: str) -> bool:
    """True, or a `Refuse` that says what is missing: a caller, a scope or a role."""
    if caller is None:
        raise problems.Refuse(problems.UNAUTHENTICATED)
    if permission not in caller.scopes:
        raise problems.refuse(403, "insufficient_scope", f"The token lacks the scope {permission}.", scope=permission)
    if permission not in caller.held:
        raise problems.Refuse(problems.FORBIDDEN)
    return True
