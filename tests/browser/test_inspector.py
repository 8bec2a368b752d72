"""The server's form of a step in a real page: typing, lists, tables, completion; and a drawing tried out over HTTP."""

from __future__ import annotations

import time
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Complaints, Visitor
from tests.makers.sealed import ECHO

pytestmark = pytest.mark.browser

MOUNT = """async ([drawing, node]) => {
  const { mount } = await import("/static/js/inspector/inspector.js");
  const style = Object.assign(document.createElement("link"), { rel: "stylesheet", href: "/static/css/inspector.css" });
  const place = Object.assign(document.createElement("section"), { id: "place" });
  place.setAttribute("aria-label", "Inspector");
  document.head.append(style);
  document.querySelector("main").replaceChildren(Object.assign(document.createElement("h1"), { textContent: "Step" }), place);
  window.heard = { config: null, problems: null };
  place.addEventListener("interlock:config", ({ detail }) => { window.heard.config = detail.config; });
  place.addEventListener("interlock:problems", ({ detail }) => { window.heard.problems = detail.problems; });
  window.form = mount(place, { slug: "small", document: drawing, node });
}"""  # noqa: E501 (a script of its own)
ASK = """async ([path, body]) => {
  const token = document.cookie.match(/csrftoken=([^;]+)/)[1];
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
  const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  return [answer.status, await answer.json()];
}"""
RULES = {"choices": [{"name": "big", "when": "input.n > 9"}, {"name": "small", "when": "true"}]}
TABLE = {
    "inputs": [{"name": "n", "expr": "input.n", "type": "integer"}],
    "choices": ["a", "b"],
    "rows": [{"when": ["< 10"], "choice": "a"}, {"when": [">= 10"], "choice": "b"}],
}


def drawing(kind: str, config: Any) -> dict[str, Any]:
    nodes = [{"id": "here", "kind": kind, "config": config}, *ECHO["nodes"]]
    edges = [{"id": "e0", "from": "start", "port": "out", "to": "here"}, *ECHO["edges"]]
    return {**ECHO, "nodes": nodes, "edges": edges}


@pytest.fixture
def mounted(visit: Visitor) -> Any:
    def open_form(kind: str, config: Any, **options: Any) -> Page:
        page = visit("ada", "/workflows/small/start/", **options)
        page.evaluate(MOUNT, [drawing(kind, config), "here"])
        page.locator("#inspect").wait_for()
        return page

    return open_form


def config(page: Page) -> Any:
    return page.evaluate("window.heard.config")


def test_what_is_typed_is_heard_at_once_and_judged_soon(mounted: Any) -> None:
    page: Page = mounted("decide.rule", RULES)
    field = page.locator("#config-choices-0-when")
    field.fill("input.n >")
    assert config(page)["choices"][0]["when"] == "input.n >"
    expect(page.locator("#config-choices-0-when-error")).to_contain_text("something is missing at its end")
    expect(field).to_be_focused()
    field.press_sequentially(" 3")
    expect(page.locator("#config-choices-0-when-error")).to_have_count(0)
    assert config(page)["choices"][0]["when"] == "input.n > 3"


def test_entries_are_added_sorted_and_removed(mounted: Any) -> None:
    page: Page = mounted("decide.rule", RULES)
    page.locator("#config-choices-1-part [data-op=up]").click()
    expect(page.locator("#config-choices-0-name")).to_have_value("small")
    page.locator("#config-choices-add").click()
    page.locator("#config-choices-2-name").fill("third")
    page.locator("#config-choices-0-part [data-op=remove]").click()
    expect(page.locator("#config-choices-1-name")).to_have_value("third")
    assert [each["name"] for each in config(page)["choices"]] == ["big", "third"]


def test_a_table_is_edited_as_a_grid_and_shows_where_rows_contradict(mounted: Any) -> None:
    page: Page = mounted("decide.table", TABLE)
    page.locator("#config-rows-1-0").fill("> 5")
    expect(page.locator(".finding-row")).to_contain_text("contradict each other")
    page.locator("#config-rows-1-0").fill("> 20")
    expect(page.locator(".inspect-grid > .finding")).to_contain_text("covers n =")
    page.locator("#config-inputs-add").click()
    expect(page.locator("#config-rows-1-1")).to_have_value("-")
    assert [row["when"] for row in config(page)["rows"]] == [["< 10", "-"], ["> 20", "-"]]


def test_what_is_available_is_offered_and_taken_by_keyboard(mounted: Any) -> None:
    page: Page = mounted("decide.rule", RULES)
    field = page.locator("#config-choices-0-when")
    field.fill("")
    field.press_sequentially("input.")
    expect(page.get_by_role("option").first).to_contain_text("n")
    field.press("ArrowDown")
    field.press("Enter")
    expect(field).to_have_value("input.n")
    assert config(page)["choices"][0]["when"] == "input.n"
    expect(page.locator("#config-choices-0-when-preview")).to_contain_text("= 1")


def test_what_is_typed_while_the_line_is_down_is_kept(mounted: Any, complaints: Complaints) -> None:
    complaints.expected = ("Failed to load resource", "net::ERR")
    page: Page = mounted("decide.rule", RULES)
    page.route("**/inspector/", lambda route: route.abort())
    page.locator("#config-choices-0-name").fill("huge")
    expect(page.locator("[data-inspect-state]")).to_contain_text("What you type is kept")
    assert config(page)["choices"][0]["name"] == "huge"
    page.unroute("**/inspector/")
    page.locator("#config-choices-1-name").fill("tiny")
    expect(page.locator("[data-inspect-state]")).to_be_hidden()
    expect(page.locator("#config-choices-0-name")).to_have_value("huge")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("kind", "given"), [("decide.rule", RULES), ("decide.table", TABLE), ("execute.http", {})])
def test_axe_finds_nothing_in_a_form(mounted: Any, kind: str, given: Any, scheme: Any) -> None:
    page: Page = mounted(kind, given, color_scheme=scheme)
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": tags}})
    told = [(each["id"], [node["html"] for node in each["nodes"]][:3]) for each in found.response["violations"]]
    assert told == []


def test_a_drawing_is_tried_out_from_the_page(visit: Visitor) -> None:
    page = visit("ada", "/workflows/small/start/")
    status, told = page.evaluate(ASK, ["/workflows/small/try/", {"document": ECHO, "input": {"n": 3}}])
    assert (status, told["pinned"]) == (202, [])
    address, until = f"/api/v1/runs/{told['run']}/", time.monotonic() + 60
    while (run := page.request.get(address).json())["status"] != "succeeded":
        assert time.monotonic() < until, run
    assert run["output"] == {"n": 3}
    listed = page.request.get("/api/v1/runs/?limit=100").json()["results"]
    assert told["run"] not in {each["id"] for each in listed}
