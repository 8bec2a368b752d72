"""The system's Chromium, signed in to a server of its own that holds some drawings.

Used by the benches that measure in a browser, `canvas` and `problems`.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, sync_playwright

from bench.server import ROOT, serving

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]

# Runs in a process of its own: the measuring process needs no Django.
_PREPARE = """
import json, sys
import django
django.setup()
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.auth.models import Group
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
call_command("migrate", verbosity=0)
from builder.models import Workflow
user = get_user_model().objects.create_user("bench", password=None)
user.groups.add(Group.objects.get(name="administrator"))
for slug, draft in json.load(sys.stdin).items():
    Workflow.objects.create(slug=slug, name=slug.capitalize(), draft=draft)
session = SessionStore()
session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
session.create()
print(session.session_key)
"""


@contextlib.contextmanager
def signed_in(drawings: Mapping[str, Any]) -> Iterator[Callable[[], BrowserContext]]:
    """What opens a browser of its own, signed in, with nothing in its cache. The drawings stand by short names."""
    with tempfile.TemporaryDirectory() as folder:
        key = _prepare(Path(folder), drawings)
        with serving(Path(folder), "") as served, sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            url = f"http://127.0.0.1:{served.port}"
            cookie: Any = {"name": "sessionid", "value": key, "url": url}

            def opened() -> BrowserContext:
                context = chromium.new_context(base_url=url, viewport={"width": 1280, "height": 720})
                context.add_cookies([cookie])
                return context

            yield opened
            chromium.close()


def _prepare(data: Path, drawings: Mapping[str, Any]) -> str:
    """Make the database with these drawings, by their short names, and return the key of a session."""
    environment = {**os.environ, "DATA": str(data), "DJANGO_SETTINGS_MODULE": "config.settings"}
    command = [sys.executable, "-c", _PREPARE]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True, input=json.dumps(drawings)
    )
    return done.stdout.strip().splitlines()[-1]
