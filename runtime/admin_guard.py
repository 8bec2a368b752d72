"""What every admin page of the project is made of: a guard that asks `permissions`, and JSON in and out.

Used by the admins of all apps. Who may do what is never asked of Django's own model permissions; to get into the admin
at all, a person has to be marked as staff.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from runtime.json_gate import JsonProblem, read_json
from runtime.permissions import Permission, may
from runtime.refused import Refused

if TYPE_CHECKING:
    AnyAdmin = admin.ModelAdmin[Any]
    AnyUserAdmin = UserAdmin[Any]
    AnyModelForm = forms.ModelForm[Any]
else:
    # Django's admins and forms take type arguments in their stubs only.
    AnyAdmin, AnyUserAdmin, AnyModelForm = admin.ModelAdmin, UserAdmin, forms.ModelForm


class Guarded(AnyAdmin):
    """An admin that asks `permissions`. Without `writes` all is read-only, without `deletes` nothing is taken away.

    `fixed` are the fields that stay what they are once the row is there.
    """

    reads: Permission = "admin"
    writes: Permission | None = None
    deletes: Permission | None = None
    fixed: tuple[str, ...] = ()
    show_full_result_count = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whether the person sees these at all."""
        return may(request.user, self.reads)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the person may look."""
        return may(request.user, self.reads, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whether the person may make one."""
        return self.writes is not None and may(request.user, self.writes)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the person may change one."""
        return self.writes is not None and may(request.user, self.writes, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the person may take one away."""
        return self.deletes is not None and may(request.user, self.deletes, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[Any, ...]:
        """Fields that are only shown."""
        return (*super().get_readonly_fields(request, obj), *(self.fixed if obj else ()))

    def told(self, request: HttpRequest, outcome: object) -> None:
        """Tell a refusal of a change to the person."""
        if isinstance(outcome, Refused):
            self.message_user(request, sentence_of(outcome), messages.ERROR)


def made(outcome: object) -> None:
    """Stop where a row was to be made and was not. Raises PermissionDenied with the reason."""
    if isinstance(outcome, Refused):
        raise PermissionDenied(sentence_of(outcome))


def sentence_of(refused: Refused) -> str:
    """A refusal with its places."""
    return " ".join([refused.detail, *(f"{error.path}: {error.message}" for error in refused.errors)])


class JsonField(forms.CharField):
    """A text that is strict JSON; `clean` gives its value."""

    widget = forms.Textarea(attrs={"rows": 24, "cols": 100, "spellcheck": "false"})

    def prepare_value(self, value: Any) -> Any:
        """The value as text; what was typed stays as it was typed."""
        return value if isinstance(value, str) else pretty(value)

    def clean(self, value: Any) -> Any:
        """The JSON value. Raises ValidationError with the place of the fault."""
        found = read_json(super().clean(value))
        if isinstance(found, JsonProblem):
            raise forms.ValidationError(f"{found.path} {found.message}".strip())
        return found

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether it is another value, however it is written."""
        found = read_json(data or "")
        return isinstance(found, JsonProblem) or bool(found != initial)


def pretty(value: Any) -> str:
    """JSON to be read by people."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def shown(value: Any) -> SafeString:
    """JSON on a page."""
    return format_html("<pre>{}</pre>", pretty(value))
