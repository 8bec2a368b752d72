"""Nobody answers by mistake, and no words are lost: boxes and keys, a line that breaks, a session that ends."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Request, ViewportSize, WebSocketRoute, expect

from tests.browser.conftest import Complaints, Visitor, sign_in
from tests.browser.eyes import covered, for_everybody
from tests.browser.test_desk import started
from tests.makers.people import PASSWORD

pytestmark = pytest.mark.browser

AWAY = ("Failed to fetch", "net::ERR_FAILED")


def posts_of(page: Page) -> list[str]:
    """Where this page sends something to, from now on."""
    found: list[str] = []

    def hear(request: Request) -> None:
        if request.method == "POST":
            found.append(request.url)

    page.on("request", hear)
    return found


def case_of(page: Page) -> str:
    return str(page.locator("#pane").get_attribute("data-case"))


def test_what_can_be_pressed_in_the_row_of_a_gate_that_closed_itself_is_not_covered(visit: Visitor) -> None:
    page = visit("ada", "/cases/")
    for width in (390, 1440, 1920):
        page.set_viewport_size(ViewportSize(width=width, height=900))
        assert covered(page) == [], width
    page.get_by_role("button", name="Start it anew").first.click()
    expect(page.get_by_role("heading", name="Start a new epoch?")).to_be_visible()


def test_a_box_that_opens_has_the_focus_and_no_key_answers_the_case_behind_it(visit: Visitor) -> None:
    page = visit("rui", started(visit("ada", "/"), "410") + "?queue=sales")
    posts = posts_of(page)
    box = page.locator("details.save")
    box.locator("summary").click()
    expect(page.get_by_label("Name of the view")).to_be_focused()
    page.keyboard.type("1st look")
    expect(page.get_by_label("Name of the view")).to_have_value("1st look")
    page.keyboard.press("Escape")
    expect(box).not_to_have_attribute("open", "")
    expect(box.locator("summary")).to_be_focused()
    page.keyboard.press("1")
    expect(page.locator("#told")).to_contain_text("Nothing was answered")

    page.locator("#pane summary", has_text="Hand over").click()
    expect(page.get_by_label("To whom").last).to_be_focused()
    page.locator("#pane").focus()
    for key in "13zc":
        page.keyboard.press(key)
    expect(page.locator("#told")).to_contain_text("Nothing was answered: a box is open.")
    page.get_by_role("heading", name="What happened").click()
    expect(page.locator("#pane details[open]")).to_have_count(0)
    assert posts == []
    page.keyboard.press("1")
    expect(page.locator("#undo")).to_contain_text("Go on")
    assert len(posts) == 1


def test_an_answer_that_does_not_arrive_is_said_to_be_unsent_and_is_sent_once_the_line_is_back(
    visit: Visitor, complaints: Complaints
) -> None:
    complaints.expected = AWAY
    started(visit("ada", "/"), "420")
    page = visit("rui", started(visit("ada", "/"), "430"))
    page.evaluate("window.kept = true")
    case = case_of(page)
    page.get_by_label("Comment").fill("Do not lose this.")
    page.keyboard.press("Escape")

    page.route("**/cases/**", lambda route: route.abort())
    page.keyboard.press("1")
    told = page.locator("#told")
    expect(told).to_contain_text(
        "Not sent: Interlock cannot be reached. Your answer is still here; press “Go on” again."
    )
    expect(told).to_have_attribute("role", "alert")
    for_everybody(page, "an answer that was not sent")
    page.keyboard.press("k")
    expect(told).to_contain_text("Interlock cannot be reached just now.")
    expect(page.locator(f"#row-{case} .row-title")).to_have_attribute("aria-current", "true")
    expect(page.locator("#rows [aria-current]")).to_have_count(1)
    assert case_of(page) == case
    page.unroute("**/cases/**")

    page.evaluate("() => { window.real = window.fetch; window.fetch = async () => new Response('', { status: 503 }); }")
    page.keyboard.press("1")
    expect(told).to_contain_text("Interlock could not take this just now. Your answer is still here")
    expect(page.get_by_label("Comment")).to_have_value("Do not lose this.")
    page.evaluate("() => { window.fetch = window.real; }")
    page.keyboard.press("1")
    expect(page.locator("#undo")).to_contain_text("Go on")
    expect(told).to_be_empty()
    assert page.evaluate("window.kept")


def test_the_inbox_says_while_it_hears_nothing_of_what_happens(visit: Visitor) -> None:
    page = visit("rui", "/")
    lines: list[WebSocketRoute] = []
    down = False

    def opened(line: WebSocketRoute) -> None:
        if down:
            line.close(code=4000)
        else:
            lines.append(line)
            line.connect_to_server()

    page.route_web_socket("**/ws/inbox/", opened)
    page.goto("/cases/")
    expect(page.locator("[data-inbox-count]")).to_be_visible()
    light = page.locator("[data-inbox-live]")
    expect(light).to_be_hidden()
    down = True
    lines[0].close(code=4000)
    expect(light).to_have_text("not live, trying again")
    down = False
    expect(light).to_be_hidden()


def test_what_was_begun_to_be_written_stays_with_its_case_until_it_is_sent(visit: Visitor) -> None:
    started(visit("ada", "/"), "440")
    page = visit("rui", started(visit("ada", "/"), "450"))
    case = case_of(page)
    page.get_by_label("Comment").fill("Half an hour of words.")
    page.locator("#remark").fill("For a colleague.")
    page.keyboard.press("Escape")
    page.keyboard.press("k")
    expect(page.locator("#pane")).not_to_have_attribute("data-case", case)
    expect(page.get_by_label("Comment")).to_have_value("")
    page.keyboard.press("j")
    expect(page.locator("#pane")).to_have_attribute("data-case", case)
    expect(page.get_by_label("Comment")).to_have_value("Half an hour of words.")
    expect(page.locator("#remark")).to_have_value("For a colleague.")
    expect(page.locator(".draft-note")).to_contain_text("What you wrote here before is back.")
    page.get_by_role("button", name="Write", exact=True).click()
    expect(page.locator(".history")).to_contain_text("For a colleague.")
    expect(page.locator("#remark")).to_have_value("")
    expect(page.get_by_label("Comment")).to_have_value("Half an hour of words.")
    page.get_by_role("button", name="Start afresh").click()
    expect(page.get_by_label("Comment")).to_have_value("")
    page.get_by_label("Comment").fill("Other words.")
    page.keyboard.press("Escape")
    assert case in kept(page)
    page.keyboard.press("1")
    expect(page.locator("#undo")).to_contain_text("Go on")
    assert case not in kept(page)


def sign_out(page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in/")


def kept(page: Page) -> str:
    """All that this window keeps of what was written."""
    return str(page.evaluate("JSON.stringify(sessionStorage)"))


def test_who_was_signed_out_meanwhile_is_told_and_finds_the_words_again(visit: Visitor, complaints: Complaints) -> None:
    complaints.expected = ("403",)
    page = visit("rui", started(visit("ada", "/"), "460"), alone=True)
    case, other, told = case_of(page), page.context.new_page(), page.locator("#told")
    page.get_by_label("Comment").fill("My words.")
    page.keyboard.press("Escape")
    sign_out(other)
    page.keyboard.press("1")
    expect(told).to_contain_text("You were signed out meanwhile. Nothing was sent.")
    expect(page.get_by_label("Comment")).to_have_value("My words.")
    told.get_by_role("link", name="Sign in").click()
    page.get_by_label("Name").fill("rui")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#pane")).to_have_attribute("data-case", case)
    expect(page.get_by_label("Comment")).to_have_value("My words.")

    sign_out(other)
    sign_in(other, "rui")
    page.keyboard.press("1")
    expect(told).to_contain_text("You signed in again meanwhile, so nothing was sent.")
    expect(page.get_by_label("Comment")).to_have_value("My words.")
    page.keyboard.press("1")
    expect(page.locator("#undo")).to_contain_text("Go on")


def test_nobody_else_who_signs_in_in_a_window_finds_what_was_begun_to_be_written(
    visit: Visitor, complaints: Complaints
) -> None:
    complaints.expected = ("403",)
    page = visit("rui", started(visit("ada", "/"), "470"), alone=True)
    other = page.context.new_page()
    page.get_by_label("Comment").fill("My words.")
    page.keyboard.press("Escape")
    assert "My words." in kept(page)
    sign_out(other)
    sign_in(other, "ada")
    page.keyboard.press("1")
    expect(page.locator("#told")).to_contain_text("Somebody else signed in here meanwhile. Nothing was sent.")
    expect(page.get_by_label("Comment")).to_have_value("")
    assert "My words." not in kept(page)

    page.get_by_label("Comment").fill("Words of ada.")
    assert "Words of ada." in kept(page)
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in/")
    assert "Words of ada." not in kept(page)
