"""The addresses of design time's pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from builder import canvas_views, case_views, gallery_views, lesson_views, repair_views, version_views
from builder.canvas import workflow_canvas, workflow_new
from builder.views import workflow_list, workflow_start
from builder.workflow_pages import backtests
from builder.workflow_pages.archiving import workflow_archive
from builder.workflow_pages.gate_terms import gate_terms
from builder.workflow_pages.overview import workflow_overview
from builder.workflow_pages.triggers import workflow_triggers
from builder.workflow_pages.versions import workflow_restore, workflow_versions

urlpatterns: list[URLPattern] = [
    path("workflows/", workflow_list, name="workflow_list"),
    # Beside the workflows and not below them: “new” is a name that a workflow may have.
    path("new-workflow/", workflow_new, name="workflow_new"),
    path("gallery/", gallery_views.gallery, name="gallery"),
    path("gallery/<slug:slug>/", gallery_views.gallery_item, name="gallery_item"),
    path("gallery/<slug:slug>/start/", gallery_views.gallery_start, name="gallery_start"),
    path("canvas/me/", version_views.me, name="workflow_me"),
    path("canvas/queues/", version_views.make_queue, name="workflow_make_queue"),
    path("workflows/<slug:slug>/", workflow_canvas, name="workflow_canvas"),
    path("workflows/<slug:slug>/overview/", workflow_overview, name="workflow_overview"),
    path("workflows/<slug:slug>/archive/", workflow_archive, name="workflow_archive"),
    path("workflows/<slug:slug>/triggers/", workflow_triggers, name="workflow_triggers"),
    path("workflows/<slug:slug>/versions/", workflow_versions, name="workflow_versions"),
    path("workflows/<slug:slug>/versions/<int:number>/restoration/", workflow_restore, name="workflow_restore"),
    path("workflows/<slug:slug>/backtests/", backtests.workflow_backtests, name="workflow_backtests"),
    path("workflows/<slug:slug>/backtests/start/", backtests.workflow_backtest_start, name="workflow_backtest_start"),
    path("workflows/<slug:slug>/backtests/<str:backtest_id>/", backtests.workflow_backtest, name="workflow_backtest"),
    path(
        "workflows/<slug:slug>/backtests/<str:backtest_id>/cancellation/",
        backtests.workflow_backtest_cancel,
        name="workflow_backtest_cancel",
    ),
    path(
        "workflows/<slug:slug>/backtests/<str:backtest_id>/export/",
        backtests.workflow_backtest_export,
        name="workflow_backtest_export",
    ),
    path(
        "workflows/<slug:slug>/backtests/<str:backtest_id>/<int:number>/",
        backtests.workflow_backtest_case,
        name="workflow_backtest_case",
    ),
    path("workflows/<slug:slug>/gates/<str:node>/terms/", gate_terms, name="gate_terms"),
    path("workflows/<slug:slug>/lessons/", lesson_views.workflow_lessons, name="workflow_lessons"),
    path("workflows/<slug:slug>/lessons/<str:lesson_id>/", lesson_views.workflow_lesson, name="workflow_lesson"),
    path(
        "workflows/<slug:slug>/lessons/<str:lesson_id>/effect/",
        lesson_views.workflow_lesson_effect,
        name="workflow_lesson_effect",
    ),
    path(
        "workflows/<slug:slug>/lessons/<str:lesson_id>/decision/",
        lesson_views.workflow_lesson_decision,
        name="workflow_lesson_decision",
    ),
    # Beside the cases and not below them: those belong to the run time, which knows nothing of drafts.
    path("teaching/<str:case_id>/", lesson_views.case_lessons, name="case_lessons"),
    path("workflows/<slug:slug>/differences/", version_views.differences, name="workflow_differences"),
    path("workflows/<slug:slug>/needs/", version_views.needs_of, name="workflow_needs"),
    path("workflows/<slug:slug>/start/", workflow_start, name="workflow_start"),
    path("workflows/<slug:slug>/inspector/", canvas_views.inspector, name="workflow_inspector"),
    path("workflows/<slug:slug>/completions/", canvas_views.completion, name="workflow_completions"),
    path("workflows/<slug:slug>/preview/", canvas_views.preview, name="workflow_preview"),
    path("workflows/<slug:slug>/repairs/", repair_views.repairs, name="workflow_repairs"),
    path("workflows/<slug:slug>/mend/", repair_views.mend, name="workflow_mend"),
    path("workflows/<slug:slug>/cases/", case_views.workflow_cases, name="workflow_cases"),
    path("workflows/<slug:slug>/cases/<int:sample_id>/", case_views.workflow_case, name="workflow_case"),
    path("workflows/<slug:slug>/try/", canvas_views.tryout, name="workflow_try"),
    path("workflows/<slug:slug>/try/<str:run_id>/answer/", canvas_views.tryout_answer, name="workflow_try_answer"),
]
