"""Answers that are mended by keyboard: a step is skipped with a value, and a value that was refused is put right."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Complaints, Server, Visitor

pytestmark = pytest.mark.browser


def test_a_skip_asks_for_its_value_first(server: Server, visit: Visitor) -> None:
    page = visit("ada", server.places["incident case"])
    value, skip = page.locator("#field-value"), page.get_by_role("button", name="Skip with a value")
    for by_key in (True, False):
        expect(value).to_be_hidden()
        if by_key:
            page.keyboard.press("2")
        else:
            skip.click()
        expect(value).to_be_focused()
        page.locator("#answer summary").click()
    expect(skip).to_be_visible()


def test_what_was_refused_is_told_until_it_is_changed_and_held_against_what_the_case_had(
    server: Server, visit: Visitor, complaints: Complaints
) -> None:
    page = visit("ada", server.places["form case"])
    email = page.get_by_label("E-mail")
    had = email.input_value()
    email.fill("nobody")
    complaints.expected = ("422",)
    page.locator("#answer [data-key]").first.click()
    expect(page.locator("#field-email-error")).to_contain_text("E-mail must be a mail address")
    changed = page.locator(".field", has=email).locator(".was")
    expect(changed).to_have_text(f"Changed. It was: {had or 'empty'}")
    email.fill("ada@northwind.example")
    expect(page.locator("#field-email-error")).to_be_hidden()
    expect(email).not_to_have_attribute("aria-invalid", "true")
    email.fill("nobody")
    expect(page.locator("#field-email-error")).to_be_visible()
