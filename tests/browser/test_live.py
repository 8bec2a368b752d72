"""What a newcomer does: start a run, see it happen, answer, see it go on. The engine behind it is the real one."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Complaints, Visitor

pytestmark = pytest.mark.browser


def start(page: Page, seats: str) -> None:
    page.get_by_label("Seats").fill(seats)
    page.get_by_role("button", name="Start").click()
    page.wait_for_url("**/runs/*/")


def test_a_run_is_started_watched_answered_and_seen_to_its_end_without_a_reload(visit: Visitor) -> None:
    page = visit("ada", "/workflows/small/start/")
    start(page, "250")
    expect(page.locator("#banner")).to_contain_text("Waits for a person")
    expect(page.locator("#step-size-1 .port")).to_contain_text("large")
    expect(page.locator("[data-live]")).to_have_text("live")
    page.evaluate("window.kept = true")
    page.locator("#step-size-1 summary").first.click()

    desk = visit("rui", page.url)
    desk.get_by_role("link", name="Answer").click()
    desk.get_by_role("button", name="Go on").click()
    expect(desk.locator("#undo")).to_contain_text("Go on")

    expect(page.locator("#banner")).to_contain_text("Ended: told")
    expect(page.locator("#step-tell-1 .port")).to_contain_text("done")
    expect(page.locator("#step-ask-1 .step-why")).to_contain_text("rui chose “Go on”")
    expect(page.locator("[data-live]")).to_have_text("ended")
    assert page.evaluate("window.kept")
    assert page.locator("#step-size-1 details").first.get_attribute("open") is not None


def test_a_run_that_was_cancelled_offers_a_retry_without_a_reload(visit: Visitor) -> None:
    page = visit("ada", "/workflows/small/start/")
    start(page, "260")
    expect(page.locator("#banner")).to_contain_text("Waits for a person")
    other = visit("ada", page.url)
    other.get_by_role("button", name="Cancel run").click()
    other.get_by_role("button", name="End the run").click()
    expect(page.locator("#banner")).to_contain_text("Cancelled")
    expect(page.get_by_role("button", name="Cancel run")).to_be_hidden()
    page.get_by_role("button", name="Retry").click()
    expect(page.locator("#banner")).to_contain_text("Waits for a person")
    expect(page.get_by_role("button", name="Retry")).to_be_hidden()


def test_the_example_runs_on_a_lead_that_was_typed_in(visit: Visitor) -> None:
    page = visit("ada", "/workflows/lead-qualification/start/")
    page.get_by_label("E-mail").fill("ada@northwind.example")
    page.get_by_role("button", name="Start").click()
    page.wait_for_url("**/runs/*/")
    expect(page.locator("#banner")).not_to_contain_text("Running")
    expect(page.locator(".step[data-status='finished']").first).to_be_visible()


def test_the_number_of_open_cases_follows_at_once(visit: Visitor) -> None:
    desk = visit("rui", "/cases/")
    badge = desk.locator("[data-inbox-count]")
    expect(badge).to_be_visible()
    before = int(badge.inner_text())
    start(visit("ada", "/workflows/small/start/"), "300")
    expect(badge).to_have_text(str(before + 1))
    expect(desk.locator("[data-inbox-changed]")).to_contain_text("1 new")


def test_what_does_not_fit_the_input_is_said_beside_the_form_and_kept(visit: Visitor, complaints: Complaints) -> None:
    complaints.expected = ("422",)
    page = visit("ada", "/workflows/small/start/")
    page.get_by_label("Seats").fill("many")
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Seats")).to_have_value("many")
