"""The page on which the API is tried: under the strict content security policy, by session and by keyboard."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.sqlite_only]

type Visitor = Callable[..., Page]


def test_every_operation_can_be_tried_with_the_session(visit: Visitor) -> None:
    page = visit("dora", "/api/v1/docs/")
    operation = page.locator("details", has_text="Read a workflow.")
    operation.locator("summary").click()
    operation.get_by_label("slug").fill("small")
    operation.get_by_role("button", name="Send").click()
    expect(operation.locator("pre")).to_contain_text('"slug": "small"')


def test_writing_sends_the_csrf_token(visit: Visitor) -> None:
    page = visit("dora", "/api/v1/docs/")
    operation = page.locator("details", has_text="Make a workflow.")
    operation.locator("summary").press("Enter")
    operation.get_by_label("body").fill('{"name": "From the page"}')
    operation.get_by_role("button", name="Send").click()
    expect(operation.locator("pre")).to_contain_text("201")
    expect(operation.locator("pre")).to_contain_text('"slug": "from-the-page"')


def test_the_fields_of_a_body_are_told(visit: Visitor) -> None:
    page = visit("dora", "/api/v1/docs/")
    operation = page.locator("details", has_text="Start a run.")
    operation.locator("summary").click()
    field = operation.get_by_role("row", name="wait_s")
    expect(field).to_contain_text("number")
    expect(field).to_contain_text("How long to wait")


def test_a_telephone_shows_the_whole_width(visit: Visitor) -> None:
    page = visit("", "/api/v1/docs/")
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator("details").last.wait_for()
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_search_finds_by_path_permission_and_status(visit: Visitor) -> None:
    page = visit("", "/api/v1/docs/")
    expect(page.locator("details").first).to_be_visible()
    page.get_by_label("Search").fill("resolution")
    expect(page.locator("details:visible")).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_has_no_accessibility_violations(visit: Visitor, scheme: str) -> None:
    page = visit("", "/api/v1/docs/", color_scheme=scheme)
    page.locator("summary").first.click()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
