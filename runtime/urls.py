"""The addresses of the run time's pages."""

from __future__ import annotations

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import URLPattern, path

from runtime.views.cases import case_claim, case_detail, case_list
from runtime.views.home import home
from runtime.views.runs import run_cancel, run_detail, run_list, run_retry, run_trace

urlpatterns: list[URLPattern] = [
    path("", home, name="home"),
    path(
        "sign-in/",
        LoginView.as_view(template_name="runtime/sign_in.html", redirect_authenticated_user=True),
        name="sign_in",
    ),
    path("sign-out/", LogoutView.as_view(), name="sign_out"),
    path("runs/", run_list, name="run_list"),
    path("runs/<str:run_id>/", run_detail, name="run_detail"),
    path("runs/<str:run_id>/trace/", run_trace, name="run_trace"),
    path("runs/<str:run_id>/cancellation/", run_cancel, name="run_cancel"),
    path("runs/<str:run_id>/retry/", run_retry, name="run_retry"),
    path("cases/", case_list, name="case_list"),
    path("cases/<str:case_id>/", case_detail, name="case_detail"),
    path("cases/<str:case_id>/claim/", case_claim, name="case_claim"),
]
