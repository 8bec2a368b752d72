"""Workflows in Django's admin: names and drafts can be changed and published, versions can be looked at."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from builder import drafts, publishing, workflows
from builder.loosening import Unmeant
from builder.models import Version, Workflow
from runtime.admin_guard import AnyModelForm, Guarded, JsonField, made, shown
from runtime.permissions import Permission
from runtime.refused import Refused


class WorkflowForm(AnyModelForm):
    """A workflow's name and draft. `revision` is the one that was read: whoever saved since wins."""

    draft = JsonField(initial=lambda: dict(workflows.EMPTY))
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Workflow
        fields = ("name", "slug", "description", "draft")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["revision"] = self.instance.draft_revision

    def clean_slug(self) -> str:
        """A slug that makes an address."""
        slug: str = self.cleaned_data["slug"]
        if not workflows.SLUG.fullmatch(slug):
            raise forms.ValidationError("Small letters and digits, with single - or _ between them.")
        return slug

    def clean_draft(self) -> Any:
        """The draft; refused when it is no document at all."""
        malformed = workflows.unreadable(self.cleaned_data["draft"])
        if malformed:
            raise forms.ValidationError([f"{error.path} {error.message}" for error in malformed.errors])
        return self.cleaned_data["draft"]

    def clean(self) -> dict[str, Any]:
        """Refuse a draft that somebody else has saved meanwhile."""
        super().clean()
        if self.instance.pk and self.cleaned_data.get("revision") != self.instance.draft_revision:
            self.add_error("draft", "Somebody else has saved this draft meanwhile. Load the page again.")
        return self.cleaned_data


@admin.register(Workflow)
class WorkflowAdmin(Guarded):
    """Workflows. Saving goes through `workflows` and `drafts`, publishing through `publishing`."""

    reads: Permission = "workflows:read"
    writes: Permission | None = "workflows:write"
    fixed = ("slug",)
    form = WorkflowForm
    list_display = ("name", "slug", "draft_revision", "archived_at", "updated_at")
    search_fields = ("name", "slug")
    fields = ("name", "slug", "description", "draft", "revision")
    actions = ("publish", "archive", "unarchive")

    def save_model(self, request: HttpRequest, obj: Workflow, form: Any, change: bool) -> None:
        """Save through the domain, which decides between savers and audits."""
        given, now = form.cleaned_data, timezone.now()
        if not change:
            outcome = workflows.create(
                given["name"],
                request.user,
                now,
                slug=given["slug"],
                description=given["description"],
                document=given["draft"],
            )
            made(outcome)
            obj.pk = Workflow.objects.get(slug=given["slug"]).pk
            return
        if {"name", "description"} & set(form.changed_data):
            texts = {"name": given["name"], "description": given["description"]}
            self.told(request, workflows.rename(Workflow.objects.get(pk=obj.pk), request.user, now, **texts))
        if "draft" in form.changed_data:
            self.told(request, drafts.save(obj, given["draft"], drafts.etag(given["revision"]), request.user, now))

    @admin.action(description="Publish the draft", permissions=["change"])
    def publish(self, request: HttpRequest, queryset: QuerySet[Workflow]) -> None:
        """Publish the drafts of the chosen workflows."""
        for workflow in queryset:
            outcome = publishing.publish(workflow, request.user, timezone.now())
            if isinstance(outcome, publishing.NotPublishable):
                errors = [problem.message for problem in outcome.problems if problem.level == "error"]
                self.message_user(request, f"{workflow.slug}: {' '.join(errors)}", messages.ERROR)
            elif isinstance(outcome, Refused):
                self.told(request, outcome)
            elif isinstance(outcome, Unmeant):
                told = f"{workflow.slug}: {outcome.detail} That is asked where its drawing is published."
                self.message_user(request, told, messages.ERROR)
            else:
                self.message_user(request, f"{workflow.slug}: version {outcome.number} is published.")

    @admin.action(description="Archive", permissions=["change"])
    def archive(self, request: HttpRequest, queryset: QuerySet[Workflow]) -> None:
        """Put the chosen workflows away."""
        for workflow in queryset:
            self.told(request, workflows.archive(workflow, request.user, timezone.now()))

    @admin.action(description="Take out of the archive", permissions=["change"])
    def unarchive(self, request: HttpRequest, queryset: QuerySet[Workflow]) -> None:
        """Take the chosen workflows out again."""
        for workflow in queryset:
            self.told(request, workflows.unarchive(workflow, request.user, timezone.now()))


@admin.register(Version)
class VersionAdmin(Guarded):
    """Versions; they never change."""

    reads: Permission = "workflows:read"
    list_display = ("workflow", "number", "published_by", "published_at", "note")
    list_select_related = ("workflow",)
    ordering = ("workflow", "-number")
    readonly_fields = ("drawing",)

    @admin.display(description="Drawing")
    def drawing(self, version: Version) -> SafeString:
        """The document."""
        return shown(version.blueprint.document)
