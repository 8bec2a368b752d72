"""A form from a page that is out of date: nobody is left before a page without a way on, and nothing is done."""

from __future__ import annotations

import json

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import User
from django.test import AsyncClient, Client
from django.urls import reverse

from tests.makers.people import PASSWORD, person

pytestmark = pytest.mark.django_db
GIVEN = {"username": "dora", "password": PASSWORD}


@pytest.fixture
def dora(db: None) -> User:
    return person("dora", "designer")


@pytest.fixture
def tab(dora: User) -> Client:
    """A browser in which dora has just signed in, in another tab."""
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(dora)
    return browser


def test_who_signs_in_in_a_second_tab_is_told_that_this_was_done_and_led_on(tab: Client) -> None:
    answer = tab.post(reverse("sign_in"), {**GIVEN, "next": "/runs/?status=failed"})
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "You are signed in already" in page
    assert "dora" in page
    assert 'href="/runs/?status=failed"' in page
    assert "DEBUG" not in page
    assert "css/pages.css" in page


@pytest.mark.parametrize(
    "elsewhere",
    [
        *("https://example.org/", "//example.org", "javascript:alert(1)", "http://[", ""),
        # For a browser a backslash is a slash, and two of those begin the name of another host.
        *("http://testserver/\\example.org", "http://testserver//example.org", "http://testserver/\\/example.org"),
    ],
)
def test_nobody_is_led_elsewhere(tab: Client, elsewhere: str) -> None:
    page = tab.post(reverse("sign_in"), {**GIVEN, "next": elsewhere}).content.decode()
    assert 'class="button main" href="/"' in page
    page = tab.post(reverse("sign_out"), headers={"Referer": elsewhere}).content.decode()
    assert 'class="button main" href="/"' in page


def test_any_other_form_says_that_nothing_was_sent_and_leads_back_to_its_page(tab: Client) -> None:
    answer = tab.post(reverse("sign_out"), headers={"Referer": "http://testserver/cases/?queue=sales"})
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "This page was out of date" in page
    assert "Nothing was sent" in page
    assert 'href="/cases/?queue=sales"' in page
    assert tab.get(reverse("home")).status_code == 200, "still signed in"


def test_who_is_not_signed_in_and_sends_an_old_sign_in_page_can_load_it_again(dora: User) -> None:
    here = "http://testserver/sign-in/?next=/runs/"
    page = Client(enforce_csrf_checks=True).post(reverse("sign_in"), GIVEN, headers={"Referer": here}).content.decode()
    assert "This page was out of date" in page
    assert 'href="/sign-in/?next=/runs/"' in page


def test_htmx_gets_a_notice_and_a_mark_that_scripts_know(tab: Client) -> None:
    answer = tab.post(reverse("sign_out"), headers={"HX-Request": "true"})
    assert (answer.status_code, answer["Interlock-Problem"]) == (403, "csrf_failed")
    assert answer.content.decode().lstrip().startswith("<p class=")
    assert "nothing was sent" in answer.content.decode()


@pytest.mark.parametrize("path", ["/api/v1/workflows/", "/canvas/queues/"])
def test_scripts_with_a_session_get_a_problem(tab: Client, path: str) -> None:
    headers = {"Accept": "application/json"}
    answer = tab.post(path, b"{}", content_type="application/json", headers=headers)
    assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")
    said = json.loads(answer.content)
    assert said["code"] == "csrf_failed"
    assert said["detail"] == "This page was out of date: nothing was sent. Load it again, then try once more."
    assert answer["Interlock-Problem"] == "csrf_failed"


async def sent_as_it_is_served(user: User) -> tuple[int, str]:
    browser = AsyncClient(enforce_csrf_checks=True)
    await browser.aforce_login(user)
    answer = await browser.post(reverse("sign_in"), GIVEN)
    return answer.status_code, answer.content.decode()


def test_the_server_as_it_is_served_names_who_is_signed_in(dora: User) -> None:
    status, page = async_to_sync(sent_as_it_is_served)(dora)
    assert status == 403
    assert "You are dora" in page
