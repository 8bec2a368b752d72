"""The server's form of a step on the canvas: typing, expressions and their values, tables, a line that is down."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.canvas_hands import document, imported, retyped, saved, step
from tests.browser.conftest import Complaints, Visitor
from tests.browser.eyes import fits, for_everybody
from tests.makers.sealed import ECHO

pytestmark = pytest.mark.browser

ASK = """async ([path, body]) => {
  const token = document.cookie.match(/csrftoken=([^;]+)/)[1];
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
  const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  return [answer.status, await answer.json()];
}"""
PASTE = """([id, text]) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
  document.getElementById(id).dispatchEvent(event);
}"""
RULES = {"choices": [{"name": "big", "when": "input.n > 9"}, {"name": "small", "when": "true"}]}
TABLE = {
    "inputs": [{"name": "n", "expr": "input.n", "type": "integer"}],
    "choices": ["a", "b"],
    "rows": [{"when": ["< 10"], "choice": "a"}, {"when": ["> 10"], "choice": "b"}],
}


def opened(visit: Visitor, name: str, kind: str, config: Any) -> Page:
    """A drawing of that step and another one, with the step selected."""
    others = [{**each, "at": [240, 160 * place]} for place, each in enumerate(ECHO["nodes"], 1)]
    nodes = [{"id": "here", "kind": kind, "name": "Here", "at": [520, 0], "config": config}, *others]
    edges = [{"id": "e0", "from": "start", "port": "out", "to": "here"}, *ECHO["edges"]]
    page = imported(visit, name, {**ECHO, "nodes": nodes, "edges": edges})
    step(page, "Here").locator(".step-head").click()
    page.locator('#inspect[data-node="here"]').wait_for()
    return page


def config(page: Page) -> Any:
    return next(each["config"] for each in document(page)["nodes"] if each["id"] == "here")


def code(page: Page, name: str) -> Locator:
    return page.locator(f"#config-{name}-code .cm-content")


def test_an_expression_is_completed_by_keyboard_and_shows_its_value(visit: Visitor) -> None:
    page = opened(visit, "Completed", "decide.rule", RULES)
    field = code(page, "choices-0-when")
    retyped(field, "input.")
    expect(page.get_by_role("option").first).to_contain_text("n")
    for_everybody(page, "an expression with what may be written")
    field.press("Enter")
    expect(field).to_have_text("input.n")
    expect(page.locator("#config-choices-0-when-value")).to_have_text("= 1")
    field.press_sequentially(" >")
    expect(page.locator("#config-choices-0-when-error")).to_contain_text("cannot be read")
    expect(field).to_be_focused()
    field.press_sequentially(" 3")
    expect(page.locator("#config-choices-0-when-error")).to_have_count(0)
    expect(page.locator("#config-choices-0-when-value")).to_have_text("= false")
    field.press("Tab")
    expect(field).not_to_be_focused()
    assert config(page)["choices"][0]["when"] == "input.n > 3"


def test_entries_are_added_sorted_and_removed_and_undo_shows_at_once(visit: Visitor) -> None:
    page = opened(visit, "Sorted", "decide.rule", RULES)
    page.locator("#config-choices-1-part [data-op=up]").click()
    expect(page.locator("#config-choices-0-name")).to_have_value("small")
    expect(page.locator("#config-choices-0-part [data-op=down]")).to_be_focused()
    page.locator("#config-choices-add").click()
    expect(page.locator("#config-choices-2-name")).to_be_focused()
    page.keyboard.type("third")
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator("#config-choices-1-name")).to_have_value("third")
    page.locator("#config-choices-0-part [data-op=remove]").click()
    expect(page.locator("#config-choices-1-name")).to_have_value("big")
    assert [each["name"] for each in config(page)["choices"]] == ["third", "big"]
    page.locator("#config-choices-0-name").focus()
    for names in (["small", "third", "big"], ["small", "big", "third"]):
        page.keyboard.press("ControlOrMeta+z")
        for place, name in enumerate(names):
            expect(page.locator(f"#config-choices-{place}-name")).to_have_value(name)


def test_what_is_clicked_while_the_form_is_being_changed_is_said_to_wait(visit: Visitor) -> None:
    page = opened(visit, "Hasty", "decide.rule", RULES)
    # Nothing is answered until it is routed no more: what waits then goes on.
    page.route("**/inspector/", lambda route: None)
    page.locator("#config-choices-add").click()
    page.locator("#config-choices-0-part [data-op=remove]").click()
    expect(page.locator(".notice-chip")).to_contain_text("still being carried out")
    page.unroute("**/inspector/")
    expect(page.locator("#config-choices-2-name")).to_be_focused()
    assert len(config(page)["choices"]) == 3


def test_a_table_is_edited_cell_by_cell_until_no_gap_is_left(visit: Visitor) -> None:
    page = opened(visit, "Tabled", "decide.table", TABLE)
    page.get_by_role("button", name="Make the inspector wide").click()
    gap = page.locator(".inspect-grid > .finding")
    expect(gap).to_contain_text("n = 10")
    for_everybody(page, "a wide table with a gap")
    fits(page, "a wide table")
    page.get_by_label("Row 2, n: how it compares").select_option(label="at least")
    expect(gap).to_have_count(0)
    page.get_by_label("Row 2, n", exact=True).fill("5")
    expect(page.locator(".finding-row")).to_contain_text("contradict each other")
    expect(page.locator("#config-rows > tr.has-error")).to_have_count(2)
    page.get_by_role("button", name="Column", exact=True).click()
    expect(page.locator("#config-rows-1-1")).to_be_visible()
    page.evaluate(PASTE, ["config-rows-0-0", "< 3\tDE\ta\n3 to 5\t\tb\n> 5\t\tc\n"])
    expect(page.locator("#config-rows-2-choice")).to_have_value("c")
    table = config(page)
    assert [row["when"] for row in table["rows"]] == [["< 3", '"DE"'], ["[3..5]", "-"], ["> 5", "-"]]
    assert table["choices"] == ["a", "b", "c"]


def test_what_is_typed_while_the_line_is_down_is_kept(visit: Visitor, complaints: Complaints) -> None:
    complaints.expected = ("Failed to load resource", "net::ERR")
    page = opened(visit, "Down", "decide.rule", RULES)
    page.route("**/inspector/", lambda route: route.abort())
    page.locator("#config-choices-0-name").fill("huge")
    expect(page.locator("[data-inspect-state]")).to_contain_text("What you type is kept")
    assert config(page)["choices"][0]["name"] == "huge"
    page.locator("#config-choices-add").click()
    expect(page.locator("[data-inspect-state]")).to_contain_text("This can be added, moved or removed when it is back")
    retyped(code(page, "choices-1-when"), "input.n == 0")
    page.unroute("**/inspector/")
    expect(page.locator("[data-inspect-state]")).to_be_hidden()
    expect(page.locator("#config-choices-0-name")).to_have_value("huge")
    assert [each["when"] for each in config(page)["choices"]] == ["input.n > 9", "input.n == 0"]


def test_no_form_outlives_its_step(visit: Visitor) -> None:
    page = opened(visit, "Quick", "decide.rule", RULES)
    name = page.locator("#config-choices-0-name")
    name.fill("gone soon")
    page.keyboard.press("ControlOrMeta+z")
    expect(name).to_have_value("big")
    for title, node in (("say", "say"), ("Here", "here"), ("said", "said"), ("Here", "here")):
        step(page, title).locator(".step-head").click()
        expect(page.locator(f'#inspect[data-node="{node}"]')).to_be_visible()
    page.get_by_text("Note, patience, id").click()
    page.get_by_label("Id", exact=True).fill("elsewhere")
    page.get_by_label("Id", exact=True).press("Tab")
    expect(page.locator('#inspect[data-node="elsewhere"]')).to_be_visible()
    page.locator(".pane").focus()
    page.keyboard.press("Delete")
    expect(page.locator("#inspect")).to_have_count(0)
    saved(page)


def test_a_drawing_is_tried_out_from_the_page(visit: Visitor) -> None:
    page = visit("ada", "/workflows/small/start/")
    status, told = page.evaluate(ASK, ["/workflows/small/try/", {"document": ECHO, "input": {"n": 3}}])
    assert (status, told["pinned"]) == (202, [])
    address = f"/api/v1/runs/{told['run']}/"
    page.wait_for_function(
        "async (address) => (await (await fetch(address)).json()).status === 'succeeded'", arg=address
    )
    assert page.request.get(address).json()["output"] == {"n": 3}
    listed = page.request.get("/api/v1/runs/?limit=100").json()["results"]
    assert told["run"] not in {each["id"] for each in listed}
