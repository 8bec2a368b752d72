"""Trying a drawing out on the canvas: a case goes through it in sight of whoever draws, and nothing leaves."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.canvas_hands import imported, opened, saved, step
from tests.browser.conftest import Complaints, Visitor
from tests.browser.eyes import fits, for_everybody

pytestmark = pytest.mark.browser

CALLING: dict[str, Any] = {
    "format": "interlock/1",
    "input": {"type": "object", "properties": {"email": {"type": "string", "title": "E-mail"}}, "required": ["email"]},
    "nodes": [
        {
            "id": "post",
            "kind": "execute.http",
            "name": "Tell the system",
            "config": {"method": "POST", "url": "https://there.example/leads", "body": '{"email": input.email}'},
            "at": [240, 80],
        },
        {
            "id": "add",
            "kind": "execute.transform",
            "name": "Add up",
            "config": {"output": {"n": "steps.post.output.body.id + 1"}},
            "at": [520, 80],
        },
        {
            "id": "told",
            "kind": "outcome",
            "name": "told",
            "config": {"output": {"n": "steps.add.output.n"}},
            "at": [800, 80],
        },
    ],
    "edges": [
        {"id": "e1", "from": "start", "port": "out", "to": "post"},
        {"id": "e2", "from": "post", "port": "done", "to": "add"},
        {"id": "e3", "from": "add", "port": "done", "to": "told"},
    ],
}


def panel(page: Page) -> Any:
    return page.get_by_role("region", name="Try it")


def pressed(page: Page, name: str) -> None:
    panel(page).get_by_role("button", name=name, exact=True).click()


def standing(page: Page, says: str) -> None:
    expect(panel(page).locator(".trying-standing")).to_contain_text(says)


def test_a_case_goes_through_the_drawing_asks_and_sends_nothing(visit: Visitor) -> None:
    page = opened(visit)
    page.locator(".pane").focus()
    page.keyboard.press("r")
    panel(page).get_by_role("button", name="Seats are missing").click()
    expect(panel(page).get_by_label("E-mail")).to_have_value("manon@atelier-garonne.example")
    for_everybody(page)
    fits(page)
    pressed(page, "Run")
    standing(page, "“Ask for what is missing” asks you")
    expect(step(page, "Ask for what is missing").locator(".step")).to_have_attribute("data-run", "waiting")
    expect(step(page, "Is it an honest enquiry?").locator(".step")).to_have_attribute("data-run", "done")
    for_everybody(page)
    panel(page).get_by_label("Seats").fill("12")
    pressed(page, "Answer")
    standing(page, "Ended at “contacted”")
    held = "Would have sent this mail to manon@atelier-garonne.example: held back"
    expect(panel(page).get_by_role("group", name="In detail")).to_contain_text(held)
    expect(step(page, "Send the mail").locator(".step-held")).to_have_text("held back")
    panel(page).locator(".trying-step", has_text="Send the mail").click()
    expect(panel(page).get_by_role("region", name="Held back")).to_contain_text("Your enquiry, Atelier Garonne")
    for_everybody(page)
    panel(page).get_by_role("button", name="Let effects out").click()
    expect(page.get_by_role("dialog")).to_contain_text("Send the mail: a mail to manon@atelier-garonne.example")
    for_everybody(page)
    page.get_by_role("button", name="Keep them held back").click()
    pressed(page, "Clear")
    expect(page.locator(".step[data-run]")).to_have_count(0)
    saved(page)


def case_kept(page: Page) -> None:
    """A case is typed in, told what it lacks, and kept as a sample."""
    pressed(page, "Run")
    expect(panel(page)).to_contain_text("E-mail is needed.")
    panel(page).get_by_label("E-mail").fill("ada@northwind.example")
    pressed(page, "Keep as sample case…")
    panel(page).get_by_label("Name of the sample case").fill("Ada")
    pressed(page, "Keep")
    expect(panel(page).get_by_role("button", name="Ada", exact=True)).to_have_attribute("aria-pressed", "true")


def answer_pinned(page: Page) -> None:
    """The answer that was empty, because nothing was sent, is made up for by a pin."""
    pressed(page, "Pin the answer that you expect")
    pressed(page, "Pin an answer")
    panel(page).get_by_label("With this output, as JSON").fill(json.dumps({"status": 200, "body": {"id": 41}}))
    for_everybody(page)
    pressed(page, "Pin it")
    expect(step(page, "Tell the system").locator(".step-pin")).to_be_visible()


def taken_apart(page: Page) -> None:
    """Every step is deleted."""
    for name in ("Tell the system", "Add up", "told"):
        step(page, name).locator(".step-head").click()
        page.locator(".pane").focus()
        page.keyboard.press("Delete")
        expect(step(page, name)).to_have_count(0)


def test_a_step_is_pinned_and_the_run_goes_on_from_there(visit: Visitor, complaints: Complaints) -> None:
    complaints.expected = ("422",)
    page = imported(visit, "Calls", CALLING)
    page.get_by_role("button", name="Try it", exact=True).click()
    case_kept(page)
    expect(panel(page).get_by_role("button", name="Let effects out")).to_be_disabled()
    pressed(page, "Run")
    standing(page, "“Add up” failed")
    for_everybody(page)
    answer_pinned(page)
    pressed(page, "Start over")
    standing(page, "Ended at “told”")
    expect(panel(page).get_by_role("group", name="In detail")).to_contain_text("n 42")
    saved(page)
    page.reload()
    expect(step(page, "Tell the system").locator(".step-pin")).to_be_visible()
    page.locator(".pane").focus()
    page.keyboard.press("r")
    # The cases come after the panel.
    expect(panel(page).get_by_label("E-mail")).to_have_value("ada@northwind.example")
    pressed(page, "Run")
    standing(page, "Ended at “told”")
    panel(page).locator(".trying-step", has_text="Add up").click()
    pressed(page, "Run from here")
    expect(panel(page).locator(".trying-step", has_text="Tell the system")).to_contain_text("pinned")
    standing(page, "Ended at “told”")
    step(page, "Tell the system").locator(".step-head").click()
    pressed(page, "Unpin")
    expect(page.locator(".step-pin")).to_have_count(0)


def test_what_keeps_a_drawing_from_being_tried_is_named(visit: Visitor, complaints: Complaints) -> None:
    complaints.expected = ("422",)
    page = imported(visit, "Taken apart", CALLING)
    taken_apart(page)
    page.get_by_role("button", name="Try it", exact=True).click()
    pressed(page, "Run")
    expect(panel(page).get_by_role("alert")).to_contain_text("errors that keep it from being tried")
    for_everybody(page)
