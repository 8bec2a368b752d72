"""Publishing from the canvas: what loosens a promise is said first, and published only in a person's name."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from tests.browser.canvas_hands import imported, publish, saved, step
from tests.browser.conftest import Visitor
from tests.browser.eyes import fits, for_everybody
from tests.makers.gated import gated

pytestmark = pytest.mark.browser
SAVE = """async (document) => {
  const {slug, csrf} = window.document.querySelector('interlock-canvas').dataset;
  const address = `/api/v1/workflows/${slug}/draft/`;
  const etag = (await fetch(address)).headers.get('ETag');
  const headers = {'Content-Type': 'application/json', 'X-CSRFToken': csrf, 'If-Match': etag};
  return (await fetch(address, {method: 'PUT', headers, body: JSON.stringify(document)})).status;
}"""
# How far below the name of the last port the badge begins.
BELOW = """(badge) => {
  const words = new Range();
  words.selectNodeContents(badge.parentElement.querySelector('.outlet[data-port=unsure]'));
  return badge.getBoundingClientRect().top - words.getBoundingClientRect().bottom;
}"""


def promising(max_error: float) -> dict[str, Any]:
    whole = gated(promise={"max_error": max_error, "confidence": 0.95})
    named = [{**each, "name": "May we pay?"} if each["id"] == "gate" else each for each in whole["nodes"]]
    return {**whole, "nodes": named}


def draft(page: Page, document: dict[str, Any]) -> None:
    """Save a draft as a program does; the page that is open takes it in."""
    assert page.evaluate(SAVE, document) == 200


def asking_less(visit: Visitor) -> Page:
    """A drawing whose draft allows more to be wrong than what is published."""
    page = imported(visit, "Promising", promising(0.02))
    saved(page)
    publish(page)
    page.get_by_role("button", name="Go on drawing").click()
    draft(page, promising(0.05))
    page.reload()
    page.locator(".start").wait_for()
    return page


def test_a_looser_promise_is_said_first_and_published_in_a_persons_name(visit: Visitor) -> None:
    page = asking_less(visit)
    badge = step(page, "May we pay?").locator(".step-gate")
    expect(badge).to_have_text("on probation")
    assert badge.evaluate(BELOW) >= 0
    page.get_by_role("button", name="Publish", exact=True).click()
    dialog = page.get_by_role("dialog")
    loosened = "This loosens the promise of “May we pay?”: from at most 2 to at most 5 wrong in 100."
    expect(dialog).to_contain_text(loosened)
    expect(dialog).to_contain_text("Your name will stand beside it.")
    for_everybody(page, "a promise that is loosened")
    fits(page, "a promise that is loosened")
    button = dialog.get_by_role("button", name="Publish", exact=True)
    meant = dialog.get_by_role("checkbox", name="Loosen it, in my name")
    button.click()
    expect(meant).to_be_focused()
    # What changes while the dialog is open is looked at anew, and what was ticked counts for it no more.
    meant.check()
    draft(page, promising(0.1))
    expect(page.locator(".notice-chip")).to_contain_text("has saved")
    button.click()
    dialog.get_by_role("button", name="Look at what has changed").click()
    expect(dialog).to_contain_text("from at most 2 to at most 10 wrong in 100")
    expect(meant).not_to_be_checked()
    meant.check()
    button.click()
    expect(dialog).to_contain_text("Version 2 is published")
    draft(page, promising(0.01))
    page.reload()
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(button).to_be_enabled()
    expect(meant).to_have_count(0)
    button.click()
    expect(dialog).to_contain_text("Version 3 is published")


def test_queues_in_which_nobody_is_are_said_before_publishing_and_made_there(visit: Visitor) -> None:
    drawing = json.loads((settings.BASE_DIR / "builder/gallery/invoice_approval.json").read_text())
    page = imported(visit, "Invoices of a new company", drawing)
    page.get_by_role("button", name="Publish", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Nobody is in “accounts-payable”")
    for_everybody(page, "queues that are not there")
    fits(page, "queues that are not there")
    dialog.get_by_role("button", name="Make the queue “accounts-payable”").click()
    expect(dialog).not_to_contain_text("“accounts-payable”")
    dialog.get_by_role("button", name="Make all").click()
    expect(dialog).not_to_contain_text("Nobody is in")
    dialog.get_by_role("button", name="Publish", exact=True).click()
    expect(dialog).to_contain_text("Version 1 is published")
