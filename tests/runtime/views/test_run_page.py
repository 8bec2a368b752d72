"""The page of one run: its drawing as it was at any moment, its steps however many and large, what may be done."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from runtime.models import Signal
from runtime.views import run_rows
from runtime.views.run_rows import weight_of
from tests.makers import runs

pytestmark = pytest.mark.django_db


def page(client: Client, run_id: str, query: str = "") -> str:
    answer = client.get(reverse("run_detail", args=[run_id]) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def lit(text: str) -> dict[str, str]:
    """The look of each step of the drawing."""
    return dict(re.findall(r'data-step="(\w+)" data-family="\w+" data-look="(\w*)"', text))


def test_the_drawing_shows_the_way_taken_and_leads_to_each_step(designer: Client) -> None:
    text = page(designer, runs.contacted().pk)
    looks = lit(text)
    assert (looks["send"], looks["settle"]) == ("done", "")
    assert 'href="#step-draft-2"' in text
    assert 'id="step-draft-2"' in text
    taken = re.findall(r'data-way="(\w+)" data-sort="\w+" data-taken', text)
    assert set(runs._loop_edges()) <= set(taken)


@pytest.mark.parametrize(("at", "reached"), [("1", set()), ("2", {"size"}), ("99999", {"size", "ask"})])
def test_links_go_through_time_without_scripts(designer: Client, at: str, reached: set[str]) -> None:
    story = runs.Story(runs.blueprint(), {"seats": 200}).does("size", "large", {"choice": "large"})
    story.asks("ask", "May we?")
    looks = lit(page(designer, story.run.pk, f"?at={at}"))
    assert {node for node, look in looks.items() if look and node != "start"} == reached


@pytest.mark.parametrize("query", ["?at=x", "?at=-1", "?at=" + "9" * 400, "?part=0", "?part=7777777", "?at=%00"])
def test_a_moment_that_is_none_is_no_error(designer: Client, query: str) -> None:
    page(designer, runs.contacted().pk, query)


def test_a_decision_shows_its_signal_against_its_limit(designer: Client) -> None:
    text = page(designer, runs.contacted().pk)
    assert "decides from here on" in text
    assert 'class="measure-mark"' in text


def test_a_model_call_shows_what_was_asked_answered_and_spent(designer: Client) -> None:
    call = {
        "door": "model",
        "connection": "c",
        "model": "m-1",
        "system": "Be <b>strict</b>.",
        "prompt": "Which one?",
        "answer": "buy",
        "tokens": {"input": 812, "output": 31},
        "cost": 0.00123,
        "ms": 208.0,
    }
    story = runs.Story(runs.blueprint(), {"seats": 200}).does("size", "large", {}, calls=[call, "odd", None])
    text = page(designer, story.run.pk)
    for shown in ("m-1", "812 tokens in, 31 out", "0.00123", "Which one?", "Be &lt;b&gt;strict", "1 call, 843 tokens"):
        assert shown in text


def test_a_run_of_very_many_steps_is_shown_in_parts(designer: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_rows, "MOST_ROWS", 4)
    run = runs.contacted()
    last, first = page(designer, run.pk), page(designer, run.pk, "?part=1")
    assert 'id="step-contacted-1"' in last
    assert "Earlier steps" in last
    assert 'id="step-honest-1"' in first
    assert 'id="step-contacted-1"' not in first


def test_what_is_large_has_a_page_of_its_own_and_the_run_stays_small(designer: Client) -> None:
    story = runs.Story(runs.blueprint(), {"seats": 200})
    for visit in range(1, 40):
        story.does("size", "large", {"texts": ["x" * 1_900] * 60}, visit=visit)
    text = page(designer, story.run.pk)
    assert len(text) < 700_000
    address = reverse("run_step", args=[story.run.pk, "size", 39])
    assert address in text
    alone = designer.get(address)
    assert alone.status_code == 200
    assert len(alone.content) < 200_000


def test_a_step_that_was_not_reached_has_no_page(designer: Client, reviewer: Client) -> None:
    run = runs.declined()
    assert designer.get(reverse("run_step", args=[run.pk, "send", 1])).status_code == 404
    assert designer.get(reverse("run_step", args=[run.pk, "nothing", 1])).status_code == 404
    assert reviewer.get(reverse("run_step", args=[run.pk, "honest", 1])).status_code == 404


def test_a_failed_run_is_taken_up_again_from_a_step(designer: Client, reviewer: Client) -> None:
    story = runs.Story(runs.blueprint(), {"seats": 200}).does("size", "large", {}).starts("tell").breaks("tell", "No.")
    assert "Run again from here" in page(designer, story.run.pk)
    address = reverse("run_retry", args=[story.run.pk])
    assert reviewer.post(address, {"from": "size"}).status_code == 403
    assert designer.post(address, {"from": "nothing\0"}).status_code == 400
    assert "no such step" in designer.post(address, {"from": "nothing"}, follow=True).content.decode()
    designer.post(address, {"from": "size"})
    assert Signal.objects.get().node == "size"


def test_a_run_that_goes_on_is_not_run_again_from_a_step(designer: Client) -> None:
    assert "Run again from here" not in page(designer, runs.asked().run_id)


def test_the_live_part_leaves_the_picture_alone(designer: Client) -> None:
    part = designer.get(reverse("run_trace", args=[runs.contacted().pk])).content.decode()
    assert '<svg class="picture' not in part
    assert 'id="frames"' in part


def test_weighing_stops_where_it_is_enough() -> None:
    assert weight_of({"a": "x" * 100}, 1_000) == 140
    assert weight_of([["x"] * 10_000] * 100, 500) > 500


def skipped(seats: int = 200) -> runs.Story:
    story = runs.Story(runs.blueprint(), {"seats": seats}).does("size", "large", {"choice": "large"}).starts("tell")
    story.needs_help("tell", "Nothing answers.")
    story._entry("incident.resolved", "tell", 1, {"action": "skip", "by": "ada", "comment": "I <b>rang</b> them."}, 1)
    return story.does("tell", "done", "by hand", by="ada", skipped=True)


def test_a_step_that_a_person_skipped_never_looks_done(designer: Client) -> None:
    run = skipped().ends("told", "told").run
    text = page(designer, run.pk)
    assert lit(text)["tell"] == "skipped"
    assert 'aria-label="Tell them: skipped by a person"' in text
    row = text.partition('id="step-tell-1"')[2].partition("  </details>\n</li>")[0]
    assert re.search(r'data-port="skipped">.*?</svg>skipped</span>', row, re.DOTALL)
    assert 'data-port="done"' not in row
    for shown in ("ada skipped this step", "Nothing answers.", "I &lt;b&gt;rang&lt;/b&gt; them."):
        assert shown in row
    assert "“Tell them” was skipped by a person on the way, and not done." in text.partition('id="banner"')[2]
    assert "“Tell them” was skipped by a person, and not done." in page(designer, run.pk, "?at=6")
    alone = designer.get(reverse("run_step", args=[run.pk, "tell", 1])).content.decode()
    assert "ada skipped this step, and wrote:" in alone
