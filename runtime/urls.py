"""The addresses of the run time's pages."""

from __future__ import annotations

from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, URLResolver, include, path

from runtime.views.case_deeds import (
    case_assign,
    case_claim,
    case_many,
    case_remark,
    case_snooze,
    case_undo,
    case_view,
)
from runtime.views.case_several import case_several
from runtime.views.case_table import case_export
from runtime.views.cases import case_detail, case_list, case_rest
from runtime.views.gate_pages.lists import gate_list, gate_list_export, workflow_gates
from runtime.views.gate_pages.one import gate_anew, gate_close, gate_page
from runtime.views.gate_pages.rows import gate_cases, gate_export
from runtime.views.gates import gate_incident, run_feedback
from runtime.views.home import home
from runtime.views.run_lists import run_export, run_list
from runtime.views.run_pairs import run_compare, run_pair
from runtime.views.runs import run_cancel, run_detail, run_retry, run_step, run_trace
from runtime.views.sign_in import SignIn
from runtime.views.triggers.form_page import form_page

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    path("sign-in/", SignIn.as_view(), name="sign_in"),
    path("sign-out/", LogoutView.as_view(), name="sign_out"),
    path("runs/", run_list, name="run_list"),
    path("runs/export/", run_export, name="run_export"),
    path("runs/compare/", run_compare, name="run_compare"),
    path("runs/<str:run_id>/against/<str:other_id>/", run_pair, name="run_pair"),
    path("runs/<str:run_id>/", run_detail, name="run_detail"),
    path("runs/<str:run_id>/steps/<str:node>/<int:visit>/", run_step, name="run_step"),
    path("runs/<str:run_id>/trace/", run_trace, name="run_trace"),
    path("runs/<str:run_id>/feedback/", run_feedback, name="run_feedback"),
    path("gates/", gate_list, name="gate_list"),
    path("gates/export/", gate_list_export, name="gate_list_export"),
    path("gates/<int:gate_id>/", gate_page, name="gate_page"),
    path("gates/<int:gate_id>/cases/", gate_cases, name="gate_cases"),
    path("gates/<int:gate_id>/cases/export/", gate_export, name="gate_export"),
    path("gates/<int:gate_id>/close/", gate_close, name="gate_close"),
    path("gates/<int:gate_id>/anew/", gate_anew, name="gate_anew"),
    path("gates/incidents/<int:incident_id>/", gate_incident, name="gate_incident"),
    path("workflows/<slug:slug>/gates/", workflow_gates, name="workflow_gates"),
    path("runs/<str:run_id>/cancellation/", run_cancel, name="run_cancel"),
    path("runs/<str:run_id>/retry/", run_retry, name="run_retry"),
    path("settings/", include("runtime.views.settings.urls")),
    path("workflows/<slug:slug>/triggers/", include("runtime.views.triggers.urls")),
    path("forms/<str:form_id>/", form_page, name="form_page"),
    path("cases/", case_list, name="case_list"),
    path("cases/views/", case_view, name="case_view"),
    path("cases/export/", case_export, name="case_export"),
    path("cases/several/", case_several, name="case_several"),
    path("cases/<str:case_id>/", case_detail, name="case_detail"),
    path("cases/<str:case_id>/claim/", case_claim, name="case_claim"),
    path("cases/<str:case_id>/assignment/", case_assign, name="case_assign"),
    path("cases/<str:case_id>/pause/", case_snooze, name="case_snooze"),
    path("cases/<str:case_id>/remarks/", case_remark, name="case_remark"),
    path("cases/<str:case_id>/undo/", case_undo, name="case_undo"),
    path("cases/<str:case_id>/alike/", case_many, name="case_many"),
    path("cases/<str:case_id>/rest/", case_rest, name="case_rest"),
]
