"""The run time in Django's admin: what has happened can be looked at, the settings can be changed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from runtime import audit, connections, veils
from runtime.admin_guard import AnyModelForm, AnyUserAdmin, Guarded, JsonField, made, pretty, shown
from runtime.models import AuditEntry, Blueprint, Connection, Escalation, OutboxMail, Queue, Run
from runtime.permissions import Permission, may, visible_escalations, visible_runs
from runtime.traces import reading as traces

MOST_EVENTS = 500


@admin.register(Run)
class RunAdmin(Guarded):
    """Runs with their journal."""

    reads: Permission = "runs:read"
    list_display = ("id", "workflow", "version", "status", "outcome", "requester", "created_at")
    list_filter = ("status",)
    search_fields = ("=id", "=workflow")
    ordering = ("-id",)
    readonly_fields = ("journal",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Run]:
        """The runs that the person may see."""
        return visible_runs(request.user)

    @admin.display(description=f"Journal (its first {MOST_EVENTS} events)")
    def journal(self, run: Run) -> SafeString:
        """What happened; nobody is told here what a gate said while people are asked."""

        def hide() -> frozenset[str]:
            return veils.secret(run.pk, run.blueprint_id, run.status)

        rows = (
            (event["seq"], event["at"], event["type"], event["node"] or "", pretty(event["data"]))
            for event in traces.read_events(run.pk, limit=MOST_EVENTS, hide=hide)
        )
        lines = format_html_join(
            "", "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td><pre>{}</pre></td></tr>", rows
        )
        return format_html("<table>{}</table>", lines)


@admin.register(Blueprint)
class BlueprintAdmin(Guarded):
    """Sealed drawings."""

    reads: Permission = "workflows:read"
    list_display = ("workflow", "version", "digest", "sealed_at")
    search_fields = ("=workflow", "=digest")
    ordering = ("workflow", "-version")
    fields = ("workflow", "version", "name", "digest", "sealed_at", "drawing")
    readonly_fields = ("drawing",)

    @admin.display(description="Drawing")
    def drawing(self, blueprint: Blueprint) -> SafeString:
        """The document."""
        return shown(blueprint.document)


@admin.register(Escalation)
class EscalationAdmin(Guarded):
    """Cases as they were shown, and how they were settled. They are settled in the inbox."""

    reads: Permission = "escalations:read"
    list_display = ("id", "question", "workflow", "kind", "state", "queue", "assignee", "due_at", "resolved_by")
    list_filter = ("state", "kind")
    search_fields = ("=id", "=workflow", "=queue", "=run__id")
    list_select_related = ("assignee",)
    ordering = ("-id",)
    exclude = ("asked", "reasons", "behind", "resolution")
    readonly_fields = ("what_was_shown", "why_it_stopped", "answer")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Escalation]:
        """The cases that the person may see."""
        return visible_escalations(request.user)

    @admin.display
    def what_was_shown(self, case: Escalation) -> SafeString:
        """What the digest is bound to."""
        return shown(case.asked)

    @admin.display
    def why_it_stopped(self, case: Escalation) -> SafeString:
        """The reasons."""
        return shown(case.reasons)

    @admin.display
    def answer(self, case: Escalation) -> SafeString:
        """The resolution and the votes before it."""
        return shown({"resolution": case.resolution, "votes": [vote.answer for vote in case.votes.order_by("at")]})


@admin.register(AuditEntry)
class AuditEntryAdmin(Guarded):
    """Who did what."""

    list_display = ("at", "actor", "action", "target", "data")
    search_fields = ("=actor", "=action", "=target")
    ordering = ("-at", "-pk")


@admin.register(OutboxMail)
class OutboxMailAdmin(Guarded):
    """Mails that workflows wrote, sent or not."""

    reads: Permission = "runs:read"
    list_display = ("to", "subject", "created_at", "sent_at")
    ordering = ("-created_at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[OutboxMail]:
        """The mails of the runs that the person may see."""
        seen = super().get_queryset(request)
        return seen if may(request.user, "workflows:read") else seen.filter(run__in=visible_runs(request.user))


@admin.register(Queue)
class QueueAdmin(Guarded):
    """Queues and their members."""

    reads: Permission = "settings:write"
    writes: Permission | None = "settings:write"
    list_display = ("name", "title")
    filter_horizontal = ("members",)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Keep the members, and who they are now in the audit trail: they may settle the queue's cases."""
        super().save_related(request, form, formsets, change)
        queue: Queue = form.instance
        members = sorted(queue.members.values_list("username", flat=True))
        data = {"name": queue.name, "members": members}
        audit.record(request.user.get_username(), "queue.saved", queue, timezone.now(), data)


class ConnectionForm(AnyModelForm):
    """A connection. Its secret goes in and is never shown."""

    config = JsonField(initial=dict, help_text="The fields of the provider, as a JSON object.")
    provider = forms.ChoiceField(choices=[(name, name) for name in connections.PROVIDERS])
    new_secret = forms.CharField(
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Write-only. Leave empty to keep the one there is.",
    )
    forget_secret = forms.BooleanField(required=False, help_text="Take the secret away.")

    class Meta:
        model = Connection
        fields = ("name", "provider", "config")

    @property
    def secret_given(self) -> str | None:
        """What `connections.save` wants: None keeps, an empty text takes away."""
        if self.cleaned_data.get("forget_secret"):
            return ""
        return self.cleaned_data.get("new_secret") or None

    def clean(self) -> dict[str, Any]:
        """Hold it against the rules of `connections`."""
        super().clean()
        given = self.cleaned_data
        if not self.errors:
            name = given.get("name", self.instance.name)
            for error in connections.flaws(name, given["provider"], given["config"], self.secret_given):
                field = error.path.split("/")[1].replace("secret", "new_secret")
                self.add_error(field if field in self.fields else None, f"{error.path} {error.message}")
        return given


@admin.register(Connection)
class ConnectionAdmin(Guarded):
    """Connections; a name stays what it is, since drawings use it."""

    reads: Permission = "settings:write"
    writes: Permission | None = "settings:write"
    deletes: Permission | None = "settings:write"
    fixed = ("name",)
    form = ConnectionForm
    list_display = ("name", "provider", "has_secret")
    fields = ("name", "provider", "config", "new_secret", "forget_secret")

    @admin.display(boolean=True)
    def has_secret(self, connection: Connection) -> bool:
        """Whether there is a secret."""
        return connection.secret is not None

    def save_model(self, request: HttpRequest, obj: Connection, form: Any, change: bool) -> None:
        """Save through the door that encrypts and audits."""
        given = form.cleaned_data
        kept = connections.save(
            obj.name, given["provider"], given["config"], form.secret_given, request.user, timezone.now()
        )
        if change:
            self.told(request, kept)
        else:
            made(kept)
            obj.pk = Connection.objects.get(name=obj.name).pk

    def delete_model(self, request: HttpRequest, obj: Connection) -> None:
        """Remove through the door that audits."""
        self.told(request, connections.remove(obj.name, request.user, timezone.now()))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Connection]) -> None:
        """Each through the same door."""
        for connection in queryset:
            self.delete_model(request, connection)


admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class PersonAdmin(Guarded, AnyUserAdmin):
    """People and their roles, to look at. They are changed in the settings, where an administrator always stays."""

    list_display = ("username", "email", "is_active", "is_staff")
    fieldsets = (
        (None, {"fields": ("username",)}),
        ("Person", {"fields": ("first_name", "last_name", "email")}),
        ("What they may do", {"fields": ("is_active", "is_staff", "groups")}),
    )
