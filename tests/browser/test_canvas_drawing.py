"""A workflow is drawn from an empty canvas, by mouse and by keyboard alone; it is published, runs, and ends."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.canvas_hands import asked, document, drop, fill, fresh, inspected, publish, run, step, still, wire
from tests.browser.conftest import Visitor
from tests.browser.eyes import for_everybody

pytestmark = pytest.mark.browser


def put_steps_down(page: Page) -> None:
    """Three steps from the palette, each named and filled in."""
    drop(page, "Check data quality", 300, 80)
    fill(page, "Complete?")
    drop(page, "Ask for a decision", 300, 330)
    fill(page, "Look at it", Question="May we write to them?")
    drop(page, "Send a mail", 520, 80)
    fill(page, "Write to them", To="{{ input.email }}", Subject="Hello", Body="Thank you.")
    for key in ("Escape", "Escape", "0"):
        page.keyboard.press(key)


def end_by_dropping(page: Page, name: str, port: str, outcome: str) -> None:
    """An edge that is dropped on nothing asks what may follow."""
    still(page)
    outlet = step(page, name).locator(f'.outlet[data-port="{port}"]').bounding_box()
    assert outlet
    page.mouse.move(outlet["x"] + outlet["width"] - 2, outlet["y"] + outlet["height"] / 2)
    page.mouse.down()
    page.mouse.move(outlet["x"] + outlet["width"] + 60, outlet["y"] + 20, steps=5)
    page.mouse.up()
    page.locator(".quick-add").get_by_role("option", name=re.compile("^Outcome")).click()
    fill(page, outcome)


def test_a_lead_workflow_is_drawn_by_mouse_published_and_run(visit: Visitor) -> None:
    page = fresh(visit, "Leads by mouse", reduced_motion="no-preference")
    page.locator(".start").click()
    page.get_by_role("button", name="Add a field").click()
    page.keyboard.type("email")
    page.get_by_label("Needed").check()
    put_steps_down(page)
    wire(page, "Start", "out", "Complete?")
    wire(page, "Complete?", "pass", "Write to them")
    wire(page, "Complete?", "fail", "Look at it")
    wire(page, "Complete?", "unsure", "Look at it")
    wire(page, "Look at it", "approve", "Write to them")
    end_by_dropping(page, "Write to them", "done", "contacted")
    end_by_dropping(page, "Look at it", "reject", "stopped")
    for _ in range(2):
        page.keyboard.press("Escape")
    wire(page, "Look at it", "overdue", "stopped")
    expect(page.locator(".bar-problems")).not_to_contain_text("repair")
    publish(page)
    ended = run(page, {"email": "ann@example.org"})
    assert (ended["status"], ended["outcome"]) == ("succeeded", "contacted"), ended


def add(page: Page, words: str, name: str) -> None:
    """A step after the selected one, found by words and given a name."""
    page.keyboard.press("/")
    chosen(page, words)
    page.keyboard.press("Enter")
    expect(inspected(page)).to_be_focused()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(name)
    page.keyboard.press("Escape")


def chosen(page: Page, words: str) -> None:
    """What these words find first, in the list that has just been opened."""
    expect(asked(page)).to_be_focused()
    expect(asked(page)).to_have_value("")
    page.keyboard.type(words)
    page.keyboard.press("Enter")


def connect(page: Page, port: str, target: str) -> None:
    page.keyboard.press("c")
    chosen(page, port)
    chosen(page, target)
    expect(page.get_by_role("dialog")).to_have_count(0)


def go_to(page: Page, words: str) -> None:
    page.keyboard.press("f")
    expect(page.get_by_role("textbox", name="Search in the drawing")).to_be_focused()
    page.keyboard.type(words)
    for key in ("Enter", "Escape"):
        page.keyboard.press(key)


def tab_to(page: Page, button: Locator, key: str) -> None:
    for _ in range(40):
        if button.evaluate("(each) => each === document.activeElement"):
            return
        page.keyboard.press(key)
    expect(button).to_be_focused()


def publish_by_keyboard(page: Page) -> None:
    tab_to(page, page.get_by_role("button", name="Publish", exact=True), "Shift+Tab")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("first version")
    button = dialog.get_by_role("button", name="Publish", exact=True)
    expect(button).to_be_enabled()
    tab_to(page, button, "Tab")
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("Version 1 is published")


def test_a_workflow_is_drawn_by_keyboard_alone_published_and_run(visit: Visitor) -> None:
    page = fresh(visit, "Leads by keyboard")
    for_everybody(page, "empty")
    keys = page.keyboard
    page.locator(".pane").focus()
    keys.press("ArrowRight")
    add(page, "check rules", "Is it small?")
    add(page, "compute", "Note it")
    add(page, "outcome", "taken")
    for _ in range(2):
        keys.press("Alt+ArrowLeft")
    add(page, "ask for a decision", "Look at it")
    keys.press("Alt+ArrowLeft")
    connect(page, "unsure", "look at")
    go_to(page, "look at it")
    connect(page, "approve", "note it")
    add(page, "outcome", "turned down")
    keys.press("Alt+ArrowLeft")
    connect(page, "overdue", "turned down")
    expect(page.locator(".bar-problems")).not_to_contain_text("repair")
    names = [each["name"] for each in document(page)["nodes"]]
    assert names == ["Is it small?", "Note it", "taken", "Look at it", "turned down"]
    publish_by_keyboard(page)
    ended = run(page, {"seats": 3})
    assert (ended["status"], ended["outcome"]) == ("succeeded", "taken"), ended
