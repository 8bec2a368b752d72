"""Hands for the canvas's tests: making drawings, dragging, wiring, filling in, asking the server what it has."""

from __future__ import annotations

import json
import re
from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visitor

AXE = Axe()
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
SIZES = ((1280, 720), (2560, 1440))
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
EXAMPLE = "/workflows/lead-qualification/"
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
        field = inspector.get_by_label(re.compile(f"^{label.replace('_', ' ')}", re.IGNORECASE)).first
        write(page, field, value)


def write(page: Page, field: Locator, value: str) -> None:
    """Fill in a field; an expression is written into the editor that stands in its place once it is loaded."""
    # Once it is loaded, the editor bears the label, too, and stands before its field.
    if field.get_attribute("role") == "textbox" or field.get_attribute("data-sort") not in ("expression", "template"):
        field.fill(value)
        return
    editor = page.locator(f"[id='{field.get_attribute('id')}-code'] .cm-content")
    editor.fill(value)
    expect(field).to_have_value(value)


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


def imported(visit: Visitor, name: str, drawing: dict[str, Any]) -> Page:
    page = visit("ada", "/new-workflow/", viewport={"width": 1440, "height": 900})
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_text("Begin with a drawing from a file").click()
    page.get_by_label("Or paste it here").fill(json.dumps(drawing))
    page.get_by_role("button", name="Create and draw").click()
    page.locator(".start").wait_for()
    return page
