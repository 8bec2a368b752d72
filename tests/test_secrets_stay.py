"""Promise 11: secrets are write-only. A canary is set everywhere, everything is run, and every byte is searched."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest

from runtime.signing.signatures import signed
from tests.makers.live_server import Server, bearer, live_server

pytestmark = [pytest.mark.slow, pytest.mark.sqlite_only]

ROOT = Path(__file__).parents[1]
CANARY = "c4n4ry/+s3cr3t=="
SPELLINGS = [CANARY, quote(CANARY, safe=""), base64.b64encode(CANARY.encode()).decode(), CANARY.replace("/", "\\/")]

_SAVE = """
import json, sys
from datetime import UTC, datetime
import django
django.setup()
from django.contrib.auth.models import User
from runtime import connections
from runtime.refused import Refused
ada = User.objects.get(username="ada")
for name, provider, config in json.loads(sys.argv[1]):
    kept = connections.save(name, provider, config, sys.argv[2], ada, datetime.now(UTC))
    assert not isinstance(kept, Refused), kept
"""

_SIGN = """
import sys
from datetime import UTC, datetime
import django
django.setup()
from django.contrib.auth.models import User
from runtime.signing import callbacks
from runtime.triggers import webhooks
ada, now = User.objects.get(username="ada"), datetime.now(UTC)
first = webhooks.make("canary", "Shop", None, ada, now)
again = webhooks.renew("canary", first.webhook.pk, ada, now)
print(first.webhook.pk, first.secret, again.secret, callbacks.renew_key(ada, now), callbacks.renew_key(ada, now))
"""


class Echo(BaseHTTPRequestHandler):
    """Sends back whatever it was sent, its headers above all; every other time as a failure."""

    seen: list[str] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        Echo.seen.append(str(self.headers))
        echoed = json.dumps({"headers": dict(self.headers.items()), "body": body.decode()}).encode()
        self.send_response(500 if "fail" in self.path else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("X-Echo", self.headers.get("Authorization", ""))
        self.send_header("Content-Length", str(len(echoed)))
        self.end_headers()
        self.wfile.write(echoed)

    def log_message(self, *_: object) -> None:
        """Silence."""


@pytest.fixture(scope="module")
def echo() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def _drawing(echo: str) -> dict[str, Any]:
    once = {"attempts": 1}
    call = {"method": "POST", "connection": "crm", "body": "input"}
    nodes: list[dict[str, Any]] = [
        {"id": "sure", "kind": "escalate.review", "config": {"question": "Go?", "choices": [{"name": "yes"}]}},
        {"id": "told", "kind": "execute.http", "retry": once, "config": {**call, "url": f"{echo}/told"}},
        {"id": "failed", "kind": "execute.http", "retry": once, "config": {**call, "url": f"{echo}/fail"}},
        {"id": "model", "kind": "execute.prompt", "retry": once, "config": {"connection": "llm", "prompt": "Hello"}},
        {
            "id": "mail",
            "kind": "execute.email",
            "retry": once,
            "config": {"connection": "post", "to": "a@example.com", "subject": "s", "body": "b"},
        },
        {"id": "won", "kind": "outcome", "config": {"output": {"told": "steps.told.output"}}},
    ]
    order = ["sure", "told", "failed", "model", "mail", "won"]
    edges = [{"id": "e0", "from": "start", "port": "out", "to": "sure"}]
    for number, (source, target) in enumerate(pairwise(order)):
        for port in ["yes"] if source == "sure" else ["done", "error"]:
            edges.append({"id": f"e{number}{port}", "from": source, "port": port, "to": target})
    # What follows a failed call only asks: a failure may not lead to an action that commits.
    marks: dict[str, dict[str, Any]] = {"sure": {}, "failed": {"asks": True}, "mail": {"asks": True}}
    joined = [{**node, "join": "any", **marks.get(node["id"], {})} for node in nodes]
    return {"format": "interlock/1", "input": {"type": "object"}, "nodes": joined, "edges": edges}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, echo: str) -> Iterator[Server]:
    with live_server(tmp_path_factory.mktemp("canary"), ALLOWED_NETWORKS="127.0.0.0/8", LOG_LEVEL="DEBUG") as started:
        made = [
            ["crm", "http", {"base_url": echo}],
            ["llm", "custom", {"base_url": f"{echo}/v1", "model": "m", "allow_private": True}],
            ["post", "mail", {"host": "127.0.0.1", "port": 1, "sender": "us@example.com", "username": "us"}],
        ]
        _told(started, _SAVE, json.dumps(made), CANARY)
        yield started


def _told(server: Server, program: str, *given: str) -> str:
    """What a program says that works on the server's data."""
    environment = {**os.environ, "DATA": str(server.data), "DJANGO_SETTINGS_MODULE": "config.settings"}
    environment.pop("DATABASE_URL", None)
    command = [sys.executable, "-c", program, *given]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, check=True, timeout=120, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


