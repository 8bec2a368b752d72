"""Who may ask for what: each route and each socket with the permission that it asks for, and what each role may.

Held against what the server does by `tests/test_permissions.py`: a route or a method that is not here fails there, and
so does one that is here and not there. The roles' permissions are written down once more on purpose: a change of them
is a decision, not a side effect.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

PUBLIC, SIGNED_IN, NOBODY = "public", "signed in", "nobody in particular"
READ, WRITE = "workflows:read", "workflows:write"

ROLES: Mapping[str, frozenset[str]] = {
    "designer": frozenset({READ, WRITE, "runs:read", "runs:write", "escalations:read", "gates:read", "gates:write"}),
    "reviewer": frozenset({"runs:read", "escalations:read", "escalations:write"}),
    "developer": frozenset(
        {READ, WRITE, "runs:read", "runs:write", "escalations:read", "escalations:write", "tokens:write", "gates:read"}
    ),
    "administrator": frozenset(
        {READ, WRITE, "runs:read", "runs:write", "escalations:read", "escalations:write"}
        | {"tokens:write", "settings:write", "admin", "gates:read", "gates:write"}
    ),
    NOBODY: frozenset(),
}
"""What each role may, of what the routes ask for."""

API: Mapping[str, Mapping[str, str]] = {
    "api_openapi": {"GET": PUBLIC},
    "api_docs": {"GET": PUBLIC},
    "api_kinds": {"GET": READ},
    "api_workflows": {"GET": READ, "POST": WRITE},
    "api_workflow": {"GET": READ, "PATCH": WRITE, "DELETE": WRITE},
    "api_draft": {"GET": READ, "PUT": WRITE},
    "api_draft_diff": {"GET": READ},
    "api_check": {"POST": READ},
    "api_versions": {"GET": READ, "POST": WRITE},
    "api_version": {"GET": READ},
    "api_diff": {"GET": READ},
    "api_backtests": {"GET": "workflows:read runs:read", "POST": "workflows:write runs:read"},
    "api_backtest": {"GET": "workflows:read runs:read", "DELETE": "workflows:write runs:read"},
    "api_backtest_cases": {"GET": "workflows:read runs:read"},
    "api_trigger": {"POST": "runs:write"},
    "api_runs": {"GET": "runs:read"},
    "api_run": {"GET": "runs:read"},
    "api_trace": {"GET": "runs:read"},
    "api_run_cancellation": {"POST": "runs:write"},
    "api_run_retry": {"POST": "runs:write"},
    "api_run_feedback": {"POST": "runs:write"},
    "api_gates": {"GET": "gates:read"},
    "api_gate": {"GET": "gates:read", "PATCH": "gates:write"},
    "api_escalations": {"GET": "escalations:read"},
    "api_escalation": {"GET": "escalations:read"},
    "api_claim": {"POST": "escalations:write", "DELETE": "escalations:write"},
    "api_resolution": {"POST": "escalations:write", "DELETE": "escalations:write"},
    "api_resolutions": {"POST": "escalations:write"},
    "api_assignment": {"PUT": "escalations:write"},
    "api_pause": {"PUT": "escalations:write", "DELETE": "escalations:write"},
    "api_remarks": {"GET": "escalations:read", "POST": "escalations:write"},
}
PAGES: Mapping[str, Mapping[str, str]] = {
    "home": {"GET": SIGNED_IN},
    "workflow_list": {"GET": READ},
    "workflow_new": {"GET": WRITE, "POST": WRITE},
    "workflow_canvas": {"GET": READ},
    "workflow_start": {"GET": "runs:write", "POST": "runs:write"},
    "workflow_overview": {"GET": READ},
    "workflow_archive": {"POST": WRITE},
    "workflow_triggers": {"GET": READ},
    "trigger_webhooks": {"GET": READ},
    "trigger_webhook_new": {"POST": WRITE},
    "trigger_webhook": {"GET": READ},
    "trigger_webhook_deed": {"POST": WRITE},
    "trigger_webhook_test": {"POST": "runs:write"},
    "workflow_versions": {"GET": READ},
    "workflow_restore": {"POST": WRITE},
    "workflow_backtests": {"GET": READ},
    "workflow_backtest_start": {"POST": WRITE},
    "workflow_backtest": {"GET": READ},
    "workflow_backtest_cancel": {"POST": WRITE},
    "workflow_backtest_case": {"GET": READ},
    "workflow_backtest_export": {"GET": READ},
    "workflow_lessons": {"GET": READ},
    "workflow_lesson": {"GET": READ},
    "workflow_lesson_effect": {"POST": WRITE},
    "workflow_lesson_decision": {"POST": WRITE},
    "case_lessons": {"GET": "escalations:write", "POST": "escalations:write"},
    "workflow_differences": {"POST": READ},
    "workflow_needs": {"POST": READ},
    "workflow_me": {"GET": READ},
    "workflow_make_queue": {"POST": "settings:write"},
    "gallery": {"GET": READ},
    "gallery_item": {"GET": READ},
    "gallery_start": {"POST": WRITE},
    "workflow_inspector": {"GET": READ, "POST": READ},
    "workflow_completions": {"POST": READ},
    "workflow_preview": {"POST": READ},
    "workflow_repairs": {"POST": READ},
    "workflow_mend": {"POST": READ},
    "workflow_cases": {"GET": READ, "POST": WRITE},
    "workflow_case": {"DELETE": WRITE},
    "workflow_try": {"POST": "runs:write"},
    "workflow_try_answer": {"POST": "runs:write"},
    "run_list": {"GET": "runs:read"},
    "run_export": {"GET": "runs:read"},
    "run_compare": {"GET": "runs:read"},
    "run_pair": {"GET": "runs:read"},
    "run_detail": {"GET": "runs:read"},
    "run_step": {"GET": "runs:read"},
    "run_trace": {"GET": "runs:read"},
    "run_feedback": {"POST": "runs:write"},
    "gate_incident": {"POST": "gates:write"},
    "gate_list": {"GET": "gates:read"},
    "gate_list_export": {"GET": "gates:read"},
    "gate_page": {"GET": "gates:read"},
    "gate_cases": {"GET": "gates:read"},
    "gate_export": {"GET": "gates:read"},
    "gate_close": {"POST": "gates:write"},
    "gate_anew": {"POST": "gates:write"},
    "gate_terms": {"GET": "gates:write", "POST": "gates:write"},
    "workflow_gates": {"GET": "gates:read"},
    "run_cancel": {"POST": "runs:write"},
    "run_retry": {"POST": "runs:write"},
    "case_list": {"GET": "escalations:read"},
    "case_detail": {"GET": "escalations:read", "POST": "escalations:write"},
    "case_claim": {"POST": "escalations:write"},
    "case_assign": {"POST": "escalations:write"},
    "case_snooze": {"POST": "escalations:write"},
    "case_remark": {"POST": "escalations:write"},
    "case_undo": {"POST": "escalations:write"},
    "case_many": {"GET": "escalations:read", "POST": "escalations:write"},
    "case_rest": {"GET": "escalations:read"},
    "case_view": {"POST": "escalations:read"},
    "case_export": {"GET": "escalations:read"},
    "case_several": {"POST": "escalations:write"},
}
TOKENS, SETTINGS, ADMIN = "tokens:write", "settings:write", "admin"
PAGES = {
    **PAGES,
    "settings": {"GET": SIGNED_IN},
    "settings_you": {"GET": SIGNED_IN, "POST": SIGNED_IN},
    "settings_tokens": {"GET": TOKENS, "POST": TOKENS},
    "settings_token_withdraw": {"POST": TOKENS},
    "settings_connections": {"GET": READ},
    "settings_connection_new": {"GET": SETTINGS, "POST": SETTINGS},
    "settings_connection": {"GET": SETTINGS, "POST": SETTINGS},
    "settings_connection_trial": {"POST": SETTINGS},
    "settings_connection_removal": {"POST": SETTINGS},
    "settings_rotate": {"POST": SETTINGS},
    "settings_queues": {"GET": SETTINGS, "POST": SETTINGS},
    "settings_queue": {"GET": SETTINGS, "POST": SETTINGS},
    "settings_queue_archive": {"POST": SETTINGS},
    "settings_people": {"GET": ADMIN, "POST": ADMIN},
    "settings_person": {"GET": ADMIN, "POST": ADMIN},
    "settings_person_access": {"POST": ADMIN},
    "settings_work": {"GET": ADMIN},
    "settings_work_key": {"POST": ADMIN},
    "settings_work_deed": {"POST": ADMIN},
    "settings_notices": {"GET": "escalations:read", "POST": "escalations:read"},
    "settings_notice_calls": {"GET": ADMIN, "POST": ADMIN},
    "settings_notice_call": {"POST": ADMIN},
    "settings_keeping": {"GET": ADMIN, "POST": ADMIN},
    "settings_log": {"GET": ADMIN},
    "settings_log_csv": {"GET": ADMIN},
    "settings_log_check": {"POST": ADMIN},
}
PAGES = {
    **PAGES,
    "trigger_schedules": {"GET": READ},
    "trigger_schedule_new": {"GET": WRITE, "POST": WRITE},
    "trigger_schedule_times": {"GET": READ},
    "trigger_schedule": {"GET": WRITE, "POST": WRITE},
    "trigger_schedule_deed": {"POST": WRITE},
    "trigger_forms": {"GET": READ},
    "trigger_form_new": {"GET": WRITE, "POST": WRITE},
    "trigger_form": {"GET": WRITE, "POST": WRITE},
    "trigger_form_removal": {"POST": WRITE},
    "trigger_tables": {"GET": "runs:write", "POST": "runs:write"},
    "trigger_table": {"GET": "runs:write", "POST": "runs:write"},
    "trigger_table_deed": {"POST": "runs:write"},
    "trigger_table_live": {"GET": "runs:write"},
    "trigger_table_csv": {"GET": "runs:write"},
}
OPEN = {"form_page", "api_unknown", "healthz", "readyz", "metrics", "hook", "sign_in", "sign_out", "admin_sign_in"}
"""Routes that ask for nothing: they tell of nothing, are how one signs in and out, or ask by themselves (forms)."""

SOCKETS = {"run_socket": "runs:read", "inbox_socket": "escalations:read", "drawing_socket": READ}
ONE_OF_A_RUN = {"api_run": "GET", "api_trace": "GET", "run_detail": "GET", "run_trace": "GET"}
ONE_OF_A_CASE = {
    "api_escalation": "GET",
    "api_claim": "POST",
    "api_resolution": "POST",
    "api_assignment": "PUT",
    "api_pause": "DELETE",
    "api_remarks": "GET",
    "case_detail": "GET",
    "case_claim": "POST",
    "case_assign": "POST",
    "case_snooze": "POST",
    "case_remark": "POST",
    "case_undo": "POST",
    "case_many": "GET",
    "case_rest": "GET",
    "case_lessons": "GET",
}


def routes(resolver: Any = None, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Name and pattern of every route, Django's admin (which asks for staff by itself) left out."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace != "admin":
                yield from routes(pattern, prefix + str(pattern.pattern))
        elif isinstance(pattern, URLPattern):
            yield pattern.name or "", prefix + str(pattern.pattern)
