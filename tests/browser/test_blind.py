"""A reviewer answers without having seen what the machine said, and sees it then."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visitor

pytestmark = pytest.mark.browser


def test_a_case_of_a_gate_on_probation_holds_nothing_of_its_answer_before_the_reviewers(visit: Visitor) -> None:
    ada = visit("ada", "/workflows/animals/start/")
    ada.get_by_label("Message").fill("A striped one")
    ada.get_by_role("button", name="Start").click()
    ada.wait_for_url("**/runs/*/")
    address = str(ada.get_by_role("link", name="Answer").get_attribute("href"))
    run = ada.url.rstrip("/").rsplit("/", 1)[1]
    told = ada.request.get(f"/api/v1/runs/{run}/").json()
    gate = next(step for step in told["steps"] if step["node"] == "gate")["output"]
    secrets = [str(gate["confidence"]), f"{gate['choice']}!", str(gate["confidence"])[:5]]

    rui = visit("rui", address)
    expect(rui.locator("#pane")).to_contain_text("The machine's answer is hidden until you have answered")
    expect(rui.locator(".question")).to_have_text("Is A striped one …?")
    rui.get_by_role("link", name="Everything else about this run").click()
    expect(rui.locator("#rest")).to_contain_text("What it gave is shown once a person has answered.")
    seen = [rui.content()]
    for place in (f"/runs/{run}/", f"/runs/{run}/steps/gate/1/", f"/api/v1/escalations/{address.split('/')[2]}/"):
        seen.append(rui.request.get(place).text())
    assert [secret for secret in secrets for text in seen if secret in text] == []

    rui.get_by_role("button", name="horse").click()
    expect(rui.locator("#undo")).to_contain_text("The machine had said")
    rui.goto(address)
    expect(rui.locator(".behind")).to_contain_text(f"{gate['choice']}!")
    expect(rui.locator(".behind")).to_contain_text("confidence")
