"""The canvas: drawn by mouse and by keyboard alone, for everybody's eyes, and nothing lost on the way."""

from __future__ import annotations

import json
import re
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Complaints, Visitor

pytestmark = pytest.mark.browser

AXE = Axe()
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
SIZES = ((1280, 720), (2560, 1440))
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
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
EXAMPLE = "/workflows/lead-qualification/"


def fresh(visit: Visitor, name: str, who: str = "ada") -> Page:
    """A new workflow's empty canvas, made by the form that people use."""
    page = visit(who, "/new-workflow/", viewport={"width": 1440, "height": 900})
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Create and draw").click()
    page.locator(".start").wait_for()
    return page


def opened(visit: Visitor, address: str = EXAMPLE, who: str = "ada") -> Page:
    page = visit(who, address, viewport={"width": 1280, "height": 720})
    page.locator(".start").wait_for()
    return page


def step(page: Page, name: str) -> Any:
    return page.locator(".react-flow__node").filter(
        has=page.locator(".step-name", has_text=re.compile(f"^{re.escape(name)}$"))
    )


def drop(page: Page, kind: str, x: int, y: int) -> None:
    """Drag a kind from the palette to a place on the stage."""
    stage = page.locator(".pane").bounding_box()
    assert stage
    page.locator(".palette-kind", has_text=kind).first.drag_to(
        page.locator(".react-flow__pane"), target_position={"x": x, "y": y}
    )


def still(page: Page) -> None:
    """The camera has come to rest."""
    page.evaluate("""async () => {
      const view = document.querySelector('.react-flow__viewport');
      for (let before = ''; before !== view.style.transform;) {
        before = view.style.transform;
        await new Promise((done) => setTimeout(done, 120));
      }
    }""")


def wire(page: Page, source: str, port: str, target: str) -> None:
    """Draw an edge by hand, from a port onto a step."""
    still(page)
    outlet = (
        page.locator(".start .outlet")
        if source == "Start"
        else step(page, source).locator(f'.outlet[data-port="{port}"]')
    )
    one, other = outlet.bounding_box(), step(page, target).bounding_box()
    assert one
    assert other
    page.mouse.move(one["x"] + one["width"] - 2, one["y"] + one["height"] / 2)
    page.mouse.down()
    page.mouse.move(other["x"] - 30, other["y"] + 20, steps=4)
    page.mouse.move(other["x"] + 12, other["y"] + 24, steps=3)
    page.mouse.up()


def fill(page: Page, name: str, **fields: str) -> None:
    """Name the selected step and fill in its form."""
    inspector = page.get_by_role("complementary", name="Inspector")
    inspector.get_by_label(re.compile("^Name")).first.fill(name)
    for label, value in fields.items():
        inspector.get_by_label(re.compile(f"^{label.replace('_', ' ')}", re.IGNORECASE)).first.fill(value)


def saved(page: Page) -> None:
    expect(page.locator(".bar-saving")).to_have_text("All saved")


def document(page: Page) -> dict[str, Any]:
    """The draft as the server has it."""
    saved(page)
    found: dict[str, Any] = page.evaluate(
        """async () => {
          const {slug} = document.querySelector('interlock-canvas').dataset;
          return (await fetch(`/api/v1/workflows/${slug}/draft/`)).json();
        }"""
    )
    return found


def publish(page: Page) -> None:
    page.get_by_role("button", name="Publish").click()
    page.get_by_role("dialog").get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("Version 1 is published")


def run(page: Page, given: dict[str, Any]) -> dict[str, Any]:
    """Start a run as a program does, and wait for its end."""
    script = """async (given) => {
      const {slug, csrf} = document.querySelector('interlock-canvas').dataset;
      const headers = {'Content-Type': 'application/json', 'X-CSRFToken': csrf};
      const body = JSON.stringify({input: given, wait_s: 20});
      return (await fetch(`/api/v1/workflows/${slug}/runs/`, {method: 'POST', headers, body})).json();
    }"""
    found: dict[str, Any] = page.evaluate(script, given)
    return found


def problems_of(page: Page) -> list[str]:
    found = AXE.run(page, options=RULES).response["violations"]
    return [f"{each['id']}: {node['html']} {node['failureSummary']}" for each in found for node in each["nodes"]]


