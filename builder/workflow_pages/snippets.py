"""How a run is started over the API, ready to paste: for the command line, for Python and for JavaScript. Pure.

Used by the page of triggers. Each needs nothing but what comes along (curl; Python's own library; fetch of Node and of
browsers) and runs as it stands once the token is in its place; a test runs all three. The same for being told of a
run's end: a receiver for one's own machine, and a start that asks for it.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from pprint import pformat

from runtime.core.expressions import Json
from runtime.triggers.webhook_snippets import Snippet

TOKEN = "PUT-YOUR-TOKEN-HERE"  # noqa: S105 (the place for one)
WAIT_S = 30
RECEIVER_PORT = 9000


def snippets(address: str, given: Sequence[Json]) -> tuple[Snippet, ...]:
    """The three of them. `address` is the whole one that starts a run; `given` are three inputs, one for each."""
    shell, python, node = given
    site = address.split("/api/", 1)[0]
    return (
        Snippet("curl", "curl", "Paste it into a terminal on macOS or Linux.", _curl(address, _body(shell))),
        Snippet("python", "Python", "Save it as start.py and run: python3 start.py", _python(address, site, python)),
        Snippet("javascript", "JavaScript", "Save it as start.mjs and run: node start.mjs", _node(address, site, node)),
    )


def callback_snippets(address: str, given: Json) -> tuple[Snippet, Snippet]:
    """A receiver for one's own machine, and a start whose end it is told."""
    body = {**_body(given), "callback_url": f"http://127.0.0.1:{RECEIVER_PORT}/"}
    return (
        Snippet("receiver", "The receiver", "Save it as receive.py and run: python3 receive.py", _RECEIVER),
        Snippet("told", "The start", "In another terminal.", _curl(address, body)),
    )


_RECEIVER = f"""from http.server import BaseHTTPRequestHandler, HTTPServer


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        print(self.headers["webhook-id"], body.decode(), flush=True)
        self.send_response(204)  # taken: it is not sent again
        self.end_headers()


HTTPServer(("127.0.0.1", {RECEIVER_PORT}), Receiver).serve_forever()
"""


def _body(given: Json) -> Mapping[str, Json]:
    return {"input": given, "wait_s": WAIT_S}


def _written(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _curl(address: str, body: Mapping[str, Json]) -> str:
    # A date and the shell's own number: a key that no other start has, without a tool that may be missing.
    return f"""TOKEN='{TOKEN}'

curl -sS -X POST {shlex.quote(address)} \\
  -H "Authorization: Bearer $TOKEN" \\
  -H 'Content-Type: application/json' \\
  -H "Idempotency-Key: $(date +%s)-$$" \\
  --data-binary {shlex.quote(_written(body))}
"""


def _python(address: str, site: str, given: Json) -> str:
    return f"""import json
import urllib.error
import urllib.request
import uuid

TOKEN = "{TOKEN}"
ADDRESS = {json.dumps(address)}
INPUT = {pformat(given, width=88, sort_dicts=False)}

request = urllib.request.Request(
    ADDRESS,
    method="POST",
    data=json.dumps({{"input": INPUT, "wait_s": {WAIT_S}}}).encode(),
    headers={{
        "Authorization": f"Bearer {{TOKEN}}",
        "Content-Type": "application/json",
        # Keep the key when you try again: the same key never starts a second run.
        "Idempotency-Key": str(uuid.uuid4()),
    }},
)
try:
    with urllib.request.urlopen(request, timeout={WAIT_S + 30}) as answer:
        run = json.load(answer)
except urllib.error.HTTPError as refused:
    problem = json.load(refused)
    raise SystemExit(f"{{refused.code}} {{problem['code']}}: {{problem['detail']}} {{problem['errors']}}")

if run["status"] == "succeeded":
    print(run["outcome"], json.dumps(run["output"]))
else:
    # It goes on, or a person is asked: read it again later.
    print(run["status"], {json.dumps(site)} + f"/api/v1/runs/{{run['id']}}/")
"""


def _node(address: str, site: str, given: Json) -> str:
    return f"""const token = "{TOKEN}";
const address = {json.dumps(address)};
const input = {_written(given)};

const answer = await fetch(address, {{
  method: "POST",
  headers: {{
    Authorization: `Bearer ${{token}}`,
    "Content-Type": "application/json",
    // Keep the key when you try again: the same key never starts a second run.
    "Idempotency-Key": `${{Date.now()}}-${{Math.random().toString(36).slice(2)}}`,
  }},
  body: JSON.stringify({{ input, wait_s: {WAIT_S} }}),
}});
const run = await answer.json();
if (!answer.ok) throw new Error(`${{answer.status}} ${{run.code}}: ${{run.detail}} ${{JSON.stringify(run.errors)}}`);

if (run.status === "succeeded") console.log(run.outcome, JSON.stringify(run.output));
// It goes on, or a person is asked: read it again later.
else console.log(run.status, `{site}/api/v1/runs/${{run.id}}/`);
"""
