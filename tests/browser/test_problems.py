"""Problems as one draws: what is unsafe is painted, mended by a click and published; a line that breaks is said."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.canvas_hands import UNSAFE, document, imported, publish, saved, step, wire
from tests.browser.conftest import Complaints, Visitor
from tests.browser.eyes import for_everybody

pytestmark = pytest.mark.browser

HALF: dict[str, Any] = {**UNSAFE, "edges": [edge for edge in UNSAFE["edges"] if edge["id"] != "e4"]}


def current(page: Page) -> None:
    expect(page.locator(".bar-problems")).to_have_attribute("data-checking", "current")


def test_what_is_unsafe_is_painted_mended_by_a_click_and_published(visit: Visitor) -> None:
    page = imported(visit, "Unsafe", HALF)
    wire(page, "Complete?", "unsure", "Send")
    expect(page.locator(".react-flow__edge")).to_have_count(5)
    current(page)
    page.locator(".pane").focus()
    page.keyboard.press("F8")
    first = page.locator(".problems li[data-shown]")
    expect(first).to_contain_text("without a person having seen it")
    expect(page.locator(".way[data-painted]")).not_to_have_count(0)
    expect(step(page, "Send").locator(".step")).to_have_attribute("data-count", "2")
    repair = first.get_by_role("button", name="Insert a review here")
    repair.hover()
    expect(page.locator(".ghost-step")).to_have_count(2)
    for_everybody(page, "a repair that is hovered")
    repair.click()
    expect(page.locator(".bar-problems")).to_contain_text("1 to repair")
    current(page)
    page.locator(".pane").focus()
    page.keyboard.press("F8")
    expect(page.locator(".problem-mends .button").first).to_have_text("Lead it through “Review” as well")
    page.keyboard.press("m")
    expect(page.locator(".bar-problems")).not_to_contain_text("to repair")
    kinds = [node["kind"] for node in document(page)["nodes"]]
    assert kinds.count("escalate.review") == 1
    publish(page)


def test_a_repair_clicked_before_it_is_worked_out_for_the_newest_drawing_is_carried_out_all_the_same(
    visit: Visitor,
) -> None:
    page = imported(visit, "Slow repairs", UNSAFE)
    page.get_by_role("button", name="2 to repair").click()
    inserts = page.get_by_role("button", name="Insert a review here")
    expect(inserts).to_have_count(2)
    # Nothing is answered until it is routed no more: what waits then goes on.
    page.route(re.compile("/repairs/"), lambda route: None)
    inserts.first.click()
    expect(page.get_by_role("button", name="1 to repair")).to_be_visible()
    current(page)
    # What the button says was worked out for the drawing before: the click waits until it is known for this one.
    expect(inserts).to_have_count(1)
    inserts.click()
    expect(inserts).to_have_attribute("aria-busy", "true")
    for_everybody(page, "a repair that is waited for")
    page.unroute(re.compile("/repairs/"))
    expect(page.locator(".bar-problems")).not_to_contain_text("repair")
    assert [node["kind"] for node in document(page)["nodes"]].count("escalate.review") == 2
    publish(page)


def test_while_the_server_is_away_nothing_is_called_right(visit: Visitor, complaints: Complaints) -> None:
    complaints.expected = ("Failed to load resource",)
    page = imported(visit, "Far away", UNSAFE)
    current(page)
    saved(page)
    page.route(re.compile("/check/"), lambda route: route.abort())
    page.locator(".pane").focus()
    page.keyboard.press("p")
    step(page, "sent").locator(".step-head").click()
    page.locator(".pane").focus()
    page.keyboard.press("Delete")
    problems = page.get_by_role("region", name="Problems")
    expect(problems).to_contain_text("Checks wait for the connection. This was found earlier.")
    expect(problems.get_by_role("button", name="Insert a review here").first).to_be_disabled()
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("Checks wait for the connection")
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    page.unroute(re.compile("/check/"))
    problems.get_by_role("button", name="Check now").click()
    current(page)
    page.route(
        re.compile("/check/"),
        lambda route: route.fulfill(status=413, json={"code": "too_large", "detail": "Too large."}),
    )
    page.locator(".pane").focus()
    page.keyboard.press("Control+z")
    expect(problems).to_contain_text("The server did not check this drawing: Too large.")
    expect(page.locator(".bar-problems")).to_have_text("Not checked")
    for_everybody(page, "not checked")
