"""The inbox as people use it: by keyboard, several at once, and with an answer that is taken back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Complaints, Server, Visitor
from tests.browser.eyes import for_everybody

pytestmark = pytest.mark.browser


def started(page: Page, seats: str) -> str:
    """Start a run that asks; the address of its case."""
    page.goto("/workflows/small/start/")
    page.get_by_label("Seats").fill(seats)
    page.get_by_role("button", name="Start").click()
    page.wait_for_url("**/runs/*/")
    return str(page.get_by_role("link", name="Answer").get_attribute("href"))


def test_a_case_is_settled_by_keyboard_taken_back_and_settled_again_without_a_reload(visit: Visitor) -> None:
    ada = visit("ada", "/")
    desk = visit("rui", started(ada, "310"))
    desk.evaluate("window.kept = true")
    case = str(desk.locator("#pane").get_attribute("data-case"))

    desk.keyboard.press("k")
    expect(desk.locator("#pane")).not_to_have_attribute("data-case", case)
    desk.keyboard.press("j")
    expect(desk.locator("#pane")).to_have_attribute("data-case", case)
    expect(desk.locator(f"#row-{case} .row-title")).to_have_attribute("aria-current", "true")
    assert case in desk.url
    desk.keyboard.press("c")
    expect(desk.get_by_role("button", name="Give it back")).to_be_visible()

    desk.keyboard.press("2")
    expect(desk.get_by_label("Comment")).to_be_focused()
    desk.keyboard.press("Escape")
    desk.keyboard.press("1")
    expect(desk.locator("#undo")).to_contain_text("Go on")
    expect(desk.locator(f"#row-{case}")).to_contain_text("answered")
    desk.keyboard.press("z")
    expect(desk.locator("#pane")).to_have_attribute("data-case", case)
    expect(desk.get_by_role("heading", name="Your answer")).to_be_visible()
    expect(desk.locator("#pane .question")).to_be_focused()
    ada.reload()
    expect(ada.locator("#banner")).to_contain_text("Waits for a person")

    desk.keyboard.press("1")
    expect(desk.locator("#undo")).to_contain_text("Go on")
    expect(ada.locator("#banner")).to_contain_text("Ended: told")
    assert desk.evaluate("window.kept")


def test_of_two_people_one_settles_the_case_and_the_other_is_told_who_and_when(visit: Visitor) -> None:
    address = started(visit("ada", "/"), "320")
    first, second = visit("ada", address), visit("rui", address)
    case = str(second.locator("#pane").get_attribute("data-case"))
    first.get_by_label("Comment").fill("Too large for us.")
    first.get_by_role("button", name="reject").click()
    expect(first.locator("#undo")).to_be_visible()

    expect(second.locator(f"#row-{case}")).to_contain_text("settled")
    expect(second.locator("#pane")).to_contain_text("ada has settled this: reject.")
    expect(second.locator("#pane")).to_contain_text("Too large for us.")
    expect(second.get_by_role("button", name="Go on")).to_have_count(0)


def test_what_is_changed_shows_what_it_was_and_the_rest_is_one_click_away(
    visit: Visitor, complaints: Complaints
) -> None:
    complaints.expected = ("422",)
    page = visit("rui", "/cases/")
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keys")).to_be_visible()
    page.get_by_label("Use these keys").uncheck()
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keys")).to_be_hidden()
    page.get_by_role("button", name="Keys").click()
    page.get_by_label("Use these keys").check()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(page.locator("#pane")).to_contain_text("Settle what does not fit")
    page.keyboard.press("e")
    expect(page.get_by_label("Seats")).to_be_focused()
    page.get_by_label("Seats").fill("90")
    expect(page.locator(".was:visible")).to_have_text("Changed. It was: 900")
    page.get_by_role("link", name="Everything else about this run").click()
    expect(page.locator("#rest")).to_contain_text("budget_eur")
    page.keyboard.press("Escape")
    page.keyboard.press("m")
    page.keyboard.type("@nobody, @a")
    expect(page.get_by_role("listbox", name="Names").get_by_role("option")).to_have_attribute("aria-selected", "true")
    for_everybody(page, "names that are offered for a remark")
    page.keyboard.press("Enter")
    page.keyboard.type("do you know them?")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_have_text("Not kept yet. Nobody who may see this case is called @nobody.")
    expect(page.locator("#remark")).to_be_focused()
    expect(page.locator("#remark")).to_have_value("@nobody, @ada do you know them?")
    page.locator("#remark").fill("@ada do you know them?")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".history")).to_contain_text("@ada do you know them?")
    expect(page.get_by_role("alert")).to_have_count(0)
    other = visit("ada", "/cases/?view=mentions")
    expect(other.locator("#rows .row")).to_have_count(1)


def test_an_answer_that_is_given_while_the_due_time_passes_is_counted_once_or_refused_with_a_reason(
    visit: Visitor, server: Server, complaints: Complaints
) -> None:
    complaints.expected = ("409",)
    address = started(visit("ada", "/"), "330")
    desk, heard = visit("rui", address), visit("ada", address)
    desk.route_web_socket("**/ws/inbox/", lambda route: route.close(code=4403))
    desk.reload()
    case = str(desk.locator("#pane").get_attribute("data-case"))
    desk.get_by_label("Comment").fill("Just in time?")
    server.do("overdue", case)  # The server's own clock closes it within a second; this page still shows the question.
    expect(heard.locator(f"#row-{case}")).to_contain_text("settled")
    expect(heard.locator("#pane")).to_contain_text("nobody answered in time")
    desk.get_by_role("button", name="Go on").click()
    expect(desk.get_by_role("alert")).to_contain_text("This case is overdue; the run has gone on.")
    expect(desk.locator("#pane")).to_contain_text("nobody answered in time")


def test_a_permission_that_is_withdrawn_closes_the_open_socket_and_the_page_goes_no_further(
    visit: Visitor, server: Server, complaints: Complaints
) -> None:
    complaints.expected = ("403",)
    server.do("hire", "nils")
    desk = visit("nils", "/cases/", alone=True)
    expect(desk.locator("[data-inbox-count]")).to_be_visible()
    # A second socket of the same person, whose end is seen from within the page.
    desk.evaluate("""() => new Promise((heard) => {
        const socket = new WebSocket(`ws://${location.host}/ws/inbox/`);
        socket.onmessage = () => heard(true);
        window.closing = new Promise((closed) => {
            socket.onclose = ({ code, reason }) => closed(`${code} ${reason}`);
        });
    })""")
    server.do("dismiss", "nils")
    said = "() => Promise.race([window.closing, new Promise((late) => setTimeout(late, 10000, 'open still'))])"
    assert desk.evaluate(said) == "4403 The permission was withdrawn."
    desk.goto("/cases/")
    expect(desk.get_by_role("heading", level=1)).to_have_text("Not allowed")


def test_a_case_is_searched_for_chosen_with_others_and_handed_over(visit: Visitor) -> None:
    address = started(visit("ada", "/"), "340")
    desk = visit("ada", "/cases/")
    run = str(visit("ada", address).locator(".stop-head .id").inner_text())
    desk.keyboard.press("/")
    desk.keyboard.type(run)
    desk.keyboard.press("Enter")
    expect(desk.locator("#rows .row")).to_have_count(1)
    expect(desk.locator("#several")).to_be_hidden()
    desk.keyboard.press("j")
    expect(desk.locator("#pane")).to_have_attribute("data-case", address.split("/")[-2])
    desk.keyboard.press("x")
    expect(desk.locator("#several")).to_be_visible()
    desk.locator(".row-choose").uncheck()
    expect(desk.locator("#several")).to_be_hidden()
    desk.locator(".row-choose").check()
    desk.locator("#several-to").select_option("rui")
    desk.locator("#several").get_by_role("button", name="Hand over").click()
    expect(desk.get_by_text("1 of 1 cases are handed over to rui.")).to_be_visible()
    expect(desk.locator("#rows .row-who")).to_contain_text("for rui")
    for_everybody(desk, "the inbox with a search")
