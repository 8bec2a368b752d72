"""Every page: accessible in light and dark, never wider than its window, without a single complaint of the browser."""

from __future__ import annotations

from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import Complaints, Server, Visitor

pytestmark = pytest.mark.browser

AXE = Axe()
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
SIZES = ((390, 844), (1280, 900), (2560, 1300))
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
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
    "not found",
)


def problems_of(page: Page) -> list[str]:
    found = AXE.run(page, options=RULES).response["violations"]
    return [f"{each['id']}: {node['html']} {node['failureSummary']}" for each in found for node in each["nodes"]]


def look_over(page: Page) -> None:
    """In light and dark, narrow and wide, with everything unfolded."""
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (scheme, width)
            assert problems_of(page) == [], (scheme, width)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_for_everybody(name: str, server: Server, visit: Visitor, complaints: Complaints) -> None:
    complaints.expected = ("404",) if name == "not found" else ()
    page = visit("ada", server.places[name])
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    look_over(page)


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
    assert page.get_by_role("heading", name="Not allowed").is_visible()
    assert problems_of(page) == []


def test_the_keyboard_reaches_the_content_first(visit: Visitor) -> None:
    page = visit("ada", "/runs/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_a_step_is_unfolded_by_keyboard_and_its_focus_is_seen(server: Server, visit: Visitor) -> None:
    page = visit("ada", server.places["ended run"])
    step = page.locator("#step-intent-1 summary").first
    step.focus()
    page.keyboard.press("Enter")
    assert page.locator("#step-intent-1").get_by_text("confidence").first.is_visible()
    assert step.evaluate("(each) => getComputedStyle(each).outlineStyle") == "solid"


def test_a_changed_filter_is_applied_at_once(visit: Visitor) -> None:
    page = visit("ada", "/runs/")
    page.get_by_label("Status").select_option("failed")
    page.wait_for_url("**/runs/?*status=failed*")
    assert page.locator("tbody tr").count() == 1


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
