"""The pages of forms as their designers see them: all of a workflow, and one. What others see of it is `form_page`.

Routed by `urls`. The rules are in `runtime.triggers.forms`.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from runtime.models import Form
from runtime.refused import Refused
from runtime.triggers import forms
from runtime.triggers.forms import Wanted
from runtime.views.access import needs
from runtime.views.settings.telling import told
from runtime.views.triggers.shown import Place, errors_by_name, place_of


@require_safe
@needs("workflows:read")
def listed(request: HttpRequest, slug: str) -> HttpResponse:
    """All forms of a workflow."""
    rows = [
        {"form": form, "open": forms.is_open(form), "who": forms.AUDIENCES[form.audience], "address": _address(form)}
        for form in Form.objects.filter(workflow=slug).order_by("created_at", "pk")
    ]
    return render(request, "runtime/triggers/forms.html", {"here": place_of(request, slug), "rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@needs("workflows:write")
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """A new form."""
    here = place_of(request, slug)
    return _saved(request, here, None) if request.method == "POST" else _form(request, here, None)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("workflows:write")
def one(request: HttpRequest, slug: str, form_id: str) -> HttpResponse:
    """A form: its texts, who may send it, and its address."""
    here, row = place_of(request, slug), _row(slug, form_id)
    return _saved(request, here, row) if request.method == "POST" else _form(request, here, row)


@require_POST
@needs("workflows:write")
def removal(request: HttpRequest, slug: str, form_id: str) -> HttpResponse:
    """Remove it."""
    done = forms.remove(slug, _row(slug, form_id).pk, request.user, timezone.now())
    told(request, done, "The form is removed; its address leads nowhere now.")
    return redirect("trigger_forms", slug)


def _saved(request: HttpRequest, here: Place, row: Form | None) -> HttpResponse:
    posted = request.POST
    wanted = Wanted(
        title=posted.get("title", ""),
        audience=posted.get("audience", ""),
        introduction=posted.get("introduction", ""),
        thanks=posted.get("thanks", ""),
        is_on=posted.get("is_on") == "on",
    )
    done = forms.save(here.slug, row.pk if row else "", wanted, request.user, timezone.now())
    if isinstance(done, Refused):
        return _form(request, here, row, wanted, done)
    messages.success(request, f"“{done.title}” is kept.")
    return redirect("trigger_form", here.slug, done.pk)


def _form(
    request: HttpRequest, here: Place, row: Form | None, typed: Wanted | None = None, refused: Refused | None = None
) -> HttpResponse:
    shown: Any = typed or row or Wanted("", "starters")
    own, _ = errors_by_name(refused)
    public = forms.public_allowed()
    context = {
        "here": here,
        "row": row,
        "shown": shown,
        "own": own,
        "audiences": [
            (name, words, name == shown.audience, name != "public" or public) for name, words in forms.AUDIENCES.items()
        ],
        "public_allowed": public,
        "address": request.build_absolute_uri(_address(row)) if row else "",
        "is_open": row is not None and forms.is_open(row),
    }
    return render(request, "runtime/triggers/form.html", context, status=422 if refused else 200)


def _address(form: Form) -> str:
    return reverse("form_page", args=[form.pk])


def _row(slug: str, form_id: str) -> Form:
    found = Form.objects.filter(pk=form_id, workflow=slug).first()
    if found is None:
        raise Http404("There is no such form.")
    return found
