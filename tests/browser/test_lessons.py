"""A reviewer's decision teaches the workflow: proposed in the inbox, shown on past cases, accepted into the draft."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Server, Visitor
from tests.browser.eyes import problems_of

pytestmark = pytest.mark.browser


def test_a_reviewers_answer_becomes_an_example_once_a_designer_has_seen_what_it_does(
    visit: Visitor, server: Server
) -> None:
    rui = visit("rui", server.places["case to teach from"])
    rui.get_by_role("link", name="Teach the workflow").click()
    expect(rui.get_by_role("heading", name="What this case teaches")).to_be_visible()
    rui.get_by_label("Why").first.fill("They ask for their money.")
    rui.get_by_role("button", name="Propose it").first.click()
    expect(rui.get_by_text("waits for a designer")).to_be_visible()

    dora = visit("dora", "/workflows/teachable/")
    dora.get_by_role("link", name="1 to learn").click()
    dora.get_by_role("link", name=re.compile("as an example of “Money back”")).click()
    expect(dora.get_by_text("goes back on probation")).to_be_visible()
    dora.get_by_role("button", name="Show what it does to past cases").click()
    expect(dora.get_by_text("End otherwise than they did")).to_be_visible()
    for scheme, width in (("light", 390), ("dark", 1280)):
        dora.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
        dora.set_viewport_size({"width": width, "height": 844})
        assert dora.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
    assert problems_of(dora) == []
    dora.get_by_role("button", name="Accept").click()
    expect(dora.get_by_text("The draft has it now")).to_be_visible()

    rui.goto(server.places["case to teach from"])
    expect(rui.locator("#teach")).to_contain_text("accepted by dora")
    draft = dora.request.get("/workflows/teachable/inspector/?node=sort").text()
    assert "The parcel {{ input.secret }} never came" in draft
