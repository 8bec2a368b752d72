"""The OpenAPI document tells the truth: Schemathesis tries every operation of it on the live server."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx2
import pytest
from django.test import Client

from api.docs import document
from tests.makers.live_server import Server, bearer, live_server

AUTH = "Authorization"
EXAMPLES = 40
# What a workflow accepts is said by the workflow's own schema, so a body may fit the document and still be refused.
NOT_CHECKED = "positive_data_acceptance"


@pytest.fixture(scope="module")
def openapi() -> dict[str, Any]:
    """The document, as it is served."""
    served: dict[str, Any] = Client().get("/api/v1/openapi.json").json()
    assert served == json.loads(json.dumps(document()))
    return served


def test_it_is_openapi_3_1_and_names_both_ways_to_sign_in(openapi: dict[str, Any]) -> None:
    assert openapi["openapi"].startswith("3.1")
    assert openapi["components"]["securitySchemes"].keys() == {"token", "session"}


def test_every_operation_says_what_it_needs_and_how_it_refuses(openapi: dict[str, Any]) -> None:
    for path, methods in openapi["paths"].items():
        for method, operation in methods.items():
            answers, where = operation["responses"], f"{method} {path}"
            assert operation["summary"], where
            assert any(status.startswith("2") for status in answers), where
            if operation["security"]:
                assert {"401", "403"} <= answers.keys(), where
            if "requestBody" in operation:
                assert {"400", "413", "415"} <= answers.keys(), where
            for status, answer in answers.items():
                if status >= "4":
                    (content,) = answer["content"].items()
                    assert content[0] == "application/problem+json", where
                    assert content[1]["schema"]["$ref"].endswith("/ProblemDocument"), where


def test_the_headers_of_the_contract_are_told(openapi: dict[str, Any]) -> None:
    trigger = openapi["paths"]["/api/v1/workflows/{slug}/runs/"]["post"]
    assert "Idempotency-Key" in {each["name"] for each in trigger["parameters"]}
    assert "Idempotent-Replay" in trigger["responses"]["200"]["headers"]
    draft = openapi["paths"]["/api/v1/workflows/{slug}/draft/"]
    assert "ETag" in draft["get"]["responses"]["200"]["headers"]
    assert "If-Match" in {each["name"] for each in draft["put"]["parameters"]}


def test_operation_names_and_references_are_sound(openapi: dict[str, Any]) -> None:
    names = [operation["operationId"] for methods in openapi["paths"].values() for operation in methods.values()]
    assert len(names) == len(set(names))
    text = json.dumps(openapi)
    wanted = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert wanted <= openapi["components"]["schemas"].keys()


@pytest.mark.slow
@pytest.mark.sqlite_only
def test_schemathesis_finds_no_lie_and_no_failure(tmp_path: Path) -> None:
    """On a server of its own, since it archives and cancels what it can reach."""
    data = tmp_path / "data"
    data.mkdir()
    with live_server(data, API_REQUESTS_PER_S="0") as server:
        (tmp_path / "schemathesis.toml").write_text(_things_that_exist(server))
        command = [str(Path(sys.executable).parent / "schemathesis"), "--config-file", "schemathesis.toml", "run"]
        command += [f"{server.url}/api/v1/openapi.json", "--header", f"Authorization: {bearer(server, 'ada')[AUTH]}"]
        command += ["--exclude-checks", NOT_CHECKED, "--phases", "examples,coverage,fuzzing", "--seed", "1"]
        command += ["--max-examples", str(EXAMPLES), "--workers", "2", "--continue-on-failure", "--no-color"]
        command += ["--exclude-path-regex", "docs|openapi", "--generation-database", "none", "--request-timeout", "90"]
        done = subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, text=True, timeout=400)
        assert done.returncode == 0, done.stdout[-12_000:] + done.stderr[-2_000:]
        assert httpx2.get(f"{server.url}/healthz", timeout=60).status_code == 200
        log = (data / "server.log").read_text()
    assert "Traceback" not in log, log[-4_000:]


def _things_that_exist(server: Server) -> str:
    """The configuration that fills in the ids of a run and of its open case."""
    with httpx2.Client(base_url=server.url, headers=bearer(server, "ada"), timeout=60) as client:
        body = {"input": {"seats": 300}, "wait_s": 20}
        run = client.post("/api/v1/workflows/small/runs/", json=body).json()["id"]
        case = client.get("/api/v1/escalations/?state=open").json()["results"][0]["id"]
    return f"""
[parameters]
"path.slug" = "small"
"path.number" = 1
"path.other" = 1
"body.wait_s" = 0
[[operations]]
include-path-regex = "/runs/"
[operations.parameters]
"path.id" = "{run}"
[[operations]]
include-path-regex = "/escalations/"
[operations.parameters]
"path.id" = "{case}"
"""
