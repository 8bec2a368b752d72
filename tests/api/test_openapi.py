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
from tests.makers.live_server import ROOT, Server

CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
    "response_schema_conformance,negative_data_rejection,unsupported_method,ignored_auth"
)
EXAMPLES = 12


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
def test_schemathesis_finds_no_lie_and_no_failure(server: Server, tmp_path: Path) -> None:
    with httpx2.Client(base_url=server.url, headers={"Authorization": f"Bearer {server.tokens['ada']}"}) as client:
        for seats in (1, 300):
            client.post("/api/v1/workflows/small/runs/", json={"input": {"seats": seats}, "wait_s": 20})
    command = [str(Path(sys.executable).parent / "schemathesis"), "run", f"{server.url}/api/v1/openapi.json"]
    command += ["--checks", CHECKS, "--max-examples", str(EXAMPLES), "--seed", "1", "--workers", "2", "--no-color"]
    command += ["--header", f"Authorization: Bearer {server.tokens['ada']}", "--phases", "examples,coverage,fuzzing"]
    command += ["--generation-database", "none", "--request-timeout", "90", "--exclude-path-regex", "docs|openapi"]
    done = subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, done.stdout[-12_000:] + done.stderr[-2_000:]
    log = (server.data / "server.log").read_text()
    assert "Traceback" not in log, log[-4_000:]
    assert (ROOT / "manage.py").exists()
