"""The page of a gate in a browser: the slider by keyboard, and a deed that asks before it is done."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Server, Visitor
from tests.browser.eyes import problems_of

pytestmark = pytest.mark.browser


def test_the_slider_says_by_keyboard_what_each_score_would_give(server: Server, visit: Visitor) -> None:
    page = visit("ada", server.places["proven gate"])
    slider, says = page.get_by_role("slider"), page.locator("#what-if-says")
    before, dot = says.inner_text(), page.locator("[data-chosen]")
    slider.focus()
    page.keyboard.press("Home")
    expect(says).not_to_have_text(before)
    expect(slider).to_have_attribute("aria-valuetext", says.inner_text())
    lowest = dot.get_attribute("cx")
    page.keyboard.press("End")
    expect(dot).not_to_have_attribute("cx", lowest or "")
    expect(says).to_contain_text("automatic")


def test_numbers_stand_behind_a_curve_and_a_change_is_asked_about_before_it_is_made(
    server: Server, visit: Visitor
) -> None:
    page = visit("dora", server.places["proven gate"])
    curve = page.get_by_role("region", name="How much could be automatic").first
    curve.get_by_text("As numbers").click()
    expect(curve.get_by_role("columnheader", name="at most")).to_be_visible()
    page.get_by_role("button", name="Close it").click()
    expect(page.get_by_role("heading", name="Close this gate?")).to_be_visible()
    assert problems_of(page) == []
    page.get_by_role("button", name="Leave it as it is").click()
    page.get_by_role("link", name="Change what it promises").click()
    page.get_by_label("at most this share is wrong").fill("10")
    page.get_by_role("button", name="See what this means").click()
    expect(page.get_by_role("heading", name="This asks less of the gate. Is it meant?")).to_be_visible()
    expect(page.get_by_role("button", name="Loosen it, in my name")).to_be_visible()
    assert problems_of(page) == []
