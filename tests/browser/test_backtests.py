"""A designer tries the drawing on past cases: from the canvas to the cases behind a figure, by day and by night."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visitor
from tests.browser.eyes import problems_of

pytestmark = pytest.mark.browser

LONG_MS = 30_000


def test_a_designer_tries_the_drawing_on_past_cases(visit: Visitor) -> None:
    page = visit("dora", "/workflows/lead-qualification/")
    page.get_by_role("link", name="Try on past cases").click()
    page.get_by_label("Number of cases").fill("20")
    page.get_by_role("button", name="Try on past cases").click()
    expect(page.locator("#live")).to_contain_text("Done", timeout=LONG_MS)
    expect(page.locator("#live")).not_to_have_attribute("hx-trigger", re.compile("."))
    expect(page.get_by_role("heading", name="Without a person")).to_be_visible()
    page.get_by_role("link", name=re.compile("Stays as it was|Could not be replayed")).first.click()
    page.locator("#cases .row-title").first.click()
    expect(page.get_by_role("heading", name="As it would go")).to_be_visible()
    page.go_back()
    for scheme, width in (("light", 390), ("dark", 1280)):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
        assert problems_of(page) == [], (scheme, width)