def look_over(page: Page) -> None:
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (scheme, width)
            assert page.evaluate("document.documentElement.scrollHeight <= innerHeight"), (scheme, height)
            assert problems_of(page) == [], (scheme, width)


def test_a_lead_workflow_is_drawn_by_mouse_published_and_run(visit: Visitor) -> None:
    page = fresh(visit, "Leads by mouse")
    page.locator(".start").click()
    page.get_by_role("button", name="Add a field").click()
    page.get_by_role("complementary", name="Inspector").get_by_label("Name", exact=True).fill("email")
    page.get_by_label("Needed").check()

    drop(page, "Check data quality", 300, 80)
    fill(page, "Complete?")
    drop(page, "Ask for a decision", 300, 330)
    fill(page, "Look at it", Question="May we write to them?")
    drop(page, "Send a mail", 520, 80)
    fill(page, "Write to them", To="{{ input.email }}", Subject="Hello", Body="Thank you.")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.keyboard.press("0")
    wire(page, "Start", "out", "Complete?")
    wire(page, "Complete?", "pass", "Write to them")
    wire(page, "Complete?", "fail", "Look at it")
    wire(page, "Complete?", "unsure", "Look at it")
    wire(page, "Look at it", "approve", "Write to them")
    # An edge that is dropped on nothing asks what may follow.
    for name, port, to in (("Write to them", "done", "contacted"), ("Look at it", "reject", "stopped")):
        still(page)
        outlet = step(page, name).locator(f'.outlet[data-port="{port}"]').bounding_box()
        assert outlet
        page.mouse.move(outlet["x"] + outlet["width"] - 2, outlet["y"] + outlet["height"] / 2)
        page.mouse.down()
        page.mouse.move(outlet["x"] + outlet["width"] + 60, outlet["y"] + 20, steps=5)
        page.mouse.up()
        page.locator(".quick-add").get_by_role("option", name=re.compile("^Outcome")).click()
        fill(page, to)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    wire(page, "Look at it", "overdue", "stopped")
    expect(page.locator(".bar-problems")).not_to_contain_text("repair")
    publish(page)
    ended = run(page, {"email": "ann@example.org"})
    assert (ended["status"], ended["outcome"]) == ("succeeded", "contacted"), ended


def test_a_workflow_is_drawn_by_keyboard_alone_published_and_run(visit: Visitor) -> None:
    page = fresh(visit, "Leads by keyboard")
    keys = page.keyboard

    def add(words: str, name: str) -> None:
        keys.press("/")
        keys.type(words)
        keys.press("Enter")
        keys.press("Enter")
        keys.press("ControlOrMeta+a")
        keys.type(name)
        keys.press("Escape")

    def connect(port: str, target: str) -> None:
        keys.press("c")
        keys.type(port)
        keys.press("Enter")
        keys.type(target)
        keys.press("Enter")

    page.locator(".pane").focus()
    keys.press("ArrowRight")
    add("check rules", "Is it small?")
    add("compute", "Note it")
    add("outcome", "taken")
    keys.press("ArrowLeft")
    keys.press("ArrowLeft")
    add("ask for a decision", "Look at it")
    keys.press("ArrowLeft")
    connect("unsure", "look at")
    keys.press("f")
    keys.type("look at it")
    keys.press("Enter")
    keys.press("Escape")
    connect("approve", "note it")
    add("outcome", "turned down")
    keys.press("ArrowLeft")
    connect("overdue", "turned down")
    expect(page.locator(".bar-problems")).not_to_contain_text("repair")
    drawn = document(page)
    assert [each["name"] for each in drawn["nodes"]] == [
        "Is it small?",
        "Note it",
        "taken",
        "Look at it",
        "turned down",
    ]
    for _ in range(40):
        if page.evaluate("document.activeElement.textContent") == "Publish":
            break
        keys.press("Shift+Tab")
    keys.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("first version")
    keys.press("Tab")
    keys.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("Version 1 is published")
    ended = run(page, {"seats": 3})
    assert (ended["status"], ended["outcome"]) == ("succeeded", "taken"), ended


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
        page.locator(".react-flow__edge-interaction").first.click(force=True)
    if state in keys:
        page.locator(".pane").focus()
        page.keyboard.press(keys[state])
    if state == "publish":
        page.get_by_role("button", name="Publish").click()
    if state == "json":
        page.get_by_role("button", name="Drawing as JSON").click()
    page.wait_for_timeout(300)
    look_over(page)


