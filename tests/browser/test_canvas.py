"""The canvas: for everybody's eyes, safe from what is pasted, mended by clicks, and nothing lost on the way."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.canvas_hands import (
    EXAMPLE,
    UNSAFE,
    asked,
    document,
    fresh,
    imported,
    opened,
    publish,
    saved,
    step,
    still,
)
from tests.browser.conftest import ROOT, Complaints, Visitor
from tests.browser.eyes import fits, for_everybody

pytestmark = pytest.mark.browser
EXAMPLE_FILE = ROOT / "builder/gallery/lead_qualification.json"

# One step of each family; the call has nothing filled in.
OF_EACH_FAMILY = {
    "call": "Call somebody",
    "complete": "Is everything there now?",
    "route": "Who takes it on?",
    "approve": "Approve the mail",
    "contacted": "contacted",
}
DIALOGS = {
    "Publish": "this drawing from being published",
    "Versions": "Nothing is published yet.",
    "Keep this drawing, or bring one in": "Download as a file",
}
NARROW = ViewportSize(width=390, height=844)


def example(visit: Visitor, name: str) -> Page:
    """A copy of the example with one step more, which has problems."""
    drawing = json.loads(EXAMPLE_FILE.read_text())
    call = {"id": "call", "kind": "execute.http", "name": "Call somebody", "config": {}, "at": [0, 900]}
    return imported(visit, name, {**drawing, "nodes": [*drawing["nodes"], call]}, (1280, 720))


def press(page: Page, *keys: str) -> None:
    page.locator(".pane").focus()
    for key in keys:
        page.keyboard.press(key)


def choose(page: Page, name: str) -> None:
    """Select a step by searching for it."""
    press(page, "f")
    search = page.get_by_role("textbox", name="Search in the drawing")
    search.fill(name)
    expect(step(page, name).locator(".step")).to_have_attribute("data-selected", "true")
    search.press("Escape")


def choose_a_way(page: Page) -> None:
    """Click into the middle of what leads from Start to the first step."""
    choose(page, "Is it an honest enquiry?")
    still(page)
    middle = """(path) => {
      const { x, y } = path.getPointAtLength(path.getTotalLength() / 2).matrixTransform(path.getScreenCTM());
      return [x, y];
    }"""
    x, y = page.locator(".react-flow__edge[data-id=e1] .react-flow__edge-interaction").evaluate(middle)
    page.mouse.click(x, y)


def test_whatever_is_chosen_is_for_everybody(visit: Visitor) -> None:
    page = example(visit, "Chosen")
    for_everybody(page, "open")
    fits(page, "open")
    inspector = page.get_by_role("complementary", name="Inspector")
    for node, name in OF_EACH_FAMILY.items():
        choose(page, name)
        page.locator(f'#inspect[data-node="{node}"]').wait_for()
        for_everybody(page, name)
    fits(page, "inspector")
    choose_a_way(page)
    expect(inspector.get_by_role("heading", name="Way")).to_be_visible()
    for_everybody(page, "way")
    press(page, "Escape", "ArrowRight")
    inspector.get_by_text("The JSON Schema behind it").click()
    for_everybody(page, "start")
    press(page, "ControlOrMeta+a")
    expect(page.get_by_role("toolbar", name="What is selected")).to_be_visible()
    for_everybody(page, "several")
    press(page, "g")
    expect(page.get_by_role("toolbar", name="Group")).to_be_visible()
    for_everybody(page, "group")
    press(page, "Escape", "n")
    expect(page.locator(".react-flow__node-note textarea")).to_be_focused()
    for_everybody(page, "note")


def test_whatever_is_opened_is_for_everybody(visit: Visitor) -> None:
    page = example(visit, "Opened")
    dialog = page.get_by_role("dialog")
    press(page, "0")
    for_everybody(page, "from afar")
    press(page, "/")
    expect(page.get_by_role("combobox", name="Add a step")).to_be_focused()
    for_everybody(page, "quick add")
    page.keyboard.press("Escape")
    choose(page, "What do they want?")
    press(page, "c")
    expect(dialog.get_by_role("combobox", name="Way out")).to_be_focused()
    for_everybody(page, "connect: the way out")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("combobox", name="Leads to")).to_be_focused()
    for_everybody(page, "connect: the step")
    page.keyboard.press("Escape")
    press(page, "f")
    page.get_by_role("textbox", name="Search in the drawing").fill("mail")
    expect(page.get_by_role("search")).to_contain_text("1 of")
    for_everybody(page, "search")
    page.keyboard.press("Escape")
    press(page, "?")
    expect(dialog).to_contain_text("Select with a frame")
    for_everybody(page, "keys")
    fits(page, "keys")
    page.keyboard.press("Escape")
    for button, says in DIALOGS.items():
        page.get_by_role("button", name=button, exact=True).click()
        expect(dialog).to_contain_text(says)
        for_everybody(page, button)
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
    press(page, "p")
    expect(page.get_by_role("region", name="Problems")).to_contain_text("Call somebody")
    for_everybody(page, "problems")
    fits(page, "problems")


def test_the_canvas_on_a_telephone_is_for_everybody(visit: Visitor) -> None:
    page = visit("ada", EXAMPLE, viewport=NARROW)
    page.locator(".start").wait_for()
    palette = page.get_by_role("complementary", name="Kinds of steps")
    if not palette.is_visible():
        page.get_by_role("button", name="Kinds of steps").click()
    expect(palette).to_be_visible()
    for_everybody(page, "kinds as a sheet")
    page.get_by_role("button", name="Kinds of steps").click()
    expect(palette).to_have_count(0)
    choose(page, "Who takes it on?")
    page.locator('#inspect[data-node="route"]').wait_for()
    for_everybody(page, "inspector as a sheet")
    press(page, "Escape", "p")
    expect(page.get_by_role("region", name="Problems")).to_be_visible()
    for_everybody(page, "problems")


def test_a_new_workflow_begins_with_a_drawing_that_is_pasted(visit: Visitor) -> None:
    page = visit("ada", "/new-workflow/")
    page.get_by_label("Name", exact=True).fill("Pasted in")
    page.get_by_text("Begin with a drawing from a file").click()
    for_everybody(page)
    page.get_by_label("Or paste it here").fill(json.dumps(UNSAFE))
    page.get_by_role("button", name="Create and draw").click()
    expect(step(page, "Send")).to_have_count(1)


def test_what_a_broken_line_kept_from_the_server_is_found_again(visit: Visitor, complaints: Complaints) -> None:
    complaints.expected = ("Failed to load resource", "ERR_")
    page = fresh(visit, "Offline")
    page.route("**/draft/", lambda route: route.abort() if route.request.method == "PUT" else route.continue_())
    press(page, "/")
    expect(asked(page)).to_be_focused()
    page.keyboard.type("wait")
    page.keyboard.press("Enter")
    expect(page.locator(".bar-saving")).to_contain_text("No connection")
    for_everybody(page, "no connection")
    page.unroute("**/draft/")
    page.reload()
    expect(step(page, "Wait")).to_have_count(1)
    assert [each["kind"] for each in document(page)["nodes"]] == ["execute.wait"]


def test_the_drawing_of_an_archived_workflow_can_only_be_looked_at(visit: Visitor) -> None:
    page = fresh(visit, "Old ways")
    press(page, "/")
    expect(asked(page)).to_be_focused()
    page.keyboard.type("wait")
    page.keyboard.press("Enter")
    saved(page)
    archive = """async () => {
      const {slug, csrf} = document.querySelector('interlock-canvas').dataset;
      await fetch(`/api/v1/workflows/${slug}/`, {method: 'DELETE', headers: {'X-CSRFToken': csrf}});
    }"""
    page.evaluate(archive)
    page.reload()
    expect(page.locator(".bar-saving")).to_have_text(re.compile(r"^Archived on .+: to look at, not to change$"))
    assert page.locator(".palette").count() == 0
    step(page, "Wait").locator(".step-head").click()
    page.locator("#inspect").wait_for()
    assert page.locator(".inspector input").count() > 0
    assert page.locator(".inspector input:enabled, .inspector textarea:enabled, .inspector select:enabled").count() == 0
    for_everybody(page, "only looked at")


def test_what_is_unsafe_is_shown_on_its_way_and_mended_by_clicks(visit: Visitor) -> None:
    page = imported(visit, "Unsafe", UNSAFE)
    page.get_by_role("button", name="2 to repair").click()
    page.get_by_role("button", name=re.compile("is not sure, a case can go on")).click()
    expect(page.locator('.way[data-painted="true"]')).to_have_count(1)
    page.get_by_role("button", name="Insert a review here").first.click()
    expect(page.get_by_role("button", name="1 to repair")).to_be_visible()
    page.get_by_role("button", name="Insert a review here").first.click()
    expect(page.locator(".bar-problems")).not_to_contain_text("repair")
    publish(page)


def test_steps_are_copied_into_another_drawing_and_undone_there(visit: Visitor) -> None:
    page = opened(visit)
    page.locator(".pane").focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.press("ControlOrMeta+c")
    page.goto("/new-workflow/")
    page.get_by_label("Name", exact=True).fill("A copy")
    page.get_by_role("button", name="Create and draw").click()
    page.locator(".start").wait_for()
    page.locator(".pane").focus()
    page.keyboard.press("ControlOrMeta+v")
    expect(page.locator(".notice-chip")).to_contain_text("Pasted")
    copied = document(page)
    assert len(copied["nodes"]) > 20
    assert len({each["id"] for each in copied["edges"]}) == len(copied["edges"]) > 40
    page.locator(".pane").focus()
    page.keyboard.press("ControlOrMeta+z")
    expect(page.locator(".react-flow__node-step")).to_have_count(0)


def test_a_drawing_is_tidied_in_a_worker_and_that_can_be_undone(visit: Visitor) -> None:
    page = imported(visit, "Heap", {**UNSAFE, "nodes": [{**each, "at": [0, 0]} for each in UNSAFE["nodes"]]})
    page.locator(".pane").focus()
    page.keyboard.press("t")
    expect(page.locator(".notice-chip")).to_contain_text("Tidied.")
    tidied = [each["at"][0] for each in document(page)["nodes"]]
    assert tidied == sorted(set(tidied))
    page.get_by_role("button", name="Undo").last.click()
    assert [each.get("at", [0, 0]) for each in document(page)["nodes"]] == [[0, 0]] * 3


def test_a_deleted_step_is_joined_up_and_a_note_is_kept(visit: Visitor) -> None:
    page = imported(visit, "Shorter", UNSAFE)
    step(page, "Send").locator(".step-head").click()
    page.locator(".pane").focus()
    page.keyboard.press("Delete")
    page.keyboard.press("n")
    expect(page.locator(".react-flow__node-note textarea")).to_be_focused()
    page.keyboard.type("Ask Ann first.")
    drawn = document(page)
    assert {(each["from"], each["port"], each["to"]) for each in drawn["edges"]} == {
        ("start", "out", "check"),
        ("check", "pass", "sent"),
        ("check", "fail", "sent"),
        ("check", "unsure", "sent"),
    }
    assert [each["text"] for each in drawn["notes"]] == ["Ask Ann first."]
