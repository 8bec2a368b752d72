"""Hands for the canvas's tests: making drawings, dragging, wiring, filling in, asking the server what it has."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visitor

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


def fresh(visit: Visitor, name: str, **options: object) -> Page:
    """A new workflow's empty canvas, made by the form that people use."""
    page = visit("ada", "/new-workflow/", viewport={"width": 1440, "height": 900}, **options)
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
    page.locator(".palette-kind", has_text=kind).first.drag_to(
        page.locator(".react-flow__pane"), target_position={"x": x, "y": y}
    )


def still(page: Page) -> None:
    """The camera has come to rest: it stays where it is for some frames, however long these take."""
    page.evaluate("""async () => {
      const view = document.querySelector('.react-flow__viewport');
      for (let before = '', same = 0; same < 8; same = before === view.style.transform ? same + 1 : 0) {
        before = view.style.transform;
        await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
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


def inspected(page: Page) -> Locator:
    """The name of the selected step, in its form."""
    return page.get_by_role("complementary", name="Inspector").get_by_label(re.compile("^Name")).first


def asked(page: Page) -> Locator:
    """Where one types what to add or to connect; a form's own lists are no such field."""
    return page.locator(".choices-list").get_by_role("combobox")


def fill(page: Page, name: str, **fields: str) -> None:
    """Name the selected step and fill in its form."""
    inspector = page.get_by_role("complementary", name="Inspector")
    inspected(page).fill(name)
    for label, value in fields.items():
        field = inspector.get_by_label(re.compile(f"^{label.replace('_', ' ')}", re.IGNORECASE)).first
        write(page, field, value)


def write(page: Page, field: Locator, value: str) -> None:
    """Fill in a field; an expression is written into the editor that stands in its place once it is loaded."""
    # Once it is loaded, the editor bears the label, too, and stands before its field: so all is asked of one element.
    role, sort, name = field.evaluate("(found) => [found.getAttribute('role'), found.dataset.sort, found.id]")
    if role == "textbox" or sort not in ("expression", "template"):
        field.fill(value)
        return
    retyped(page.locator(f"[id='{name}-code'] .cm-content"), value)
    expect(page.locator(f"[id='{name}']")).to_have_value(value)


def retyped(editor: Locator, value: str) -> None:
    """Empty an editor of code as a person would, then write into it.

    Text put over a selection makes the browser keep the style of what stood there, on an element of its own; the policy
    forbids that, and says so.
    """
    editor.click()
    editor.press("ControlOrMeta+a")
    editor.press("Delete")
    editor.page.keyboard.insert_text(value)


def until(page: Page, happens: str) -> None:
    """Wait for what no element shows. Playwright's own waiting evaluates text, which the CSP forbids."""
    page.evaluate(f"async () => {{ while (!({happens})) await new Promise((done) => setTimeout(done, 50)); }}")


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
    page.get_by_role("button", name="Publish", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("Version 1 is published")


def run(page: Page, given: dict[str, Any]) -> dict[str, Any]:
    """Start a run as a program does, and wait for its end."""
    script = """async (given) => {
      const {slug, csrf} = document.querySelector('interlock-canvas').dataset;
      const headers = {'Content-Type': 'application/json', 'X-CSRFToken': csrf};
      const body = JSON.stringify({input: given, wait_s: 20});
      const begun = await (await fetch(`/api/v1/workflows/${slug}/runs/`, {method: 'POST', headers, body})).json();
      let run = begun;
      while (['queued', 'running'].includes(run.status)) {
        await new Promise((done) => setTimeout(done, 200));
        run = await (await fetch(`/api/v1/runs/${begun.id}/`)).json();
      }
      return run;
    }"""
    found: dict[str, Any] = page.evaluate(script, given)
    return found


def imported(visit: Visitor, name: str, drawing: dict[str, Any], size: tuple[int, int] = (1440, 900)) -> Page:
    """A new workflow with this drawing, made as a program makes it."""
    page = visit("ada", "/healthz", viewport={"width": size[0], "height": size[1]})
    token = next(each["value"] for each in page.context.cookies() if each["name"] == "csrftoken")
    answer = page.request.post(
        "/api/v1/workflows/", data={"name": name, "document": drawing}, headers={"X-CSRFToken": token}
    )
    assert answer.status == 201, answer.text()
    page.goto(f"/workflows/{answer.json()['slug']}/")
    page.locator(".start").wait_for()
    return page
