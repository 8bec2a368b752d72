"""The addresses of the pages of triggers, below a workflow's."""

from __future__ import annotations

from django.urls import URLPattern, path

from runtime.views.triggers import forms, schedules, tables, webhooks

urlpatterns: list[URLPattern] = [
    path("webhooks/", webhooks.listed, name="trigger_webhooks"),
    path("webhooks/new/", webhooks.new, name="trigger_webhook_new"),
    path("webhooks/<str:webhook_id>/", webhooks.one, name="trigger_webhook"),
    path("webhooks/<str:webhook_id>/deed/", webhooks.deed, name="trigger_webhook_deed"),
    path("webhooks/<str:webhook_id>/test/", webhooks.test, name="trigger_webhook_test"),
    path("schedules/", schedules.listed, name="trigger_schedules"),
    path("schedules/new/", schedules.new, name="trigger_schedule_new"),
    path("schedules/times/", schedules.times, name="trigger_schedule_times"),
    path("schedules/<str:schedule_id>/", schedules.one, name="trigger_schedule"),
    path("schedules/<str:schedule_id>/deed/", schedules.deed, name="trigger_schedule_deed"),
    path("forms/", forms.listed, name="trigger_forms"),
    path("forms/new/", forms.new, name="trigger_form_new"),
    path("forms/<str:form_id>/", forms.one, name="trigger_form"),
    path("forms/<str:form_id>/removal/", forms.removal, name="trigger_form_removal"),
    path("tables/", tables.listed, name="trigger_tables"),
    path("tables/<str:batch_id>/", tables.one, name="trigger_table"),
    path("tables/<str:batch_id>/deed/", tables.deed, name="trigger_table_deed"),
    path("tables/<str:batch_id>/live/", tables.live, name="trigger_table_live"),
    path("tables/<str:batch_id>/csv/", tables.as_csv, name="trigger_table_csv"),
]
