"""Starting runs, on the real application under a real server."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import httpx2
import pytest

from tests.makers.live_server import Server, bearer

pytestmark = [pytest.mark.slow, pytest.mark.sqlite_only]

ECHO = "/api/v1/workflows/echo/runs/"
SMALL = "/api/v1/workflows/small/runs/"


def problem(answer: httpx2.Response, status: int, code: str) -> Any:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    return answer.json()


def test_a_run_that_ends_in_time_is_given_as_a_whole(outside: httpx2.Client) -> None:
    answer = outside.post(ECHO, json={"input": {"n": 3}, "wait_s": 20, "labels": {"team": "north"}})
    run = answer.json()
    assert answer.status_code == 200
    assert (run["status"], run["outcome"], run["output"], run["input"]) == ("succeeded", "said", {"n": 3}, {"n": 3})
    assert [step["node"] for step in run["steps"]] == ["say", "said"]
    assert answer.headers["Location"] == f"/api/v1/runs/{run['id']}/"
    assert "Idempotent-Replay" not in answer.headers
    assert outside.get(answer.headers["Location"]).json() == run
    assert run["id"] in [each["id"] for each in outside.get("/api/v1/runs/?label=team:north").json()["results"]]


def test_a_run_that_parks_in_time_is_given_too_and_goes_on_when_answered(outside: httpx2.Client) -> None:
    run = outside.post(SMALL, json={"input": {"seats": 300}, "wait_s": 20}).json()
    assert run["status"] == "waiting"
    (case,) = (
        each
        for each in outside.get("/api/v1/escalations/?state=open&workflow=small").json()["results"]
        if each["run"] == run["id"]
    )
    answer = {"choice": "reject", "comment": "no", "digest": case["digest"]}
    settled = outside.post(f"/api/v1/escalations/{case['id']}/resolution/", json=answer)
    assert settled.status_code == 200
    assert _ended(outside, run["id"])["outcome"] == "dropped"
    problem(outside.post(f"/api/v1/escalations/{case['id']}/resolution/", json=answer), 409, "already_resolved")


def test_a_parked_run_is_cancelled_and_its_case_closed(outside: httpx2.Client) -> None:
    run = outside.post(SMALL, json={"input": {"seats": 300}, "wait_s": 20}).json()
    assert outside.post(f"/api/v1/runs/{run['id']}/cancellation/", json={"reason": "no need"}).status_code == 202
    ended = _ended(outside, run["id"])
    assert (ended["status"], ended["error"]) == ("cancelled", {"by": "ada", "reason": "no need"})
    problem(outside.post(f"/api/v1/runs/{run['id']}/cancellation/"), 409, "ended")


def _ended(client: httpx2.Client, run_id: str) -> Any:
    deadline = time.monotonic() + 60
    while not (run := client.get(f"/api/v1/runs/{run_id}/").json())["finished_at"]:
        assert time.monotonic() < deadline, run
        time.sleep(0.02)
    return run


def test_without_waiting_the_run_is_accepted(outside: httpx2.Client) -> None:
    answer = outside.post(ECHO, json={"input": {"n": 3}})
    assert answer.status_code in (200, 202)
    assert outside.get(answer.headers["Location"]).status_code == 200


def test_an_input_that_does_not_fit_names_the_place_and_starts_nothing(outside: httpx2.Client) -> None:
    before = outside.get("/api/v1/runs/").json()["results"][:1]
    refused = problem(outside.post(ECHO, json={"input": {"n": "3"}}), 422, "invalid_input")
    assert refused["errors"][0]["path"] == "/input/n"
    problem(outside.post(ECHO, json={}), 422, "invalid_input")
    assert outside.get("/api/v1/runs/").json()["results"][:1] == before


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"wait_s": 61}, "/wait_s"),
        ({"wait_s": -1}, "/wait_s"),
        ({"wait_s": "1"}, "/wait_s"),
        ({"wait_s": True}, "/wait_s"),
        ({"version": 0}, "/version"),
        ({"version": 1.5}, "/version"),
        ({"labels": {"a": 1}}, "/labels/a"),
        ({"labels": {"": "x"}}, "/labels//[key]"),
        ({"callback_url": "http://a.example/"}, "/callback_url"),
        ({"callback_url": "http://127.0.0.1:9000/"}, "/callback_url"),
        ({"callback_url": "https://u:p@a.example/"}, "/callback_url"),
        ({"callback_url": "https://[::1"}, "/callback_url"),
        ({"callback_url": "javascript:alert(1)"}, "/callback_url"),
        ({"colour": "red"}, "/colour"),
    ],
)
def test_a_body_that_does_not_fit_names_the_field(outside: httpx2.Client, body: dict[str, Any], path: str) -> None:
    refused = problem(outside.post(ECHO, json={"input": {"n": 1}, **body}), 422, "invalid")
    assert refused["errors"][0]["path"] == path


def test_what_is_not_there_cannot_be_started(outside: httpx2.Client) -> None:
    problem(outside.post("/api/v1/workflows/nothing/runs/", json={"input": {}}), 404, "not_published")
    problem(outside.post(ECHO, json={"input": {"n": 1}, "version": 9}), 404, "not_published")
    assert outside.post(ECHO, json={"input": {"n": 1}, "version": 1}).status_code in (200, 202)


def test_an_archived_workflow_starts_no_more_runs(outside: httpx2.Client) -> None:
    document = outside.get("/api/v1/workflows/echo/draft/").json()
    outside.post("/api/v1/workflows/", json={"name": "Old", "slug": "old", "document": document})
    outside.post("/api/v1/workflows/old/versions/")
    outside.delete("/api/v1/workflows/old/")
    problem(outside.post("/api/v1/workflows/old/runs/", json={"input": {"n": 1}}), 409, "archived")


def test_the_same_key_and_body_give_the_same_run(outside: httpx2.Client) -> None:
    first = outside.post(ECHO, json={"input": {"n": 1}, "wait_s": 20}, headers={"Idempotency-Key": "once"})
    again = outside.post(
        ECHO,
        content=b'{"wait_s":20, "input": {"n": 1}}',
        headers={"Idempotency-Key": "once", "Content-Type": "application/json"},
    )
    assert (again.status_code, again.headers["Idempotent-Replay"]) == (200, "true")
    assert again.json() == first.json()
    other = outside.post(ECHO, json={"input": {"n": 2}, "wait_s": 20}, headers={"Idempotency-Key": "once"})
    problem(other, 409, "idempotency_conflict")
    elsewhere = outside.post(SMALL, json={"input": {"seats": 1}}, headers={"Idempotency-Key": "once"})
    assert elsewhere.status_code in (200, 202)


@pytest.mark.parametrize("key", ["", "a b", "ä".encode(), "a" * 256, "a\tb"])
def test_a_key_that_is_no_visible_ascii_is_refused(outside: httpx2.Client, key: str | bytes) -> None:
    headers: list[tuple[str, str | bytes]] = [("Idempotency-Key", key)]
    answer = outside.post(ECHO, json={"input": {"n": 1}}, headers=headers)  # type: ignore[arg-type]  # bytes are meant
    assert problem(answer, 400, "bad_header")["errors"][0]["path"] == "/Idempotency-Key"


def test_a_key_that_is_sent_twice_is_refused(outside: httpx2.Client) -> None:
    twice = [("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
    problem(outside.post(ECHO, json={"input": {"n": 1}}, headers=twice), 400, "bad_header")


async def test_a_hundred_parallel_posts_with_one_key_are_one_run(server: Server) -> None:
    headers = {**bearer(server, "dev"), "Idempotency-Key": "parallel"}
    async with httpx2.AsyncClient(base_url=server.url, headers=headers, timeout=60) as client:
        posts = [
            client.post(ECHO, json={"input": {"n": 7}, "wait_s": 20, "labels": {"race": "one"}}) for _ in range(100)
        ]
        answers = await asyncio.gather(*posts)
        runs = (await client.get("/api/v1/runs/?label=race:one")).json()["results"]
    assert {answer.status_code for answer in answers} <= {200}, [answer.text for answer in answers][:3]
    assert len({answer.json()["id"] for answer in answers}) == len(runs) == 1
    assert sum(answer.headers.get("Idempotent-Replay") != "true" for answer in answers) == 1


def test_a_reviewer_and_a_stranger_start_nothing(server: Server) -> None:
    body = {"input": {"n": 1}}
    problem(httpx2.post(server.url + ECHO, json=body, headers=bearer(server, "rui"), timeout=60), 403, "forbidden")
    problem(httpx2.post(server.url + ECHO, json=body, timeout=60), 401, "unauthenticated")
    bad = {"Authorization": "Bearer il_x"}
    problem(httpx2.post(server.url + ECHO, json=body, headers=bad, timeout=60), 401, "invalid_token")


def test_the_route_has_one_method(outside: httpx2.Client) -> None:
    answer = outside.get(ECHO)
    assert problem(answer, 405, "method_not_allowed")
    assert answer.headers["Allow"] == "POST, OPTIONS"
    assert outside.request("OPTIONS", ECHO).headers["Allow"] == "POST, OPTIONS"
    problem(outside.post(ECHO, json={"input": {"n": 1}}, headers={"Accept": "text/html"}), 406, "not_acceptable")
    problem(outside.post(ECHO + "?x=1", json={"input": {"n": 1}}), 400, "bad_query")


def test_a_session_starts_a_run_with_its_csrf_token(server: Server) -> None:
    with httpx2.Client(base_url=server.url, timeout=60) as browser:
        page = browser.get("/sign-in/")
        form = {
            "username": "ada",
            "password": "a long enough password",
            "csrfmiddlewaretoken": browser.cookies["csrftoken"],
        }
        assert page.status_code == 200
        assert browser.post("/sign-in/", data=form).status_code == 302
        problem(browser.post(ECHO, json={"input": {"n": 1}}), 403, "csrf_failed")
        headers = {"X-CSRFToken": browser.cookies["csrftoken"]}
        assert browser.post(ECHO, json={"input": {"n": 1}, "wait_s": 20}, headers=headers).status_code == 200


def test_the_answers_carry_the_security_headers(outside: httpx2.Client) -> None:
    for answer in (outside.post(ECHO, json={}), outside.get("/api/v1/kinds/"), outside.get("/healthz")):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
