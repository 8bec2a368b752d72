"""A live server with its own data, the system's Chromium, and pages that fail a test for any error they report."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Response,
    StorageState,
    WebError,
    expect,
    sync_playwright,
)

from tests.makers import shelf
from tests.makers.people import PASSWORD

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_S = 120
# What has to appear, appears; a slow machine only takes longer.
expect.set_options(timeout=60_000)


@dataclass
class Server:
    """A running server; `places` are the addresses of what was made in it, `environment` is what it runs with."""

    url: str
    places: dict[str, str]
    environment: dict[str, str]

    def do(self, deed: str, name: str) -> None:
        """Something that happens behind the pages (`deeds`)."""
        command = [sys.executable, "-m", "tests.browser.deeds", deed, name]
        subprocess.run(command, cwd=ROOT, env=self.environment, check=True)


@dataclass
class Complaints:
    """What pages reported: script errors, console errors, violations of the content security policy, broken answers.

    What a test provokes it names in `expected`; an error of a script, a violation or a 5xx is never that.
    """

    expected: tuple[str, ...] = ()
    heard: list[str] = field(default_factory=list)

    def listen(self, context: BrowserContext) -> None:
        """Hear everything that goes wrong in any page of this browser."""
        context.on("weberror", self._error)
        context.on("console", self._console)
        context.on("response", self._response)

    def _error(self, error: WebError) -> None:
        self.heard.append(f"error: {error.error}")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type != "error":
            return
        if "Content Security Policy" in message.text or not any(text in message.text for text in self.expected):
            self.heard.append(f"{message.type}: {message.text} ({message.location.get('url')})")

    def _response(self, response: Response) -> None:
        if response.status >= 500:
            self.heard.append(f"{response.status}: {response.url}")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("data")
    settings = {
        "DATA": str(data),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": "",
        "UNDO_S": "10",
        "PUBLIC_FORMS": "1",
    }
    environment = {**os.environ, **settings}

    def seed(folder: Path) -> str:
        command, given = [sys.executable, "tests/browser/seed.py"], {**environment, "DATA": str(folder)}
        return subprocess.run(command, cwd=ROOT, env=given, check=True, stdout=subprocess.PIPE, text=True).stdout

    seeded = shelf.filled("browser", data, seed)
    with socket.create_server(("127.0.0.1", 0)) as listening, (data / "server.log").open("w") as log:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        command = [sys.executable, "-m", "uvicorn", "config.asgi:application", "--fd", str(listening.fileno())]
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, pass_fds=[listening.fileno()], stdout=log, stderr=subprocess.STDOUT
        )
        try:
            _wait_for(url, process, data / "server.log")
            yield Server(url, json.loads(seeded), environment)
        finally:
            process.terminate()
            process.wait(PATIENCE_S)


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=10):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"The server did not answer: {log.read_text()}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    """Checked after each test: there must be none."""
    found = Complaints()
    yield found
    assert not found.heard


type Visitor = Callable[..., Page]


@pytest.fixture(scope="session")
def sessions() -> dict[str, StorageState]:
    """The cookies of whoever has signed in already: the form is filled in once for each person."""
    return {}


@pytest.fixture
def visit(
    server: Server, browser: Browser, complaints: Complaints, sessions: dict[str, StorageState]
) -> Iterator[Visitor]:
    """Opens a page in a browser of its own in which somebody is signed in: `visit("ada", "/runs/")`.

    Nothing moves in it unless asked to, so that nothing is looked at on its way. The sessions are shared; who signs
    out needs one `alone`.
    """
    contexts: list[BrowserContext] = []

    def new_context(**options: object) -> BrowserContext:
        options = {"reduced_motion": "reduce", **options}
        context = browser.new_context(base_url=server.url, **options)  # type: ignore[arg-type]  # Playwright's own
        contexts.append(context)
        context.set_default_timeout(60_000)
        complaints.listen(context)
        return context

    def session(who: str) -> StorageState:
        context = new_context()
        sign_in(context.new_page(), who)
        return context.storage_state()

    def open_page(who: str, address: str, *, alone: bool = False, **options: object) -> Page:
        if who and who not in sessions:
            sessions[who] = session(who)
        state = session(who) if alone else sessions.get(who)
        page = new_context(storage_state=state, **options).new_page()
        page.goto(address)
        return page

    yield open_page
    for context in contexts:
        context.close()


def sign_in(page: Page, who: str) -> None:
    """Fill in the form as a person does."""
    page.goto("/sign-in/")
    page.get_by_label("Name").fill(who)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")
