"""Two people with the same case open: what one does, the other sees at once, and loses nothing of what he wrote."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.conftest import Complaints, Server, Visitor
from tests.browser.eyes import for_everybody
from tests.browser.test_desk import started

pytestmark = pytest.mark.browser

ANSWERS = "#choices button"


def deaf(page: Page, address: str) -> Page:
    """The page of a case as it stands, which nothing is told of afterwards."""

    def swallow(route: WebSocketRoute) -> None:
        route.close(code=4403)

    page.route_web_socket("**/ws/inbox/", swallow)
    page.goto(address)
    return page


def test_who_has_the_case_open_sees_it_taken_remarked_and_settled_and_keeps_what_he_typed(visit: Visitor) -> None:
    address = started(visit("ada", "/"), "510")
    other, mine = visit("ada", address), visit("rui", address)
    mine.evaluate("window.kept = true")
    comment = mine.get_by_label("Comment")
    comment.fill("Half a sen")
    comment.focus()
    mine.evaluate("scrollTo({ top: 0 })")

    other.get_by_role("button", name="Take it").click()
    expect(mine.locator("#stand")).to_contain_text("ada has taken this case.")
    expect(mine.locator(ANSWERS).first).to_be_disabled()
    expect(mine.get_by_role("button", name="Take it")).to_have_count(0)
    expect(mine.locator("#pane .facts")).to_contain_text("Taken by")
    expect(other.get_by_role("button", name="Give it back")).to_be_visible()
    other.locator("#remark").fill("I know these people.")
    other.get_by_role("button", name="Write").click()
    for page in (mine, other):
        expect(page.locator(".history")).to_contain_text("I know these people.")
    other.get_by_role("button", name="Give it back").click()
    expect(mine.locator(ANSWERS).first).to_be_enabled()
    for page in (mine, other):
        expect(page.get_by_role("button", name="Take it")).to_be_visible()

    open_ones = int(mine.locator("#views .count").first.inner_text())
    mine.keyboard.type("tence")
    other.get_by_role("button", name="Go on").click()
    expect(mine.locator("#stand")).to_contain_text("ada has settled this: Go on. What you typed stays here")
    expect(mine.locator(ANSWERS)).to_have_count(0)
    expect(comment).to_have_value("Half a sentence")
    expect(comment).to_be_focused()
    expect(mine.locator("#views .count").first).to_have_text(str(open_ones - 1))
    expect(mine.locator("[data-inbox-count]")).to_have_text(str(open_ones - 1))
    for_everybody(mine, "a case that a colleague has settled meanwhile")

    other.get_by_role("button", name="Take it back").click()
    expect(mine.locator("#stand")).to_have_text("ada has taken this case. It is free again in 14 min.")
    expect(mine.locator(ANSWERS).first).to_be_visible()
    expect(comment).to_have_value("Half a sentence")
    assert mine.evaluate("window.kept && scrollY") == 0


def test_who_answers_late_is_told_and_the_row_stays_settled(visit: Visitor, complaints: Complaints) -> None:
    complaints.expected = ("409", "WebSocket")
    address = started(visit("ada", "/"), "520")
    late = deaf(visit("rui", "/"), address)
    case = str(late.locator("#pane").get_attribute("data-case"))
    first = visit("ada", address)
    first.get_by_role("button", name="Go on").click()
    expect(first.locator("#undo")).to_be_visible()

    late.keyboard.press("1")
    expect(late.get_by_role("alert")).to_contain_text("ada has settled this case already.")
    expect(late.locator(f"#row-{case} .row-done")).to_have_text("settled")


def test_chosen_cases_are_answered_together_and_taken_back_with_a_key(visit: Visitor, server: Server) -> None:
    ada = visit("ada", "/")
    cases = [started(ada, seats).split("/")[-2] for seats in ("530", "540")]
    page = visit("rui", "/cases/?queue=sales")
    for case in cases:
        page.locator(f"#row-{case} .row-choose").check()
    page.get_by_role("button", name="Answer…").click()
    expect(page.get_by_text("These cases cannot be answered together:")).to_be_visible()
    expect(page.locator(".row-choose:checked")).to_have_count(2)

    for case in cases:
        server.do("together", case)
    page.get_by_role("button", name="Answer…").click()
    page.wait_for_url("**/alike/**")
    expect(page.locator("[name=case]:checked")).to_have_count(2)
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/cases/?queue=sales&several=*")
    expect(page.locator(".several-undo")).to_contain_text("2 answers can still be taken back. The first run goes on in")
    page.keyboard.press("z")
    expect(page.get_by_text("2 of 2 cases are open again.")).to_be_visible()
    assert page.url.endswith("/cases/?queue=sales")
