"""Forms: who may send one, what strangers see of it, and that a page starts one run however often it is sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from runtime import blueprints, runs
from runtime.models import AuditEntry, Entry, Form, Run
from runtime.views.triggers import form_page
from tests.makers.people import person
from tests.makers.sealed import ECHO, published

pytestmark = pytest.mark.django_db
PLAIN = "application/x-www-form-urlencoded"
DRAWING = {
    **ECHO,
    "input": {
        "type": "object",
        "properties": {"n": {"type": "integer", "title": "How many"}, "mail": {"type": "string", "format": "email"}},
        "required": ["n"],
    },
}


@pytest.fixture(autouse=True)
def secret_workflow(db: None, settings: Any) -> Iterator[None]:
    settings.INTERLOCK = {**settings.INTERLOCK, "PUBLIC_FORMS": True}
    published("secret-workflow", DRAWING)
    form_page.PER_ADDRESS.forget()
    form_page.IN_ALL.forget()
    form_page.AGAIN.forget()
    form_page.SENT.forget()
    yield
    runs.forget_newest("secret-workflow")
    blueprints.sealed.cache_clear()


def at(name: str, *arguments: object) -> str:
    return reverse(f"trigger_{name}", args=["secret-workflow", *arguments])


def made(client: Client, **changed: str) -> Form:
    typed = {"title": "Tell us", "audience": "public", "introduction": "Hello.", "thanks": "Bye.", "is_on": "on"}
    answer = client.post(at("form_new"), {**typed, **changed})
    assert answer.status_code == 302, answer.content.decode()
    return Form.objects.get()


def address(form: Form) -> str:
    return reverse("form_page", args=[form.pk])


def page_number(page: str) -> str:
    found = re.search(r'name="page" value="([^"]+)"', page)
    assert found
    return found[1]


def send(client: Client, form: Form, page: str = "", **values: str) -> Any:
    """What the person sees in the end."""
    number = page or page_number(client.get(address(form)).content.decode())
    return client.post(address(form), urlencode({"page": number, **values}), content_type=PLAIN, follow=True)


def reference(answer: HttpResponse) -> str:
    found = re.search(r'class="reference">([^<]+)<', answer.content.decode())
    return found[1] if found else ""


def test_a_stranger_fills_in_a_public_form_and_gets_a_reference(designer: Client) -> None:
    form = made(designer)
    answer = send(Client(), form, **{"field-n": "7"})
    run = Run.objects.get()
    assert reference(answer) == run.pk[-10:].upper()
    assert "Bye." in answer.content.decode()
    assert (run.requester, Entry.objects.get(run=run).data) == ("form:Tell us", {"input": {"n": 7}})


def test_it_tells_strangers_nothing_but_its_texts_and_fields(designer: Client) -> None:
    form = made(designer)
    answer = Client().get(address(form))
    page = answer.content.decode()
    assert "How many" in page
    assert not any(word in page for word in ("secret-workflow", "Secret-workflow", "Interlock", "version", "<script"))
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "no-store" in answer["Cache-Control"]


def test_a_page_that_is_sent_twice_starts_one_run_and_gives_the_same_reference(designer: Client) -> None:
    form, stranger = made(designer), Client()
    number = page_number(stranger.get(address(form)).content.decode())
    first, second = (send(stranger, form, number, **{"field-n": "7"}) for _ in range(2))
    assert reference(first) == reference(second) != ""
    changed = send(stranger, form, number, **{"field-n": "8"})
    assert (changed.status_code, reference(changed)) == (409, "")
    assert 'value="8"' in changed.content.decode(), "what was typed stays, to be sent as a new one"
    assert Run.objects.count() == 1
    again = send(stranger, form, page_number(changed.content.decode()), **{"field-n": "8"})
    assert reference(again)
    assert Run.objects.count() == 2


def test_what_does_not_fit_is_said_at_its_field_and_starts_nothing(designer: Client) -> None:
    form = made(designer)
    for values, said in (
        ({}, "How many is needed."),
        ({"field-n": "many"}, "How many must be a whole number."),
        ({"field-n": "1", "field-mail": "x"}, "Mail must be a mail address"),
        ({"field-n": "1", "website": "http://spam.example"}, "has to stay empty"),
        ({"field-n": "1", "field-mail": "a\0b"}, "no text can hold"),
    ):
        answer = send(Client(), form, **values)
        assert answer.status_code == 422
        assert said in answer.content.decode()
    assert not Run.objects.exists()


def test_a_page_number_cannot_be_made_up_nor_taken_from_another_form(designer: Client) -> None:
    form = made(designer)
    for number in ("made-up", "a:b:c"):
        assert "too long" in send(Client(), form, number, **{"field-n": "1"}).content.decode()
    sent = Client().get(address(form) + "?sent=made-up")
    assert "reference" not in sent.content.decode()
    assert not Run.objects.exists()


def test_a_request_forged_on_another_site_is_refused(designer: Client) -> None:
    form = made(designer)
    strict = Client(enforce_csrf_checks=True)
    number = page_number(strict.get(address(form)).content.decode())
    answer = strict.post(address(form), f"page={number}&field-n=1", content_type=PLAIN)
    assert answer.status_code == 403
    token = strict.cookies["csrftoken"].value
    answer = strict.post(address(form), f"page={number}&field-n=1&csrfmiddlewaretoken={token}", content_type=PLAIN)
    assert answer.status_code == 302


def test_what_is_large_or_no_form_is_not_even_read(designer: Client) -> None:
    form = made(designer)
    large = Client().post(address(form), "field-n=" + "1" * 300_000, content_type=PLAIN)
    odd = Client().post(address(form), {"file": "x"})
    assert (large.status_code, odd.status_code) == (413, 415)


def test_one_address_is_slowed_down_whatever_it_sends(designer: Client) -> None:
    form = made(designer)
    statuses = [send(Client(), form, "made-up").status_code for _ in range(12)]
    assert statuses == [422] * 10 + [429] * 2


def sent_from(form: Form, last: int, **values: str) -> Any:
    """Sent by somebody elsewhere."""
    there = Client(REMOTE_ADDR=f"198.51.100.{last}")
    return send(there, form, **(values or {"field-n": "1"}))


def test_all_together_are_slowed_down_and_lose_nothing_that_they_filled_in(
    designer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = made(designer)
    monkeypatch.setattr(form_page.IN_ALL, "_most", 3)
    assert [sent_from(form, last).status_code for last in range(3)] == [200] * 3
    there = Client(REMOTE_ADDR="198.51.100.9")
    late = send(there, form, **{"field-n": "77"})
    assert (late.status_code, late["Retry-After"]) == (429, "60")
    assert 'value="77"' in late.content.decode()
    form_page.IN_ALL.forget()
    assert send(there, form, page_number(late.content.decode()), **{"field-n": "77"}).status_code == 200
    assert Run.objects.count() == 4


def test_a_few_who_send_without_end_leave_room_for_whoever_sends_once(
    designer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = made(designer)
    monkeypatch.setattr(form_page.IN_ALL, "_most", 12)
    monkeypatch.setattr(form_page.AGAIN, "_most", 4)
    flood = [sent_from(form, last).status_code for _ in range(5) for last in range(3)]
    assert flood == [200] * 7 + [429] * 8
    corrected = Client(REMOTE_ADDR="198.51.100.77")
    assert send(corrected, form, **{"field-n": "none"}).status_code == 422
    assert send(corrected, form, **{"field-n": "1"}).status_code == 200
    assert [sent_from(form, last).status_code for last in range(100, 106)] == [200] * 4 + [429] * 2


def test_what_starts_nothing_uses_nothing_up_of_what_all_may_send(
    designer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = made(designer)
    monkeypatch.setattr(form_page.IN_ALL, "_most", 1)
    for last in range(5):
        assert send(Client(REMOTE_ADDR=f"198.51.100.{last}"), form, "made-up").status_code == 422
        assert sent_from(form, last, **{"field-n": "none"}).status_code == 422
    assert sent_from(form, 77).status_code == 200


def test_who_may_not_send_a_form_uses_nothing_up_of_it(
    designer: Client, reviewer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = made(designer, audience="everyone")
    monkeypatch.setattr(form_page.IN_ALL, "_most", 1)
    for last in range(3):
        Client(REMOTE_ADDR=f"198.51.100.{last}").post(address(form), "field-n=1", content_type=PLAIN)
    assert send(reviewer, form, **{"field-n": "3"}).status_code == 200


def test_off_or_unknown_or_forbidden_by_the_administrator_it_is_not_there(designer: Client, settings: Any) -> None:
    form = made(designer)
    assert Client().get(address(form)).status_code == 200
    assert Client().get(reverse("form_page", args=["x" * 24])).status_code == 404
    settings.INTERLOCK = {**settings.INTERLOCK, "PUBLIC_FORMS": False}
    assert Client().get(address(form)).status_code == 404
    assert (
        "Public forms are off"
        in designer.post(at("form", form.pk), {"title": "T", "audience": "public"}).content.decode()
    )
    settings.INTERLOCK = {**settings.INTERLOCK, "PUBLIC_FORMS": True}
    designer.post(at("form", form.pk), {"title": "T", "audience": "public"})
    assert Client().get(address(form)).status_code == 404


def test_an_internal_form_is_for_those_that_were_chosen(designer: Client, reviewer: Client) -> None:
    form = made(designer, audience="starters")
    answer = Client().get(address(form))
    assert (answer.status_code, answer["Location"]) == (302, f"/sign-in/?next={address(form)}")
    assert reviewer.get(address(form)).status_code == 404
    Form.objects.update(audience="everyone")
    send(reviewer, form, **{"field-n": "3"})
    assert Run.objects.get().requester == "rui", "who signed in is named, and may then not settle it alone"


def test_a_workflow_that_is_put_away_answers_that_it_cannot_be_sent_now(designer: Client) -> None:
    form, stranger = made(designer), Client()
    blueprints.archive("secret-workflow", form.created_at)
    answer = stranger.get(address(form))
    assert answer.status_code == 503
    assert "archived" not in answer.content.decode()


def test_texts_are_plain_and_escaped(designer: Client) -> None:
    form = made(designer, title="<b>A</b>", introduction="<i>one</i>\n\ntwo", thanks="<u>x</u>")
    page = Client().get(address(form)).content.decode()
    assert "<b>A" not in page
    assert "<i>one" not in page
    assert "<u>x" not in send(Client(), form, **{"field-n": "1"}).content.decode()
    own = designer.get(at("form", form.pk)).content.decode()
    assert "&amp;lt;b&amp;gt;A" in own, "what is copied into another page is escaped there, too"


def test_a_form_is_listed_changed_and_removed(designer: Client) -> None:
    form = made(designer)
    assert "Tell us" in designer.get(at("forms")).content.decode()
    assert designer.post(at("form", form.pk), {"title": ""}).status_code == 422
    designer.post(at("form_removal", form.pk))
    assert not Form.objects.exists()
    assert {"form.saved", "form.removed"} == set(AuditEntry.objects.values_list("action", flat=True))


def test_a_drawing_that_names_no_fields_can_have_no_form(designer: Client) -> None:
    published("bare", {**ECHO, "input": {"type": "object"}})
    answer = designer.post(reverse("trigger_form_new", args=["bare"]), {"title": "T", "audience": "starters"})
    assert "nothing to ask" in answer.content.decode()


def test_only_those_who_draw_make_forms(reviewer: Client, developer_dev: User) -> None:
    assert reviewer.post(at("form_new"), {"title": "T"}).status_code == 403
    nobody = Client()
    nobody.force_login(person("nora"))
    assert nobody.get(at("forms")).status_code == 403


@pytest.mark.parametrize("length", ["9" * 5_000, "²", "-1", "", "1e3"])
def test_a_length_that_is_none_is_too_large(designer: Client, length: str) -> None:
    form = made(designer)
    answer = Client().post(address(form), "n=1", content_type=PLAIN, headers={"Content-Length": length})
    assert answer.status_code == 413


def test_addresses_that_are_invented_are_not_counted(designer: Client) -> None:
    made(designer)
    for number in range(15):
        assert Client().post(f"/forms/invented{number % 2}/", "n=1", content_type=PLAIN).status_code == 404
    assert not form_page.PER_ADDRESS._counted
    assert not form_page.IN_ALL._counted
