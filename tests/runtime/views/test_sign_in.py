"""Signing in at a pace: nobody guesses a password, and nobody who knows a name locks its person out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from runtime.views import sign_in
from tests.makers.people import PASSWORD, person

pytestmark = pytest.mark.django_db
HERE, ELSEWHERE = "192.0.2.7", "198.51.100.9"


@pytest.fixture(autouse=True)
def nothing_counted() -> Iterator[None]:
    throttles = (sign_in.PAIR, sign_in.ADDRESS, sign_in.NAME, sign_in.KNOWN)
    for throttle in throttles:
        throttle.forget()
    yield
    for throttle in throttles:
        throttle.forget()


@pytest.fixture
def dora(db: None) -> User:
    return person("dora", "designer")


def tried(browser: Client, password: str, name: str = "dora", address: str = HERE) -> int:
    given = {"username": name, "password": password}
    return browser.post(reverse("sign_in"), given, REMOTE_ADDR=address).status_code


def test_after_ten_wrong_passwords_the_eleventh_is_not_looked_at_even_if_it_is_right(dora: User) -> None:
    assert [tried(Client(), f"guess {number}") for number in range(10)] == [200] * 10
    answer = Client().post(reverse("sign_in"), {"username": "dora", "password": PASSWORD}, REMOTE_ADDR=HERE)
    assert answer.status_code == 429
    assert "Try again in 5 minutes" in answer.content.decode()
    assert 290 <= int(answer["Retry-After"]) <= 300


def test_who_guesses_elsewhere_locks_nobody_out_here(dora: User) -> None:
    for number in range(20):
        tried(Client(), f"guess {number}", address=ELSEWHERE)
    assert tried(Client(), PASSWORD, address=HERE) == 302


def test_who_has_signed_in_with_this_browser_gets_in_whatever_strangers_try(dora: User) -> None:
    mine = Client()
    assert tried(mine, PASSWORD) == 302
    mine.post(reverse("sign_out"))
    for number in range(sign_in.NAME._most + 10):
        sign_in.NAME.wait_of("dora")
        tried(Client(), f"guess {number}") if number < 12 else None
    assert tried(Client(), PASSWORD, address=ELSEWHERE) == 429
    assert tried(mine, PASSWORD) == 302


def test_a_known_browser_may_not_guess_for_ever_either_nor_under_another_name(dora: User) -> None:
    mine = Client()
    tried(mine, PASSWORD)
    mine.post(reverse("sign_out"))
    answers = [tried(mine, f"guess {number}") for number in range(21)]
    assert answers == [200] * 20 + [429]
    assert [tried(mine, "guess", name="ada") for _ in range(11)] == [200] * 10 + [429]


def test_many_names_from_one_address_are_counted_together(dora: User) -> None:
    answers = [tried(Client(), "Summer2026", name=f"name{number}") for number in range(61)]
    assert answers == [200] * 60 + [429]


def test_who_signs_in_all_the_time_is_not_slowed_down(dora: User) -> None:
    assert [tried(Client(), PASSWORD) for _ in range(70)] == [302] * 70


def test_all_addresses_of_one_ipv6_network_count_as_one(dora: User) -> None:
    answers = [tried(Client(), "guess", address=f"2001:db8::{number:x}") for number in range(1, 12)]
    assert answers == [200] * 10 + [429]


def test_a_forged_cookie_makes_no_browser_known(dora: User) -> None:
    mine = Client()
    mine.cookies[sign_in.COOKIE] = '["dora"]:1vXYZ:forged'
    assert [tried(mine, "guess") for _ in range(11)][-1] == 429


def test_a_name_of_any_length_or_with_nul_is_only_wrong(dora: User) -> None:
    assert tried(Client(), "guess", name="n" * 100_000) == 200
    assert tried(Client(), "guess", name="do\0ra") == 200


def test_the_admins_sign_in_leads_to_the_one_that_counts(dora: User) -> None:
    browser = Client()
    answer = browser.get("/admin/", follow=True)
    assert answer.redirect_chain[-1][0] == "/sign-in/?next=/admin/"
    assert browser.post("/admin/login/", {"username": "dora", "password": PASSWORD}).status_code == 302
    browser.force_login(dora)
    assert browser.get("/admin/", follow=True).status_code == 403


def test_whoever_sends_a_form_after_the_session_ended_is_told_and_comes_back_to_where_the_form_stood(
    dora: User,
) -> None:
    here = "http://testserver/cases/?view=mine"
    answer = Client().post("/cases/views/", {"name": "Mine"}, headers={"Referer": here}, follow=True)
    assert answer.redirect_chain[-1][0] == "/sign-in/?unsent=1&next=/cases/%3Fview%3Dmine"
    assert "You were signed out meanwhile. Nothing was sent." in answer.content.decode()


@pytest.mark.parametrize(
    "referer", ["", "https://elsewhere.example/cases/", "http://testserver//elsewhere.example", "http://["]
)
def test_a_way_back_that_is_not_ours_is_not_gone(referer: str, dora: User) -> None:
    browser = Client()
    sent = browser.post("/cases/views/", {"name": "Mine"}, headers={"Referer": referer} if referer else {})
    signed_in = browser.post(sent["Location"], {"username": "dora", "password": PASSWORD})
    assert signed_in["Location"] == "/"
