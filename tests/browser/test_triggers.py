"""What starts a workflow, as people use it: a file of rows from its choice to its results, and a form for strangers."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visitor
from tests.browser.eyes import for_everybody

pytestmark = pytest.mark.browser
PLACE = "/workflows/lead-qualification/triggers"
FILE = "Company;Source;Comment\nMüller GmbH;web;We are 40 people.\nAcme;fair;Hello\n"


def test_a_file_is_matched_looked_at_started_and_its_rows_are_watched(visit: Visitor) -> None:
    page = visit("dora", f"{PLACE}/tables/")
    expect(page.get_by_text("No table yet")).to_be_visible()
    page.get_by_label("A CSV file").set_input_files(
        {"name": "leads.csv", "mimeType": "text/csv", "buffer": FILE.encode()}
    )
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_label("Company")).to_have_value("0")
    page.get_by_label("Where it came from").select_option(label="Source")
    page.get_by_label("Message").select_option(label="Comment")
    page.get_by_role("button", name="Show the first rows so").click()
    expect(page.get_by_role("columnheader", name="Comment → Message")).to_be_visible()
    expect(page.get_by_text("all of these fit")).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    for_everybody(page, "columns")

    page.get_by_role("button", name="Start 2 runs").click()
    expect(page.get_by_role("row").filter(has_text="Müller GmbH")).to_contain_text("waiting")
    expect(page.get_by_role("link", name="2 waiting")).to_be_visible()
    for_everybody(page, "rows")
    page.get_by_role("button", name="Cancel", exact=True).click()
    page.get_by_role("button", name="Cancel the rest").click()
    expect(page.locator(".notices")).to_contain_text("What was started goes on")
    page.get_by_role("link", name="Row 2", exact=True).click()
    expect(page).to_have_url(re.compile(r"/runs/\w+/$"))


def test_a_stranger_sends_a_public_form_and_is_thanked(visit: Visitor) -> None:
    page = visit("dora", f"{PLACE}/forms/new/")
    page.get_by_label("Title").fill("Ask for an offer")
    page.get_by_label("Introduction").fill("Tell us what you need.")
    page.get_by_label("Thanks").fill("We will write to you.")
    page.get_by_label("Anybody who has the address").check()
    page.get_by_role("button", name="Make it").click()
    address = page.get_by_label("To pass on").input_value()
    for_everybody(page, "its designer's page")

    stranger = visit("", address)
    expect(stranger.get_by_role("heading", name="Ask for an offer")).to_be_visible()
    stranger.get_by_label("Company").fill("Müller GmbH")
    stranger.get_by_label("Where it came from").fill("web")
    stranger.set_viewport_size({"width": 390, "height": 844})
    for_everybody(stranger, "the form")
    stranger.get_by_role("button", name="Send").click()
    expect(stranger.get_by_text("It was sent.")).to_be_visible()
    expect(stranger.get_by_text("We will write to you.")).to_be_visible()
    reference = stranger.locator(".reference").inner_text()
    for_everybody(stranger, "thanks")

    page.goto(f"/runs/?q={reference}")
    expect(page.get_by_role("row").filter(has_text="form “Ask for an offer”")).to_be_visible()