def test_the_way_to_a_new_workflow_is_for_everybody(visit: Visitor) -> None:
    look = visit("ada", "/new-workflow/")
    for scheme in SCHEMES:
        look.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert problems_of(look) == []


def test_what_is_no_drawing_is_refused_in_words_and_changes_nothing(visit: Visitor) -> None:
    page = opened(visit)
    before = page.locator(".react-flow__node").count()
    hostile = [
        "{",
        "[]",
        '{"format": "interlock/0"}',
        '{"format": "interlock/1", "__proto__": {"x": 1}}',
        json.dumps({"format": "interlock/1", "nodes": [{"id": f"n{n}", "kind": "outcome"} for n in range(2001)]}),
        '{"format": "interlock/1", "nodes": [{"id": "<img src=x onerror=alert(1)>", "kind": "outcome"}]}',
    ]
    page.get_by_role("button", name="Drawing as JSON").click()
    for text in hostile:
        page.get_by_label("Replace it by another drawing").fill(text)
        page.get_by_role("button", name="Replace", exact=True).click()
        expect(page.locator("#exchange-why")).to_contain_text("The drawing is as it was.")
    page.get_by_role("button", name="Close").click()
    assert page.locator(".react-flow__node").count() == before
    saved(page)


def test_two_people_at_once_lose_nothing_unseen(visit: Visitor, complaints: Complaints) -> None:
    complaints.expected = ("412",)
    page = fresh(visit, "Shared")
    address = page.evaluate("location.pathname")
    other = opened(visit, address, "dora")
    page.locator(".pane").focus()
    page.keyboard.press("/")
    page.keyboard.type("wait")
    page.keyboard.press("Enter")
    saved(page)
    other.locator(".pane").focus()
    other.keyboard.press("/")
    other.keyboard.type("outcome")
    other.keyboard.press("Enter")
    dialog = other.get_by_role("dialog")
    expect(dialog).to_contain_text("ada has saved this drawing meanwhile")
    assert problems_of(other) == []
    dialog.get_by_role("button", name="Take theirs", exact=True).click()
    expect(step(other, "Wait")).to_have_count(1)
    other.locator(".pane").focus()
    other.keyboard.press("ControlOrMeta+z")
    expect(step(other, "done")).to_have_count(1)
    saved(other)


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
    expect(page.locator(".bar-saving")).to_have_text("You may look, not change")
    assert page.locator(".palette").count() == 0
    step(page, "Wait").locator(".step-head").click()
    assert page.locator(".inspector input").count() > 0
    assert page.locator(".inspector input:enabled, .inspector textarea:enabled, .inspector select:enabled").count() == 0
    assert problems_of(page) == []


UNSAFE: dict[str, Any] = {
    "format": "interlock/1",
    "input": {"type": "object", "properties": {"email": {"type": "string"}}},
    "nodes": [
        {
            "id": "check",
            "kind": "verify.quality",
            "name": "Complete?",
            "config": {"required": ["email"]},
            "at": [240, 80],
        },
        {
            "id": "send",
            "kind": "execute.email",
            "name": "Send",
            "config": {"to": "{{ input.email }}", "subject": "Hello", "body": "Thank you."},
            "at": [520, 80],
        },
        {"id": "sent", "kind": "outcome", "name": "sent", "at": [800, 80]},
    ],
    "edges": [
        {"id": "e1", "from": "start", "port": "out", "to": "check"},
        {"id": "e2", "from": "check", "port": "pass", "to": "send"},
        {"id": "e3", "from": "check", "port": "fail", "to": "send"},
        {"id": "e4", "from": "check", "port": "unsure", "to": "send"},
        {"id": "e5", "from": "send", "port": "done", "to": "sent"},
    ],
}


def imported(visit: Visitor, name: str, drawing: dict[str, Any]) -> Page:
    page = visit("ada", "/new-workflow/", viewport={"width": 1440, "height": 900})
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_text("Begin with a drawing from a file").click()
    page.get_by_label("Or paste it here").fill(json.dumps(drawing))
    page.get_by_role("button", name="Create and draw").click()
    page.locator(".start").wait_for()
    return page


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
