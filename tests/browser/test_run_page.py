"""The page of a run by keyboard: through time, from the drawing to a step, and to words in what the steps gave."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Server, Visitor

pytestmark = pytest.mark.browser


def test_a_run_is_gone_through_in_time_and_its_steps_are_found(server: Server, visit: Visitor) -> None:
    page = visit("ada", server.places["ended run"])
    send = page.locator('[data-step="send"]')
    expect(send).to_have_attribute("data-look", "done")
    moment = page.get_by_label("Moment of the run")
    moment.focus()
    page.keyboard.press("Home")
    expect(page.locator("[data-told]")).to_have_text("The run begins.")
    expect(send).to_have_attribute("data-look", "")
    page.keyboard.press("ArrowRight")
    expect(page.locator('[data-step="honest"]')).to_have_attribute("data-look", "done")
    page.keyboard.press("End")
    expect(page.locator("[data-told]")).to_contain_text("The run ends: contacted")

    page.get_by_role("radio", name="readable").check()
    page.locator('[data-step="intent"]').focus()
    page.keyboard.press("Enter")
    expect(page.locator("#step-intent-1 details").first).to_have_attribute("open", "")
    expect(page.locator("#step-intent-1 .measures")).to_contain_text("confidence")

    finding = page.get_by_label("Find in the steps")
    finding.fill("Tuesday at ten")
    expect(page.locator("#find output")).to_have_text("1 found")
    finding.press("Enter")
    expect(page.locator(".is-here")).to_be_visible()


def test_time_is_gone_through_without_scripts(server: Server, visit: Visitor) -> None:
    page = visit("ada", server.places["ended run"], java_script_enabled=False)
    page.get_by_role("link", name="To the beginning").click()
    expect(page.locator("[data-told]")).to_have_text("The run begins.")
    page.get_by_role("link", name="One entry on").click()
    expect(page.locator('[data-step="honest"]')).to_have_attribute("data-look", "done")
