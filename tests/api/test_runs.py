"""Runs over REST: listed without payloads, told whole, cancelled and retried."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from runtime.models import RunLabel, Signal
from tests.makers import runs as stories
from tests.makers.api_client import Caller, caller, problem
from tests.makers.cases import open_case, waiting_run
from tests.makers.leads import ADA

pytestmark = pytest.mark.django_db


def ids(answer: Any) -> list[str]:
    return [each["id"] for each in answer.json()["results"]]


def test_the_list_is_newest_first_and_filtered(dev: Caller) -> None:
    old, mid, new = (waiting_run(workflow, id=f"{number:026}") for number, workflow in enumerate("aba"))
    type(mid).objects.filter(pk=mid.pk).update(status="succeeded", outcome="won")
    RunLabel.objects.create(run=old, text="team:north")
    assert ids(dev.get("runs/")) == [new.pk, mid.pk, old.pk]
    assert ids(dev.get("runs/?workflow=a")) == [new.pk, old.pk]
    assert ids(dev.get("runs/?status=succeeded&outcome=won")) == [mid.pk]
    assert ids(dev.get("runs/?label=team:north")) == [old.pk]
    assert ids(dev.get("runs/?workflow=a&status=failed")) == []


def test_real_runs_and_simulated_ones_are_listed_alone(dev: Caller, rui: Caller) -> None:
    real, drill = stories.asked().run, stories.asked(labels={"simulated": "drill"}).run
    for who in (dev, rui):
        assert ids(who.get("runs/")) == [drill.pk, real.pk]
        assert ids(who.get("runs/?simulated=false")) == [real.pk]
        assert ids(who.get("runs/?simulated=true&status=waiting")) == [drill.pk]
        assert ids(who.get("runs/?simulated=true&status=failed")) == []
    assert problem(dev.get("runs/?simulated=yes"), 400, "bad_query")["errors"][0]["path"] == "/simulated"


def test_a_list_never_reads_payloads(dev: Caller) -> None:
    stories.contacted()
    with CaptureQueriesContext(connection) as queries:
        rows = dev.get("runs/").json()["results"]
    assert not any("runtime_entry" in query["sql"] for query in queries.captured_queries)
    assert not {"input", "output", "steps", "error"} & rows[0].keys()


def test_a_run_is_told_whole(dev: Caller) -> None:
    run = stories.contacted(labels={"team": "north"}, requester="dev")
    told = dev.get(f"runs/{run.pk}/").json()
    assert (told["id"], told["workflow"], told["version"]) == (run.pk, run.workflow, 1)
    assert (told["status"], told["outcome"], told["error"]) == ("succeeded", "contacted", None)
    assert told["input"] == ADA
    assert told["output"] == {"to": ADA["email"]}
    assert told["labels"] == {"team": "north"}
    judged = [(step["node"], step["visit"], step["port"]) for step in told["steps"] if step["node"] == "judge"]
    assert judged == [("judge", 1, "fail"), ("judge", 2, "pass")]
    assert told["steps"][0].keys() >= {
        "node", "visit", "status", "port", "attempts", "started_at", "finished_at", "output", "error",
    }  # fmt: skip


def test_a_cancelled_run_says_by_whom(dev: Caller) -> None:
    story = stories.qualified()
    story.is_cancelled("ada", "no need")
    assert dev.get(f"runs/{story.run.pk}/").json()["error"] == {"by": "ada", "reason": "no need"}


def test_the_end_of_a_very_long_run_is_told(dev: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "api.descriptions._FIRST",
        "SELECT type, node, visit, data, seq, at FROM runtime_entry WHERE run_id = %s ORDER BY seq LIMIT 3",
    )
    told = dev.get(f"runs/{stories.contacted().pk}/").json()
    assert told["output"] == {"to": ADA["email"]}
    assert told["input"] == ADA


def test_a_trace_is_read_behind_an_event(dev: Caller) -> None:
    run = stories.contacted()
    events = dev.get(f"runs/{run.pk}/trace/").json()["events"]
    assert [event["seq"] for event in events] == list(range(1, run.last_seq + 1))
    assert events[0].keys() == {"seq", "at", "type", "node", "visit", "data"}
    assert dev.get(f"runs/{run.pk}/trace/?after=3&limit=2").json()["events"] == events[3:5]
    assert dev.get(f"runs/{run.pk}/trace/?after={run.last_seq}").json() == {"events": []}


@pytest.mark.parametrize(
    "query", ["after=-1", "after=x", "after=1.5", "after=99999999999", "limit=0", "limit=1001", "x=1"]
)
def test_a_trace_refuses_what_is_no_number(dev: Caller, query: str) -> None:
    run = waiting_run()
    found = problem(dev.get(f"runs/{run.pk}/trace/?{query}"), 400, "bad_query")
    assert found["errors"][0]["path"] == f"/{query.partition('=')[0]}"


def test_cancelling_leaves_a_signal_and_an_ended_run_refuses(dev: Caller) -> None:
    run = waiting_run()
    cancelled = dev.post(f"runs/{run.pk}/cancellation/", {"reason": "no need"})
    assert (cancelled.status_code, cancelled.json()["id"]) == (202, run.pk)
    assert Signal.objects.get().data == {"by": "dev", "reason": "no need"}
    type(run).objects.filter(pk=run.pk).update(status="succeeded")
    problem(dev.post(f"runs/{run.pk}/cancellation/"), 409, "ended")


def test_only_a_failed_run_is_retried_and_only_from_where_it_was(dev: Caller) -> None:
    problem(dev.post(f"runs/{waiting_run().pk}/retry/"), 409, "not_failed")
    story = stories.qualified()
    story.breaks("intent", "no answer")
    problem(dev.post(f"runs/{story.run.pk}/retry/", {"from": "nowhere"}), 422, "unknown_node")
    problem(dev.post(f"runs/{story.run.pk}/retry/", {"from": "send"}), 422, "not_reached")
    problem(dev.post(f"runs/{story.run.pk}/retry/", {"node": "intent"}), 422, "invalid")
    assert dev.post(f"runs/{story.run.pk}/retry/", {"from": "intent"}).json()["status"] == "queued"
    assert Signal.objects.get().node == "intent"


def test_a_reviewer_sees_the_runs_of_his_cases_only(rui: Caller, reviewer_otto: User) -> None:
    mine, other = waiting_run("a"), waiting_run("b")
    open_case(mine)
    assert ids(rui.get("runs/")) == [mine.pk]
    assert rui.get(f"runs/{mine.pk}/").status_code == 200
    problem(rui.get(f"runs/{other.pk}/"), 404, "not_found")
    problem(caller(reviewer_otto).get(f"runs/{mine.pk}/trace/"), 404, "not_found")
    problem(rui.post(f"runs/{mine.pk}/cancellation/"), 403, "forbidden")


NO_IDS = ["06h08a1ov9r7fckkad8qan66g8", "0" * 25, "Z" * 26, "a" * 5000, "%00", "%ff", "1 OR 1=1"]


@pytest.mark.parametrize("run_id", NO_IDS)
def test_an_id_of_nothing_is_not_found(dev: Caller, run_id: str) -> None:
    for path in ("", "trace/"):
        problem(dev.get(f"runs/{run_id}/{path}"), 404, "not_found")
    for path in ("cancellation/", "retry/"):
        problem(dev.post(f"runs/{run_id}/{path}"), 404, "not_found")
