"""The settings: an administrator goes through all of them, and every page is for everybody, by day and by night."""

from __future__ import annotations

import re
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitor
from tests.browser.eyes import problems_of

pytestmark = pytest.mark.browser

LOOKS: tuple[tuple[Literal["light", "dark"], int], ...] = (("light", 390), ("dark", 1280))


def look_over(page: Page) -> None:
    # Colours know nothing of widths: each of both is looked at once.
    for scheme, width in LOOKS:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (page.url, width)
        assert problems_of(page) == [], (page.url, scheme, width)


def test_an_administrator_goes_through_the_settings(visit: Visitor) -> None:
    page = visit("ada", "/settings/")
    look_over(page)
    page.get_by_role("link", name="HTTP service").click()
    page.get_by_label("Name", exact=True).fill("crm")
    page.get_by_label("Address").fill("http://127.0.0.1:9/")
    page.get_by_label("Secret", exact=True).fill("a-secret-of-ours")
    page.get_by_role("button", name="Keep").click()
    page.get_by_role("button", name="Try it now").click()
    expect(page.locator(".notices")).to_contain_text("ALLOWED_NETWORKS")
    assert "a-secret-of-ours" not in page.content()
    look_over(page)

    page.get_by_role("link", name="Queues").click()
    page.get_by_label("Name in drawings").fill("late-desk")
    look_over(page)
    page.get_by_role("button", name="Make it").click()
    page.get_by_label("rui").check()
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_label("rui")).to_be_checked()
    look_over(page)

    page.get_by_role("link", name="People").click()
    page.get_by_label("Name", exact=True).fill("nora")
    page.get_by_label("Reviewer").check()
    look_over(page)
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_label("The new password")).to_have_text(re.compile(r"\S{16}"))
    look_over(page)


def test_a_token_is_made_and_what_was_done_stands_in_the_log(visit: Visitor) -> None:
    page = visit("ada", "/settings/tokens/")
    page.get_by_label("Name", exact=True).fill("the shop")
    page.get_by_label("Start runs").check()
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_label("The new token")).to_have_text(re.compile(r"il_\S{40,}"))
    look_over(page)

    page.get_by_role("link", name="Audit log").click()
    expect(page.get_by_role("row").filter(has_text="made a token")).to_be_visible()
    page.get_by_role("button", name="Check the newest").click()
    expect(page.locator(".notices")).to_contain_text("as they were written")
    look_over(page)
    page.get_by_role("link", name="Your password").click()
    look_over(page)
