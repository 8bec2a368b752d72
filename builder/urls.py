"""The addresses of design time's pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from builder.views import workflow_list, workflow_start

urlpatterns: list[URLPattern] = [
    path("workflows/", workflow_list, name="workflow_list"),
    path("workflows/<slug:slug>/start/", workflow_start, name="workflow_start"),
]
