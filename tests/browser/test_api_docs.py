"""The page on which the API is tried: under the strict content security policy, by session and by keyboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visitor
from tests.browser.eyes import for_everybody, outside, problems_of

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.sqlite_only]


def test_operations_are_tried_with_the_session_by_mouse_and_by_keyboard(visit: Visitor) -> None:
    page = visit("dora", "/api/v1/docs/")
    operation = page.locator("details", has_text="Read a workflow.")
    operation.locator("summary").click()
    operation.get_by_label("slug").fill("small")
    operation.get_by_role("button", name="Send").click()
    expect(operation.locator("pre")).to_contain_text('"slug": "small"')
    operation = page.locator("details", has_text="Make a workflow.")
    operation.locator("summary").press("Enter")
    operation.get_by_label("body").fill('{"name": "From the page"}')
    operation.get_by_role("button", name="Send").click()
    expect(operation.locator("pre")).to_contain_text("201")
    expect(operation.locator("pre")).to_contain_text('"slug": "from-the-page"')
    operation = page.locator("details", has_text="Start a run.")
    operation.locator("summary").click()
    field = operation.get_by_role("row", name="wait_s")
    expect(field).to_contain_text("number")
    expect(field).to_contain_text("How long to wait")


def test_it_is_searched_and_is_for_everybody_on_a_telephone_too(visit: Visitor) -> None:
    page = visit("", "/api/v1/docs/")
    page.locator("details").last.wait_for()
    page.get_by_label("Search").fill("resolution")
    # To settle a case, to take that back, and to settle many.
    expect(page.locator("details:visible")).to_have_count(3)
    page.get_by_label("Search").fill("")
    page.locator("summary").first.click()
    for_everybody(page)
    assert problems_of(page, "best-practice") == []
    page.set_viewport_size({"width": 390, "height": 844})
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    assert outside(page) == []
