"""The routes of the API. What is not listed gets a problem document too."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path, re_path

from api import problems
from api.backtests import BacktestCases, BacktestItem, Backtests
from api.checks import Check
from api.docs import Docs, OpenApi
from api.drafts import DraftItem
from api.escalations import EscalationClaim, EscalationItem, EscalationResolution, Escalations
from api.escalations_deeds import EscalationAssignment, EscalationPause, EscalationRemarks, EscalationResolutions
from api.feedback import RunFeedback
from api.gates import GateItem, Gates
from api.kinds import Kinds
from api.runs import RunCancellation, RunItem, RunRetry, Runs
from api.traces import Trace
from api.trigger import TriggerRun
from api.versions import DraftDiff, VersionDiff, VersionItem, Versions
from api.workflows import WorkflowItem, Workflows

urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/openapi.json", OpenApi.as_view(), name="api_openapi"),
    path("v1/docs/", Docs.as_view(), name="api_docs"),
    path("v1/kinds/", Kinds.as_view(), name="api_kinds"),
    path("v1/workflows/", Workflows.as_view(), name="api_workflows"),
    path("v1/workflows/<slug:slug>/", WorkflowItem.as_view(), name="api_workflow"),
    path("v1/workflows/<slug:slug>/draft/", DraftItem.as_view(), name="api_draft"),
    path("v1/workflows/<slug:slug>/check/", Check.as_view(), name="api_check"),
    path("v1/workflows/<slug:slug>/versions/", Versions.as_view(), name="api_versions"),
    path("v1/workflows/<slug:slug>/versions/<int:number>/", VersionItem.as_view(), name="api_version"),
    path("v1/workflows/<slug:slug>/versions/<int:number>/diff/<int:other>/", VersionDiff.as_view(), name="api_diff"),
    path("v1/workflows/<slug:slug>/versions/<int:number>/diff/draft/", DraftDiff.as_view(), name="api_draft_diff"),
    path("v1/workflows/<slug:slug>/runs/", TriggerRun.as_view(), name="api_trigger"),
    path("v1/workflows/<slug:slug>/backtests/", Backtests.as_view(), name="api_backtests"),
    path("v1/backtests/<str:id>/", BacktestItem.as_view(), name="api_backtest"),
    path("v1/backtests/<str:id>/cases/", BacktestCases.as_view(), name="api_backtest_cases"),
    path("v1/runs/", Runs.as_view(), name="api_runs"),
    path("v1/runs/<str:id>/", RunItem.as_view(), name="api_run"),
    path("v1/runs/<str:id>/trace/", Trace.as_view(), name="api_trace"),
    path("v1/runs/<str:id>/cancellation/", RunCancellation.as_view(), name="api_run_cancellation"),
    path("v1/runs/<str:id>/retry/", RunRetry.as_view(), name="api_run_retry"),
    path("v1/runs/<str:id>/feedback/", RunFeedback.as_view(), name="api_run_feedback"),
    path("v1/gates/", Gates.as_view(), name="api_gates"),
    path("v1/gates/<str:id>/", GateItem.as_view(), name="api_gate"),
    path("v1/escalations/", Escalations.as_view(), name="api_escalations"),
    path("v1/escalations/resolutions/", EscalationResolutions.as_view(), name="api_resolutions"),
    path("v1/escalations/<str:id>/", EscalationItem.as_view(), name="api_escalation"),
    path("v1/escalations/<str:id>/claim/", EscalationClaim.as_view(), name="api_claim"),
    path("v1/escalations/<str:id>/resolution/", EscalationResolution.as_view(), name="api_resolution"),
    path("v1/escalations/<str:id>/assignment/", EscalationAssignment.as_view(), name="api_assignment"),
    path("v1/escalations/<str:id>/pause/", EscalationPause.as_view(), name="api_pause"),
    path("v1/escalations/<str:id>/remarks/", EscalationRemarks.as_view(), name="api_remarks"),
    re_path(r"^.*$", problems.unknown_route, name="api_unknown"),
]
