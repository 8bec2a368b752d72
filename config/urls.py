"""All routes, from the layers that own them."""

from __future__ import annotations

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from api import hooks
from api.health import healthz, metrics, readyz
from runtime.views.sign_in import to_sign_in

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("hooks/<str:id>/", hooks.view, name="hook"),
    path("api/", include("api.urls")),
    path("admin/login/", to_sign_in, name="admin_sign_in"),
    path("admin/", admin.site.urls),
    path("settings/tokens/", include("api.token_pages")),
    path("", include("builder.urls")),
    path("", include("runtime.urls")),
]

handler400 = "api.problems.bad_request"
handler403 = "api.problems.permission_denied"
handler404 = "api.problems.page_not_found"
handler500 = "api.problems.server_error"
