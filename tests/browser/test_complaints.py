"""Whatever goes wrong in a page fails its test: the net below all other tests in a browser."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Complaints, Visitor

pytestmark = pytest.mark.browser

TROUBLE = """async () => {
  setTimeout(() => { throw new Error("A script broke."); });
  document.body.append(Object.assign(document.createElement("script"), { textContent: "window.intruded = true" }));
  document.createElement("p").setAttribute("style", "color: red");
  console.error("What the test provokes.");
  console.error("What nobody provokes.");
  await new Promise((done) => setTimeout(done));
}"""


def test_what_goes_wrong_in_a_page_is_heard_and_a_violation_is_never_expected(
    visit: Visitor, complaints: Complaints
) -> None:
    page = visit("", "/sign-in/")
    complaints.expected = ("What the test provokes", "Content Security Policy", "A script broke")
    page.evaluate(TROUBLE)
    assert page.evaluate("window.intruded") is None
    heard, complaints.heard = complaints.heard, []
    assert [each.partition(":")[0] for each in sorted(heard)] == ["error"] * 4, heard
    for text, times in (("A script broke.", 1), ("Content Security Policy", 2), ("What nobody provokes.", 1)):
        assert sum(text in each for each in heard) == times, (text, heard)
