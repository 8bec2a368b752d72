"""Several at one drawing, and drawings that come and go.

Presence, merging, conflicts, a broken line, a session that has ended, versions, files, the gallery.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.canvas_hands import (
    UNSAFE,
    asked,
    document,
    fresh,
    imported,
    inspected,
    opened,
    publish,
    saved,
    step,
    until,
)
from tests.browser.conftest import Complaints, Visitor
from tests.browser.eyes import fits, for_everybody
from tests.makers.people import PASSWORD

pytestmark = pytest.mark.browser


def add(page: Page, kind: str) -> None:
    page.locator(".pane").focus()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(asked(page)).to_be_focused()
    page.keyboard.type(kind)
    page.keyboard.press("Enter")


def rename(page: Page, before: str, after: str) -> None:
    step(page, before).locator(".step-head").click()
    expect(inspected(page)).to_have_value(before)
    inspected(page).fill(after)


def cut(page: Page) -> None:
    """From now on nothing can be saved from here."""

    def kept_back(route: Route) -> None:
        route.abort() if route.request.method == "PUT" else route.continue_()

    page.route("**/draft/", kept_back)


def names(page: Page) -> list[str]:
    return sorted(each.get("name", each["id"]) for each in document(page)["nodes"])


def test_two_people_see_one_another_and_put_their_work_together(visit: Visitor, complaints: Complaints) -> None:
    complaints.expected = ("412", "ERR_FAILED")
    ada = imported(visit, "Shared", UNSAFE)
    dora = opened(visit, ada.evaluate("location.pathname"), "dora")
    here = ada.get_by_role("list", name="Also here")
    expect(here).to_contain_text("dora, since")
    expect(dora.get_by_role("list", name="Also here")).to_contain_text("ada, since")
    step(ada, "Complete?").locator(".step-head").click()
    rename(dora, "sent", "Sent off")
    told = ada.locator(".notice-chip", has_text="dora has saved: “Sent off” was changed.")
    expect(told).to_be_visible()
    expect(inspected(ada)).to_have_value("Complete?")
    cut(ada)
    rename(ada, "Complete?", "All there?")
    rename(dora, "Send", "Send it")
    saved(dora)
    ada.unroute("**/draft/")
    dialog = ada.get_by_role("dialog")
    expect(dialog).to_contain_text("dora has saved this drawing meanwhile")
    expect(dialog).to_contain_text("“Complete?” to “All there?”")
    for_everybody(ada, "conflict")
    fits(ada, "conflict")
    dialog.get_by_role("button", name="Put both together").click()
    assert names(ada) == ["All there?", "Send it", "Sent off"]
    expect(step(dora, "All there?")).to_have_count(1)
    dora.context.close()
    expect(here).to_have_count(0)


def test_what_clashes_is_said_and_neither_drawing_is_lost(visit: Visitor, complaints: Complaints) -> None:
    complaints.expected = ("412", "ERR_FAILED")
    ada = imported(visit, "Clashing", UNSAFE)
    dora = opened(visit, ada.evaluate("location.pathname"), "dora")
    cut(ada)
    rename(ada, "Send", "Mine")
    rename(dora, "Send", "Theirs")
    saved(dora)
    ada.unroute("**/draft/")
    dialog = ada.get_by_role("dialog")
    expect(dialog).to_contain_text("“Send”: you both changed its name.")
    expect(dialog.get_by_role("button", name="Put both together")).to_have_count(0)
    dialog.get_by_role("button", name="Show it on the drawing").last.click()
    expect(step(ada, "Theirs").locator(".step")).to_have_attribute("data-change", "changed")
    ada.get_by_role("button", name="Back to the choice").click()
    expect(step(ada, "Mine")).to_have_count(1)
    dialog.get_by_role("button", name="Take theirs, keep mine as a copy").click()
    expect(step(ada, "Theirs")).to_have_count(1)
    ada.get_by_role("button", name="Open it").click()
    ada.locator(".start").wait_for()
    assert "Mine" in names(ada)


def test_a_tab_takes_up_what_another_lost_and_never_what_another_is_busy_with(
    visit: Visitor, complaints: Complaints
) -> None:
    complaints.expected = ("ERR_FAILED",)
    page = fresh(visit, "Broken line")
    cut(page)
    add(page, "wait")
    expect(page.locator(".bar-saving")).to_contain_text("No connection")
    rename(page, "Wait", "Kept")
    until(page, "Object.values(localStorage).some((text) => text.includes('Kept'))")
    second = again(page)
    expect(second.locator(".react-flow__node-step")).to_have_count(0)
    second.close()
    third = again(page, leaves=True)
    expect(step(third, "Kept")).to_have_count(1)
    assert names(third) == ["Kept"]


def again(page: Page, *, leaves: bool = False) -> Page:
    """The same drawing in another tab, perhaps after this one was closed."""
    tab, address = page.context.new_page(), page.url
    if leaves:
        page.close()
    tab.goto(address)
    tab.locator(".start").wait_for()
    return tab


def test_who_is_signed_out_goes_on_drawing_and_saving_goes_on_after_signing_in(
    visit: Visitor, complaints: Complaints
) -> None:
    complaints.expected = ("401", "4403", "WebSocket", "403")
    page = fresh(visit, "Left open", alone=True)
    other = page.context.new_page()
    other.goto("/")
    other.get_by_role("button", name="Sign out").click()
    other.wait_for_url("**/sign-in/")
    add(page, "wait")
    alert = page.get_by_role("alert").filter(has_text="You are signed out.")
    expect(alert).to_be_visible()
    for_everybody(page, "signed out")
    with page.context.expect_page() as opening:
        alert.get_by_role("link", name="Sign in").click()
    form = opening.value
    form.get_by_label("Name").fill("ada")
    form.get_by_label("Password").fill(PASSWORD)
    form.get_by_role("button", name="Sign in").click()
    form.wait_for_url("**/")
    expect(page.locator(".bar-saving")).to_have_text("All saved")
    assert [each["kind"] for each in document(page)["nodes"]] == ["execute.wait"]


def test_versions_are_told_apart_looked_at_and_brought_back(visit: Visitor, complaints: Complaints) -> None:
    complaints.expected = ("412",)
    page = imported(visit, "Versions", sound())
    publish(page)
    page.get_by_role("button", name="Go on drawing").click()
    page.get_by_role("button", name="Publish", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Nothing has changed since version 1")
    expect(dialog.get_by_role("button", name="Publish", exact=True)).to_have_count(0)
    page.keyboard.press("Escape")
    rename(page, "sent", "Sent off")
    saved(page)
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(dialog).to_contain_text("“sent” to “Sent off”")
    for_everybody(page, "what would be published")
    dialog.get_by_label("Why").fill("A better name")
    save_elsewhere(page)
    dialog.get_by_role("button", name="Publish", exact=True).click()
    expect(dialog).to_contain_text("Nothing was published.")
    page.keyboard.press("Escape")
    # Before it has come in, bringing a version back would be a conflict to choose in.
    expect(page.get_by_text("Elsewhere", exact=True)).to_be_visible()
    page.get_by_role("button", name="Versions").click()
    dialog.get_by_role("button", name="Version 1").click()
    expect(dialog).to_contain_text("“Sent off” to “sent”")
    for_everybody(page)
    dialog.get_by_role("button", name="Show it on the drawing").click()
    expect(step(page, "sent")).to_have_count(1)
    for_everybody(page, "looking at a version")
    page.get_by_role("button", name="Bring version 1 back").click()
    assert "sent" in names(page)
    page.locator(".pane").focus()
    page.keyboard.press("ControlOrMeta+z")
    assert "Sent off" in names(page)


def sound() -> dict[str, Any]:
    """A drawing that can be published: the unsafe one without what it sends."""
    nodes = [each for each in UNSAFE["nodes"] if each["id"] != "send"]
    ports = ("pass", "fail", "unsure")
    ways = [{"id": f"e{n}", "from": "check", "port": port, "to": "sent"} for n, port in enumerate(ports, 2)]
    return {**UNSAFE, "nodes": nodes, "edges": [UNSAFE["edges"][0], *ways]}


def save_elsewhere(page: Page) -> None:
    """The draft is saved by another window of the same person, before this one hears of it."""
    script = """async () => {
      const {slug, csrf} = document.querySelector('interlock-canvas').dataset;
      const draft = await (await fetch(`/api/v1/workflows/${slug}/draft/`)).json();
      const headers = {'Content-Type': 'application/json', 'X-CSRFToken': csrf};
      draft.notes = [{id: 'note9', text: 'Elsewhere', at: [0, 300], size: [200, 100]}];
      await fetch(`/api/v1/workflows/${slug}/draft/`, {method: 'PUT', headers, body: JSON.stringify(draft)});
    }"""
    page.evaluate(script)


def outcomes(*ids: str, **more: Any) -> str:
    return json.dumps({"format": "interlock/1", "nodes": [{"id": each, "kind": "outcome", **more} for each in ids]})


HOSTILE = {
    "{": "no JSON",
    "[]": "no drawing",
    '{"format": "interlock/0"}': "interlock/0",
    '{"file": "interlock-workflow/0", "document": {}}': "interlock-workflow/0",
    '{"format": "interlock/1", "__proto__": {"x": 1}}': "__proto__",
    outcomes("a", config={"constructor": {"__proto__": 1}}): "__proto__",
    '{"format": "interlock/1", "input": ' + '{"a": ' * 90 + "1" + "}" * 91: "levels deep",
    outcomes(*(f"n{number}" for number in range(2001))): "2,001 steps",
    outcomes("<img src=x onerror=alert(1)>"): "proper id",
    '{"format": "interlock-selection/1", "nodes": []}': "copied steps",
}
# What would take long to type: it comes as a file.
HUGE = {
    "[" * 200_000: "no JSON",
    outcomes(*(f"n{number}" for number in range(100_000))): "larger",
}


def test_what_is_no_drawing_is_refused_in_words_and_what_is_one_is_compared_first(visit: Visitor) -> None:
    page = opened(visit)
    before = page.locator(".react-flow__node").count()
    page.get_by_role("button", name="Keep this drawing").click()
    dialog = page.get_by_role("dialog")
    for text, why in HOSTILE.items():
        dialog.get_by_label("Bring in another drawing").fill(text)
        dialog.get_by_role("button", name="Look at it").click()
        expect(page.locator("#exchange-why")).to_contain_text("The drawing is as it was.")
        expect(page.locator("#exchange-why")).to_contain_text(why)
    for_everybody(page, "refused")
    for text, why in HUGE.items():
        file: Any = {"name": "drawing.json", "mimeType": "application/json", "buffer": text.encode()}
        dialog.locator("input[type=file]").set_input_files(file)
        expect(page.locator("#exchange-why")).to_contain_text(why)
    page.keyboard.press("Escape")
    assert page.locator(".react-flow__node").count() == before
    saved(page)


def test_a_drawing_with_cycles_and_scripts_in_its_names_comes_in_as_data_by_a_drop(visit: Visitor) -> None:
    script = "<img src=x onerror=alert(1)>"
    cyclic = {
        "format": "interlock/1",
        "input": {},
        "nodes": [
            {"id": name, "kind": "execute.transform", "name": script, "at": [at, 80]}
            for name, at in (("a", 240), ("b", 520))
        ],
        "edges": [
            {"id": "e1", "from": "start", "port": "out", "to": "a"},
            {"id": "e2", "from": "a", "port": "done", "to": "b"},
            {"id": "e3", "from": "b", "port": "done", "to": "a"},
        ],
    }
    page = fresh(visit, "Dropped on")
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    page.evaluate(
        """(text) => {
          const carried = new DataTransfer();
          carried.items.add(new File([text], 'drawing.json', {type: 'application/json'}));
          const drop = new DragEvent('drop', {dataTransfer: carried, bubbles: true, cancelable: true});
          document.querySelector('.pane').dispatchEvent(drop);
        }""",
        json.dumps(
            {"file": "interlock-workflow/1", "slug": "x", "name": script, "description": "", "document": cyclic}
        ),
    )
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("problems have to be repaired")
    expect(dialog).to_contain_text(f"“{script}”")
    for_everybody(page)
    dialog.get_by_role("button", name="Replace the drawing by it").click()
    expect(page.locator(".react-flow__node-step")).to_have_count(2)
    assert len(document(page)["edges"]) == 3
    page.locator(".pane").focus()
    page.keyboard.press("ControlOrMeta+z")
    expect(page.locator(".react-flow__node-step")).to_have_count(0)


def test_from_the_gallery_to_a_published_workflow(visit: Visitor) -> None:
    page = visit("ada", "/workflows/", viewport={"width": 1280, "height": 720})
    page.get_by_role("link", name="Gallery").click()
    for address in ("/gallery/", "/gallery/support-triage/"):
        page.goto(address)
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            for_everybody(page, f"{address} {width}")
    page.get_by_label("Name of your workflow").fill("My triage")
    page.get_by_role("button", name="Start from this").click()
    dialog = page.get_by_role("dialog", name="What this drawing still needs")
    expect(dialog).to_contain_text("Queue “support-desk”")
    for_everybody(page)
    while dialog.get_by_role("button", name="Make it").count():
        left = dialog.get_by_role("button", name="Make it").count()
        dialog.get_by_role("button", name="Make it").first.click()
        expect(dialog.get_by_role("button", name="Make it")).to_have_count(left - 1)
    expect(dialog).to_contain_text("Everything that it names is there.")
    dialog.get_by_role("button", name="Go on drawing").click()
    publish(page)
