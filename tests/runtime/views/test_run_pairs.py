"""Two runs side by side: where they part, what differs, how the second one is chosen, and who may see it."""

from __future__ import annotations

import itertools
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from runtime import veils
from runtime.models import Blueprint, Run
from runtime.traces import pairs
from tests.makers import runs

pytestmark = pytest.mark.django_db


BEGAN = itertools.count(1)


def small(seats: int, output: Any = None) -> runs.Story:
    """A run that is younger than every one before it."""
    port = "large" if seats >= 100 else "small"
    began = timezone.now() - timedelta(days=1) + timedelta(seconds=next(BEGAN))
    story = runs.Story(runs.blueprint(), {"seats": seats, "same": 1}, began=began)
    return story.does("size", port, output or {"choice": port}, ms=1.0)


def page(client: Client, one: Run, other: Run) -> str:
    answer = client.get(reverse("run_pair", args=[one.pk, other.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def chosen(client: Client, query: str) -> str:
    answer = client.get(f"{reverse('run_compare')}?{query}", follow=True)
    said = re.search(r'<ul class="notices">.*?</svg>(.*?)\n', answer.content.decode(), re.DOTALL)
    return said[1] if said else str(answer.request["PATH_INFO"])


def test_the_step_where_two_runs_part_is_marked_with_what_each_gave(designer: Client) -> None:
    one, other = small(1).ends("dropped", "dropped").run, small(200)
    other.asks("ask", "May we go on?")
    text = page(designer, one, other.run)
    assert text.count("data-parts") == 1
    assert 'They part at <a href="#parted">“How large is it?”</a>.' in text
    assert '<del><span class="visually-hidden">A: </span>small</del>' in text
    assert "They were given different things." in text
    assert text.count("did not come here") == 2
    ways = dict(re.findall(r"<title>(.*?): (.*?)</title>", text))
    assert ways == {
        "Start": "both",
        "How large is it?": "both",
        "May we go on?": "B alone",
        "Tell them": "neither",
        "told": "neither",
        "dropped": "A alone",
    }


def test_runs_of_one_way_are_said_to_be(designer: Client) -> None:
    one, other = (small(1).ends("dropped", "dropped").run for _ in range(2))
    text = page(designer, one, other)
    assert "Both took the same way. Both were given the same." in text
    assert "data-parts" not in text


def test_two_versions_have_a_drawing_each_and_a_link_to_what_changed(designer: Client) -> None:
    first = runs.blueprint()
    second = Blueprint.objects.create(
        workflow="small", version=2, name=first.name, digest="2", document=runs.SMALL, sealed_at=timezone.now()
    )
    one = small(1).run
    other = runs.Story(second, {"seats": 1}).run
    text = page(designer, one, other)
    assert text.count('<svg class="picture pair-picture') == 2
    assert "/workflows/small/versions/?from=1&amp;to=2" in text


def test_a_loop_is_paired_turn_by_turn(designer: Client) -> None:
    text = page(designer, runs.contacted(), runs.qualified().run)
    assert "turn 2" in text


def test_the_second_run_is_chosen_as_the_one_before_or_as_one_that_was_given_the_same(designer: Client) -> None:
    first, between, last = small(1).run, small(300).run, small(1).run
    assert chosen(designer, f"run={last.pk}&with=previous") == reverse("run_pair", args=[between.pk, last.pk])
    assert chosen(designer, f"run={last.pk}&with=same") == reverse("run_pair", args=[first.pk, last.pk])
    assert chosen(designer, f"run={last.pk}&with={first.pk}") == reverse("run_pair", args=[first.pk, last.pk])
    assert chosen(designer, f"run={last.pk}&run={first.pk}") == reverse("run_pair", args=[first.pk, last.pk])
    assert "no earlier run" in chosen(designer, f"run={first.pk}&with=previous")
    assert "was given the same" in chosen(designer, f"run={between.pk}&with=same")


def test_what_cannot_be_compared_is_said_in_words(designer: Client) -> None:
    one, lead = small(1).run, runs.declined()
    assert "two different workflows" in chosen(designer, f"run={one.pk}&run={lead.pk}")
    assert "this run itself" in chosen(designer, f"run={one.pk}&run={one.pk}")
    assert "these are more" in chosen(designer, f"run={one.pk}&run={lead.pk}&run={runs.declined().pk}")
    for query in ("", "run=x", f"run={one.pk}", f"run={one.pk}&with=%00", f"run={one.pk}&run=%00"):
        assert "/against/" not in chosen(designer, query)
    for other in (one.pk, lead.pk, "x"):
        assert designer.get(reverse("run_pair", args=[one.pk, other])).status_code == 404


def test_only_who_may_see_both_may_compare_them(reviewer: Client, designer: Client) -> None:
    one, other = small(200), small(300)
    one.asks("ask", "May we go on?")
    address = reverse("run_pair", args=[one.run.pk, other.run.pk])
    assert reviewer.get(address).status_code == 404
    other.asks("ask", "And here?")
    assert reviewer.get(address).status_code == 200


def test_what_is_hidden_of_a_run_is_not_told_by_comparing_it(reviewer: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = small(200, {"said": "telling"}), small(300, {"said": "not it"})
    for story in (one, other):
        story.asks("ask", "May we go on?")
    assert "telling" in page(reviewer, one.run, other.run).partition("Step by step")[2]
    monkeypatch.setattr(veils, "hidden_from", lambda user, run: frozenset({"size"}))
    told = page(reviewer, one.run, other.run).partition("Step by step")[2]
    assert "telling" not in told
    assert "it is shown once a person has answered" in told


def test_however_long_two_runs_are_the_page_is_bounded_and_shows_where_they_part(designer: Client) -> None:
    one, other = (runs.Story(runs.blueprint(), {"seats": 1}) for _ in range(2))
    for visit in range(1, 301):
        one.does("size", "small", {"n": 1}, visit)
        other.does("size", "small" if visit < 280 else "large", {"n": 2}, visit)
    text = page(designer, one.run, other.run)
    assert "239 steps before these went the same way." in text
    assert text.count('class="pair-step"') == 61
    assert "turn 280" in text
    assert len(text) < 200_000


def test_longer_runs_ask_the_database_no_more(designer: Client) -> None:
    def asked(one: Run, other: Run) -> int:
        with CaptureQueriesContext(connection) as found:
            page(designer, one, other)
        return len(found)

    short, long = (small(1).run, small(200).run), (runs.contacted(), runs.contacted())
    for each in (short, long):
        page(designer, *each)
    assert asked(*short) == asked(*long) <= 9


def test_steps_in_another_order_are_not_taken_for_others() -> None:
    def story(first: str, second: str) -> Run:
        return small(200).does(first, "done").does(second, "done").run

    from runtime.traces.reading import trace

    found = pairs.pair(trace(story("ask", "tell")), trace(story("tell", "ask")))
    assert found.parted is None
    assert len(found.rows) == 3


def test_what_was_skipped_in_one_run_alone_is_where_they_differ(designer: Client) -> None:
    one, other = (small(200).does("tell", "done", "x", by="ada", skipped=skipped) for skipped in (False, True))
    text = page(designer, one.ends("told", "told").run, other.ends("told", "told").run)
    assert text.count("data-parts") == 1
    assert text.count('data-port="skipped"') == 1
    assert "ada skipped this step" in text