def test_no_secret_stands_in_any_answer_file_or_log_whatever_was_run(server: Server, echo: str) -> None:
    _ask(server, "POST", "workflows/", {"slug": "canary", "name": "Canary"})
    _ask(server, "PUT", "workflows/canary/draft/", _drawing(echo))
    _ask(server, "POST", "workflows/canary/versions/", {})
    run = _ask(server, "POST", "workflows/canary/runs/", {"input": {"a": 1}, "wait_s": 10})
    case = _ask(server, "GET", "escalations/?workflow=canary")["results"][0]
    answer = {"choice": "yes", "digest": case["digest"]}
    _ask(server, "POST", f"escalations/{case['id']}/resolution/", answer)
    ended = _ended(server, run["id"])
    assert ended["outcome"] == "won"
    assert [step["port"] for step in ended["steps"]][1:4] == ["done", "error", "error"]
    assert any(CANARY in headers for headers in Echo.seen), "the secret did not even leave for where it belongs"

    keys = _signed(server)
    answers = [ended, _ask(server, "GET", f"runs/{run['id']}/trace/"), _ask(server, "GET", "workflows/canary/draft/")]
    said = json.dumps(answers)
    for spelling in [*SPELLINGS, *keys]:
        assert spelling not in said
        for file in sorted(server.data.rglob("*")):
            if file.is_file() and not file.name.endswith(".key"):
                assert spelling.encode() not in file.read_bytes(), file.name


def _signed(server: Server) -> list[str]:
    """Messages that come in and one that goes out, good and bad; the keys that signed them, without their prefix."""
    webhook, *secrets = _told(server, _SIGN).split()
    now, body = datetime.now(UTC), b'{"a": 1}'
    for number, secret in enumerate([*secrets, "whsec_" + "A" * 44]):
        headers = signed([secret], f"msg_{number}", now, body)
        sent = {"webhook-id": headers.id, "webhook-timestamp": headers.timestamp}
        request = Request(f"{server.url}/hooks/{webhook}/", body, {**sent, "webhook-signature": headers.signature})
        with suppress(HTTPError), urlopen(request, timeout=60) as answer:
            assert (number, answer.status) in ((0, 202), (1, 202))
    asked = {"input": {"a": 1}, "callback_url": "https://127.0.0.1:1/told"}
    run = _ask(server, "POST", "workflows/canary/runs/", asked)
    _ask(server, "POST", f"runs/{run['id']}/cancellation/", {})
    _ended(server, run["id"])
    return [secret.removeprefix("whsec_") for secret in secrets]


def _ended(server: Server, run_id: str) -> Any:
    until = time.monotonic() + 120
    while (run := _ask(server, "GET", f"runs/{run_id}/"))["status"] not in ("succeeded", "failed", "cancelled"):
        assert time.monotonic() < until, run
        time.sleep(0.1)
    return run


def _ask(server: Server, method: str, path: str, body: Any = None) -> Any:
    headers = {**bearer(server, "ada"), "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(f"{server.url}/api/v1/{path}", data, headers, method=method), timeout=60) as answer:
        return json.load(answer)
