"""The addresses of the settings' pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from runtime.views.settings import connections, keeping, log, notices, people, queues, start, work

urlpatterns: list[URLPattern] = [
    path("", start.start, name="settings"),
    path("you/", start.you, name="settings_you"),
    path("connections/", connections.listed, name="settings_connections"),
    path("connections/new/<slug:provider>/", connections.new, name="settings_connection_new"),
    path("connections/keys/", connections.rotate, name="settings_rotate"),
    path("connections/<int:connection_id>/", connections.one, name="settings_connection"),
    path("connections/<int:connection_id>/trial/", connections.trial, name="settings_connection_trial"),
    path("connections/<int:connection_id>/removal/", connections.removal, name="settings_connection_removal"),
    path("queues/", queues.listed, name="settings_queues"),
    path("queues/<int:queue_id>/", queues.one, name="settings_queue"),
    path("queues/<int:queue_id>/archive/", queues.archive, name="settings_queue_archive"),
    path("people/", people.listed, name="settings_people"),
    path("people/<int:person_id>/", people.one, name="settings_person"),
    path("people/<int:person_id>/access/", people.access, name="settings_person_access"),
    path("notices/", notices.mine, name="settings_notices"),
    path("notices/calls/", notices.calls, name="settings_notice_calls"),
    path("notices/calls/<int:hook_id>/", notices.call, name="settings_notice_call"),
    path("work/", work.listed, name="settings_work"),
    path("work/callback-key/", work.callback_key, name="settings_work_key"),
    path("work/<str:job_id>/", work.deed, name="settings_work_deed"),
    path("keeping/", keeping.keeping, name="settings_keeping"),
    path("log/", log.listed, name="settings_log"),
    path("log/csv/", log.as_csv, name="settings_log_csv"),
    path("log/check/", log.check, name="settings_log_check"),
]
