"""The canvas: for everybody's eyes, safe from what is pasted, mended by clicks, and nothing lost on the way."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.canvas_hands import (
    SCHEMES,
    UNSAFE,
    document,
    fresh,
    imported,
    look_over,
    opened,
    problems_of,
    publish,
    saved,
    step,
)
from tests.browser.conftest import Complaints, Visitor

pytestmark = pytest.mark.browser

STATES = (
    "open",
    "inspector",
    "start",
    "edge",
    "quick add",
    "connect",
    "search",
    "keys",
    "problems",
    "publish",
    "json",
    "far",
)


@pytest.mark.parametrize("state", STATES)
def test_every_state_is_for_everybody(state: str, visit: Visitor) -> None:
    page = opened(visit)
    page.locator(".pane").focus()
    keys = {"quick add": "/", "connect": "c", "search": "f", "keys": "?", "problems": "p", "far": "0"}
    if state in ("inspector", "connect"):
        step(page, "Is it an honest enquiry?").locator(".step-head").click()
    if state == "start":
        page.locator(".start").click()
    if state == "edge":
        page.locator(".react-flow__edge-interaction").nth(1).click(force=True)
    if state in keys:
        page.locator(".pane").focus()
        page.keyboard.press(keys[state])
    if state == "publish":
        page.get_by_role("button", name="Publish").click()
    if state == "json":
        page.get_by_role("button", name="Keep this drawing").click()
    page.wait_for_timeout(300)
    look_over(page)


def test_the_way_to_a_new_workflow_is_for_everybody(visit: Visitor) -> None:
    look = visit("ada", "/new-workflow/")
    for scheme in SCHEMES:
        look.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert problems_of(look) == []


def test_what_a_broken_line_kept_from_the_server_is_found_again(visit: Visitor, complaints: Complaints) -> None:
    complaints.expected = ("Failed to load resource", "ERR_")
    page = fresh(visit, "Offline")
    page.route("**/draft/", lambda route: route.abort() if route.request.method == "PUT" else route.continue_())
    page.locator(".pane").focus()
    page.keyboard.press("/")
    page.keyboard.type("wait")
    page.keyboard.press("Enter")
    expect(page.locator(".bar-saving")).to_contain_text("No connection")
    page.unroute("**/draft/")
    page.reload()
    expect(step(page, "Wait")).to_have_count(1)
    assert [each["kind"] for each in document(page)["nodes"]] == ["execute.wait"]


def test_the_drawing_of_an_archived_workflow_can_only_be_looked_at(visit: Visitor) -> None:
    page = fresh(visit, "Old ways")
    page.locator(".pane").focus()
    page.keyboard.press("/")
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
    assert page.locator(".inspector input").count() > 0
    assert page.locator(".inspector input:enabled, .inspector textarea:enabled, .inspector select:enabled").count() == 0
    assert problems_of(page) == []


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
    page.keyboard.type("Ask Ann first.")
    drawn = document(page)
    assert {(each["from"], each["port"], each["to"]) for each in drawn["edges"]} == {
        ("start", "out", "check"),
        ("check", "pass", "sent"),
        ("check", "fail", "sent"),
        ("check", "unsure", "sent"),
    }
    assert [each["text"] for each in drawn["notes"]] == ["Ask Ann first."]
