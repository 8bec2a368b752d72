"""Programs that send a signed message to a webhook, ready to paste: for the command line and for Python. Pure.

Used by the page of webhooks. Each needs nothing but what comes along (curl and openssl; Python's own library) and runs
as it stands once the key is in its place; a test runs both.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from runtime.core.expressions import Json

SECRET = "whsec_PUT-YOUR-KEY-HERE"  # noqa: S105 (the place for one)


@dataclass(frozen=True, slots=True)
class Snippet:
    """A program: `name` is what people call its language, `how` how it is run."""

    id: str
    name: str
    how: str
    text: str


def snippets(address: str, given: Sequence[Json], secret: str = "") -> tuple[Snippet, ...]:
    """Both of them. `given` are two inputs, one for each.

    `secret` is put in where it is just being shown; else there is a place for it.
    """
    shell, python = (json.dumps(each, ensure_ascii=False) for each in given)
    key = secret or SECRET
    return (
        Snippet("curl", "curl and openssl", "Paste it into a terminal on macOS or Linux.", _shell(address, shell, key)),
        Snippet("python", "Python", "Save it as send.py and run: python3 send.py", _python(address, python, key)),
    )


def _shell(address: str, body: str, secret: str) -> str:
    return f"""SECRET={shlex.quote(secret)}
BODY={shlex.quote(body)}
ID="msg_$(date +%s)_$$"
NOW=$(date +%s)
KEY=$(printf %s "${{SECRET#whsec_}}" | openssl base64 -d -A | od -An -v -tx1 | tr -d ' \\n')
SIGNATURE=$(printf %s "$ID.$NOW.$BODY" |
  openssl dgst -sha256 -mac HMAC -macopt "hexkey:$KEY" -binary | openssl base64 -A)

curl -sS -X POST {shlex.quote(address)} \\
  -H 'Content-Type: application/json' \\
  -H "webhook-id: $ID" \\
  -H "webhook-timestamp: $NOW" \\
  -H "webhook-signature: v1,$SIGNATURE" \\
  --data-binary "$BODY"
"""


def _python(address: str, body: str, secret: str) -> str:
    return f"""import base64
import hashlib
import hmac
import time
import urllib.error
import urllib.request
import uuid

SECRET = {json.dumps(secret)}
ADDRESS = {json.dumps(address)}
BODY = {body!r}.encode()

# Keep the id when you send the same message again: it never starts a second run.
message = f"msg_{{uuid.uuid4().hex}}"
now = str(int(time.time()))
key = base64.b64decode(SECRET.removeprefix("whsec_"))
signed = b".".join([message.encode(), now.encode(), BODY])
signature = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()

request = urllib.request.Request(
    ADDRESS,
    method="POST",
    data=BODY,
    headers={{
        "Content-Type": "application/json",
        "webhook-id": message,
        "webhook-timestamp": now,
        "webhook-signature": f"v1,{{signature}}",
    }},
)
try:
    with urllib.request.urlopen(request, timeout=30) as answer:
        print(answer.status, answer.read().decode())
except urllib.error.HTTPError as refused:
    raise SystemExit(f"{{refused.code}} {{refused.read().decode()}}")
"""
