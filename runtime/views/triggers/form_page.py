"""A form as those see it who fill it in, perhaps without any account: one page, and thanks.

Routed by `urls`. It tells nothing but what its designer wrote and the fields it asks for, loads no script, and takes
a small request at a bounded pace: of each address, and of all together what would start something. Whether somebody may
send it, and what then happens, is `runtime.triggers.forms`.
"""

from __future__ import annotations

import re
import secrets

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.csp import CSP
from django.views.decorators.cache import never_cache
from django.views.decorators.csp import csp_override
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from runtime.fields import fields_of, read_fields
from runtime.models import Form
from runtime.refused import Refused
from runtime.triggers import forms
from runtime.triggers.throttle import Throttle, address_of

MAX_BYTES = 256 * 1024
_LENGTH = re.compile(r"[0-9]{1,9}")
PAGE_KEPT_S = 24 * 3_600
UNAVAILABLE, TOO_MUCH = 503, 429
BAIT = "website"
"""A field that no person sees; whatever fills it in is no person."""
PER_ADDRESS = Throttle(10, 60.0)
IN_ALL = Throttle(300, 60.0)
SENT = Throttle(10, 60.0)
AGAIN = Throttle(200, 60.0)
"""Of those in all, the ones from an address that has sent already: who sends for the first time has the rest."""
BUSY = "A lot is being sent here just now. Wait a minute, then try again."
POLICY = {
    "default-src": [CSP.NONE],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
}


@csrf_exempt  # The sign against forged requests is asked for below, once the request is known to be small.
@never_cache
@csp_override(POLICY)
@require_http_methods(["GET", "HEAD", "POST"])
def form_page(request: HttpRequest, form_id: str) -> HttpResponseBase:
    """The form; a POST sends it."""
    if request.method == "POST":
        refused = _unwelcome(request, form_id)
        if refused:
            return _closed(request, *refused)
    return _page(request, form_id)


@csrf_protect
def _page(request: HttpRequest, form_id: str) -> HttpResponse:
    form = Form.objects.filter(pk=form_id).first()
    if form is None or not forms.is_open(form):
        raise Http404("There is no such form.")
    if not forms.may_send(form, request.user):
        if request.user.is_authenticated:
            raise Http404("There is no such form.")
        return redirect(f"{reverse('sign_in')}?next={request.path}")
    schema = forms.schema_of(form.workflow)
    if isinstance(schema, Refused):
        return _closed(request, 503, "This form cannot be sent just now. Try again later.")
    reference = _sent(form, request.GET.get("sent", ""))
    if reference:
        return _render(request, form, "form_sent.html", {"reference": reference})
    return _sending(request, form, schema) if request.method == "POST" else _shown(request, form, schema)


def _sending(request: HttpRequest, form: Form, schema: dict[str, object]) -> HttpResponse:
    token = _token(form, request.POST.get("page", ""))
    if not token:
        return _shown(request, form, schema, "This page was open for too long. Look over it, then send it again.")
    if request.POST.get(BAIT):
        return _shown(request, form, schema, "It was not sent: the last field, which has to stay empty, is filled in.")
    if any("\0" in text for texts in request.POST.lists() for text in texts[1]):
        return _shown(request, form, schema, "A text holds a character that no text can hold.")
    given = read_fields(schema, request.POST)
    flaws = forms.flaws_beside(schema, given)
    if flaws:
        return _shown(request, form, schema, flaws.get("", ""), flaws)
    requester = request.user.get_username() if form.audience != "public" and request.user.is_authenticated else ""
    if _is_too_much(request, form.pk):
        return _shown(request, form, schema, BUSY, status=TOO_MUCH)
    done = forms.send(form, token, given, requester)
    if isinstance(done, Refused):
        return _unsent(request, form, schema, done)
    signed = signing.dumps(done.reference, salt=f"form-sent:{form.pk}")
    return redirect(f"{request.path}?sent={signed}")


def _unsent(request: HttpRequest, form: Form, schema: dict[str, object], refused: Refused) -> HttpResponse:
    """Why nothing was started, in words that tell nothing of the workflow."""
    if refused.code == "idempotency_conflict":
        said = "This page has been sent already, with other values. Look over these, then send them as a new one."
        return _shown(request, form, schema, said, status=409)
    if refused.code == "invalid_input":
        return _shown(request, form, schema, "Something that was filled in cannot be taken.")
    return _shown(
        request, form, schema, "It could not be sent just now. Nothing is lost: try again later.", status=UNAVAILABLE
    )


def _shown(
    request: HttpRequest,
    form: Form,
    schema: dict[str, object],
    error: str = "",
    flaws: dict[str, str] | None = None,
    status: int = 422,
) -> HttpResponse:
    failed = bool(error or flaws)
    context = {
        "fields": fields_of(schema, posted=request.POST if request.method == "POST" else None, errors=flaws),
        "error": error,
        "flawed": bool(flaws),
        # A page that was sent in vain keeps its number, so that what was kept after all is not kept twice.
        "page": request.POST.get("page", "") if flaws or status in (UNAVAILABLE, TOO_MUCH) else _new_page(form),
        "bait": BAIT,
    }
    answer = _render(request, form, "form_page.html", context, status if failed else 200)
    if status == TOO_MUCH:
        answer["Retry-After"] = "60"
    return answer


def _render(
    request: HttpRequest, form: Form, template: str, context: dict[str, object], status: int = 200
) -> HttpResponse:
    return render(request, f"runtime/triggers/{template}", {"form": form, **context}, status=status)


def _closed(request: HttpRequest, status: int, said: str) -> HttpResponse:
    return render(request, "runtime/triggers/form_closed.html", {"said": said}, status=status)


def _unwelcome(request: HttpRequest, form_id: str) -> tuple[int, str] | None:
    """Why a request is not even read: status and sentence."""
    length = request.headers.get("Content-Length", "")
    if not _LENGTH.fullmatch(length) or int(length) > MAX_BYTES:
        return 413, "What was sent is too large."
    if request.content_type != "application/x-www-form-urlencoded":
        return 415, "This form is sent as a form."
    if not Form.objects.filter(pk=form_id).exists():
        return None  # What is not there is not counted: invented addresses would push out those that are.
    return (TOO_MUCH, BUSY) if PER_ADDRESS.wait_of(_sender(request, form_id)) else None


def _is_too_much(request: HttpRequest, form_id: str) -> bool:
    """Whether all together have sent enough. Counted only for what is about to start something."""
    sender = _sender(request, form_id)
    if (SENT.counted(sender) and AGAIN.wait_of(form_id)) or IN_ALL.wait_of(form_id):
        return True
    SENT.wait_of(sender)
    return False


def _sender(request: HttpRequest, form_id: str) -> str:
    return f"{form_id} {address_of(request)}"


def _new_page(form: Form) -> str:
    return signing.dumps(secrets.token_urlsafe(12), salt=f"form-page:{form.pk}")


def _token(form: Form, page: str) -> str:
    return _unsigned(page, f"form-page:{form.pk}")


def _sent(form: Form, signed: str) -> str:
    return _unsigned(signed, f"form-sent:{form.pk}")


def _unsigned(text: str, salt: str) -> str:
    try:
        return str(signing.loads(text, salt=salt, max_age=PAGE_KEPT_S)) if text else ""
    except signing.BadSignature:
        return ""
