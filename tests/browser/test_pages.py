"""Every page: accessible in light and dark, never wider than its window, without a single complaint of the browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.conftest import Complaints, Server, Visitor
from tests.browser.eyes import for_everybody, outside, problems_of

pytestmark = pytest.mark.browser

NARROW = ViewportSize(width=390, height=844)
WIDE = ViewportSize(width=2560, height=1300)
PAGES = (
    "home",
    "run list",
    "empty run list",
    "ended run",
    "waiting run",
    "incident run",
    "failed run",
    "cancelled run",
    "case list",
    "case",
    "form case",
    "incident case",
    "workflow list",
    "workflow start",
    "workflow overview",
    "workflow versions",
    "workflow triggers",
    "webhooks",
    "webhook",
    "schedules",
    "new schedule",
    "forms",
    "tables",
    "backtests",
    "gallery",
    "notices",
    "notice calls",
    "retention",
    "background work",
    "audit log",
    "two runs",
    "gate list",
    "workflow gates",
    "proven gate",
    "gate on probation",
    "broken gate",
    "gate cases",
    "gate terms",
    "not found",
)


def look_over(page: Page) -> None:
    """In light and dark, on a telephone, and on a wide screen."""
    for_everybody(page)
    page.set_viewport_size(NARROW)
    assert outside(page) == [], "narrow"
    assert problems_of(page) == [], "narrow"
    page.set_viewport_size(WIDE)
    assert outside(page) == [], "wide"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_for_everybody(name: str, server: Server, visit: Visitor, complaints: Complaints) -> None:
    complaints.expected = ("404",) if name == "not found" else ()
    page = visit("ada", server.places[name])
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    look_over(page)


BESIDE = """() => {
  const parts = [...document.querySelectorAll('.brand, .nav a, .who > *')].filter((part) => part.checkVisibility());
  const boxes = parts.map((part) => part.getBoundingClientRect()).filter((box) => box.width > 1);
  const meets = (one, other) => one.left < other.right - 0.5 && other.left < one.right - 0.5
    && one.top < other.bottom - 0.5 && other.top < one.bottom - 0.5;
  const over = boxes.filter((box, number) => boxes.slice(0, number).some((other) => meets(box, other)));
  return { wide: document.documentElement.scrollWidth > innerWidth, over: over.length, seen: boxes.length };
}"""


def test_the_entries_at_the_top_stand_beside_each_other_at_any_width(visit: Visitor) -> None:
    page = visit("ada", "/settings/people/")
    page.locator(".badge").evaluate("(badge) => { badge.hidden = false; badge.textContent = '20000+'; }")
    page.locator(".who-name > span").evaluate(
        "(name) => { name.textContent = 'somebody.with.a.long.name@company.example'; }"
    )
    for width in (*range(360, 1300, 24), 768, 769, 897, 1152, 1153, 2560):
        page.set_viewport_size(ViewportSize(width=width, height=720))
        found = page.evaluate(BESIDE)
        assert (found["wide"], found["over"]) == (False, 0), width
        assert found["seen"] >= 8, width


def test_the_sign_in_is_for_everybody(visit: Visitor) -> None:
    look_over(visit("", "/sign-in/"))


def test_a_wrong_password_is_said_in_words(visit: Visitor) -> None:
    page = visit("", "/sign-in/")
    page.get_by_label("Name").fill("ada")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("alert").wait_for()
    assert problems_of(page) == []


def test_a_page_says_who_may_not_see_it(visit: Visitor, complaints: Complaints) -> None:
    complaints.expected = ("403",)
    page = visit("rui", "/workflows/")
    expect(page.get_by_role("heading", name="Not allowed")).to_be_visible()
    assert problems_of(page) == []


def test_the_keyboard_reaches_the_content_first(visit: Visitor) -> None:
    page = visit("ada", "/runs/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


@pytest.mark.parametrize("size", [ViewportSize(width=1280, height=420), ViewportSize(width=390, height=600)])
def test_what_the_keyboard_goes_back_to_is_never_beneath_the_entries_at_the_top(
    size: ViewportSize, visit: Visitor
) -> None:
    page = visit("ada", "/workflows/lead-qualification/triggers/schedules/new/")
    page.set_viewport_size(size)
    page.get_by_role("button", name="Make it").focus()
    for _ in range(14):
        page.keyboard.press("Shift+Tab")
        beneath = "[document.activeElement.getBoundingClientRect().top, document.querySelector('.top').offsetHeight]"
        where, high = page.evaluate(beneath)
        assert where >= high, page.evaluate("document.activeElement.outerHTML")


@pytest.mark.parametrize("size", [NARROW, ViewportSize(width=1280, height=720)])
def test_names_of_any_length_stay_in_their_page(visit: Visitor, size: ViewportSize) -> None:
    page = visit("ada", "/settings/people/", viewport=size)
    for address in ("/settings/people/", "/settings/queues/", "/workflows/", "/workflows/lead-qualification/overview/"):
        page.goto(address)
        page.evaluate(
            "for (const each of document.querySelectorAll('h1, h2, .crumbs span, tbody th, .given, .by'))"
            " (each.querySelector('a') ?? each).textContent = 'x'.repeat(200)"
        )
        assert outside(page) == [], address


def test_a_step_is_unfolded_by_keyboard_and_its_focus_is_seen(server: Server, visit: Visitor) -> None:
    page = visit("ada", server.places["ended run"])
    step = page.locator("#step-intent-1 summary").first
    step.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#step-intent-1").get_by_text("confidence").first).to_be_visible()
    assert step.evaluate("(each) => getComputedStyle(each).outlineStyle") == "solid"


def test_a_changed_filter_is_applied_at_once(visit: Visitor) -> None:
    page = visit("ada", "/runs/")
    page.get_by_label("Status").select_option("failed")
    page.wait_for_url("**/runs/?*status=failed*")
    expect(page.locator("tbody tr")).to_have_count(1)


def test_nothing_moves_for_whoever_wants_no_motion(server: Server, visit: Visitor) -> None:
    page = visit("ada", server.places["waiting run"], reduced_motion="reduce")
    moving = (
        "[...document.querySelectorAll('*')].filter((each) => getComputedStyle(each).animationName !== 'none').length"
    )
    assert page.evaluate(moving) == 0


def test_a_page_works_without_scripts(server: Server, visit: Visitor) -> None:
    page = visit("ada", "/runs/", java_script_enabled=False)
    page.get_by_label("Status").select_option("failed")
    page.get_by_role("button", name="Apply").click()
    page.wait_for_url("**/runs/?*status=failed*")
