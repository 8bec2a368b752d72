"""The answer to a form that was sent from a page that is out of date: what happened, and the way on.

Called by `api.problems`, where Django's check against forged requests has refused a page's form. Most often nobody
forged anything: somebody signed in in another tab, and this one still holds what was true before. It changes nothing.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

MARK = "Interlock-Problem"
"""The header by which scripts know this answer; its value is the code that the API says."""
CODE = "csrf_failed"


def answer(request: HttpRequest) -> HttpResponse:
    """A page, or for htmx the notice alone. Whoever is signed in by now and wanted just that is led on."""
    signed_in = request.path == reverse("sign_in") and request.user.is_authenticated
    wanted = request.POST.get("next", "") if signed_in else request.headers.get("Referer", "")
    context = {"signed_in": signed_in, "address": ours(request, wanted)}
    of_htmx = bool(request.headers.get("HX-Request"))
    told = render(request, "_out_of_date.html" if of_htmx else "out_of_date.html", context, status=403)
    told[MARK], told["Cache-Control"] = CODE, "no-store"
    return told


def ours(request: HttpRequest, address: str) -> str:
    """The address without its host, if it is one of ours; else where everybody begins."""
    if not url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=False):
        return "/"
    parts = urlsplit(address)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    # Once more without its host: for a browser /\ and // begin the name of another one.
    return path if path.startswith("/") and url_has_allowed_host_and_scheme(path, None) else "/"
