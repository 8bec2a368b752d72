"""What the checks learn of the surroundings: names that are there, and workflows known to send nothing for good."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from builder.publishing import problems_of
from builder.surroundings import around
from runtime import blueprints
from runtime.models import Queue
from tests.makers.drawings import node, sketch
from tests.makers.sealed import ECHO, published

pytestmark = pytest.mark.django_db
WON = node("won", "outcome")


def mailing(asks: bool) -> dict[str, Any]:
    mail = node(
        "send", "execute.email", to="a@b.example", subject="Hello", body="Hello", **({"asks": True} if asks else {})
    )
    return sketch([mail, WON], "start -> send", "send.done -> won")


def running(workflow: str, version: int | None = None) -> dict[str, Any]:
    config: dict[str, Any] = {"workflow": workflow} | ({"version": version} if version else {})
    return sketch([node("run", "execute.workflow", **config, asks=True), WON], "start -> run", "run.done -> won")


def codes(document: Any) -> set[str]:
    return {problem.code for problem in problems_of(document)}


def test_a_queue_that_nobody_made_is_said_and_one_that_is_there_is_not() -> None:
    config = {"queue": "sales", "question": "?", "choices": [{"name": "yes"}, {"name": "no"}]}
    asking = sketch([node("ask", "escalate.review", **config), WON], "start -> ask", "ask.yes -> won", "ask.no -> won")
    assert "queue.missing" in codes(asking)
    Queue.objects.create(name="sales")
    assert "queue.missing" not in codes(asking)


def test_a_workflow_that_is_not_published_or_in_the_archive_is_said() -> None:
    assert "workflow.missing" in codes(running("echo"))
    published("echo", ECHO)
    assert "workflow.missing" not in codes(running("echo"))
    assert "workflow.missing" in codes(running("echo", 7))
    blueprints.archive("echo", timezone.now())
    assert "workflow.missing" in codes(running("echo"))


def test_only_a_fixed_version_that_sends_nothing_for_good_may_be_marked_as_only_asking() -> None:
    published("echo", ECHO)
    published("tell", mailing(asks=True))
    published("act", mailing(asks=False))
    assert "safety.asks_but_acts" not in codes(running("echo", 1))
    assert "safety.asks_but_acts" not in codes(running("tell", 1))
    assert "safety.asks_but_acts" in codes(running("act", 1))
    assert "safety.asks_but_acts" in codes(running("echo"))
    assert "safety.asks_but_acts" in codes(running("nobody", 1))


def test_what_a_workflow_runs_in_turn_counts_too() -> None:
    published("echo", ECHO)
    published("act", mailing(asks=False))
    published("outer", running("echo", 1))
    published("newest", running("echo"))
    published("sly", running("act", 1))
    published("itself", running("itself", 1))
    assert "safety.asks_but_acts" not in codes(running("outer", 1))
    assert {name for name in ("newest", "sly", "itself") if "safety.asks_but_acts" in codes(running(name, 1))} == {
        "newest",
        "sly",
        "itself",
    }


@pytest.mark.parametrize("raw", [None, 3, [], {"nodes": 3}, {"nodes": [3, {"config": 3}, {"config": {"workflow": 3}}]}])
def test_whatever_is_sent_has_surroundings(raw: Any) -> None:
    assert around(raw).workflows == {}
