"""The programs on the page of triggers, run as they are pasted: the page of a live server, its token, its answer."""

from __future__ import annotations

import html
import http.cookiejar
import json
import re
import select
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from builder.workflow_pages.snippets import RECEIVER_PORT, TOKEN, snippets
from runtime.core.expressions import Json
from tests.makers.live_server import Server, live_server
from tests.makers.people import PASSWORD

PATIENCE_S = 60
COMMANDS = {
    "curl": ["sh", "-c"],
    "python": [sys.executable, "-c"],
    "javascript": ["node", "--input-type=module", "-e"],
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with live_server(tmp_path_factory.mktemp("data"), ALLOWED_NETWORKS="127.0.0.1/32") as server:
        yield server


@pytest.fixture(scope="module")
def pages(server: Server) -> dict[str, str]:
    """The pages of triggers of both published workflows, as a designer sees them."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    form = browser.open(f"{server.url}/sign-in/").read().decode()
    csrf = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
    assert csrf
    given = {"csrfmiddlewaretoken": csrf[1], "username": "dora", "password": PASSWORD}
    browser.open(f"{server.url}/sign-in/", urllib.parse.urlencode(given).encode())
    slugs = ("small", "echo")
    return {slug: browser.open(f"{server.url}/workflows/{slug}/triggers/").read().decode() for slug in slugs}


def program(page: str, name: str) -> str:
    found = re.search(rf'<pre id="snippet-{name}"[^>]*><code>(.*?)</code>', page, re.DOTALL)
    assert found, name
    return html.unescape(found[1])


def run(name: str, text: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMANDS[name], text], capture_output=True, text=True, timeout=PATIENCE_S, check=False)


@pytest.mark.slow
@pytest.mark.parametrize("name", COMMANDS)
def test_a_program_starts_a_run_and_reads_its_result(server: Server, pages: dict[str, str], name: str) -> None:
    done = run(name, program(pages["echo"], name).replace(TOKEN, server.tokens["dora"]))
    assert done.returncode == 0, done.stderr
    if name == "curl":
        answer = json.loads(done.stdout)
        assert (answer["status"], answer["outcome"], answer["output"]) == ("succeeded", "said", {"n": 1})
    else:
        assert done.stdout.split(maxsplit=1)[0] == "said"
        assert json.loads(done.stdout.split(maxsplit=1)[1]) == {"n": 1}


@pytest.mark.slow
@pytest.mark.parametrize("name", COMMANDS)
def test_a_program_with_a_wrong_token_says_what_is_wrong(pages: dict[str, str], name: str) -> None:
    done = run(name, program(pages["echo"], name).replace(TOKEN, "il_wrong"))
    assert "invalid_token" in done.stdout + done.stderr
    assert (done.returncode == 0) == (name == "curl")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["python", "javascript"])
def test_a_run_that_is_not_over_is_named_where_it_can_be_read(server: Server, pages: dict[str, str], name: str) -> None:
    text = program(pages["small"], name).replace(TOKEN, server.tokens["dora"])
    text = re.sub(r"(['\"]?seats['\"]?: )1", r"\g<1>200", text)
    done = run(name, text)
    assert done.returncode == 0, done.stderr
    status, address = done.stdout.split()
    assert status == "waiting"
    asked = urllib.request.Request(address, headers={"Authorization": f"Bearer {server.tokens['dora']}"})
    assert json.load(urllib.request.urlopen(asked))["input"] == {"seats": 200}


@pytest.mark.slow
def test_a_receiver_on_this_machine_is_told_of_the_end(server: Server, pages: dict[str, str], free_port: int) -> None:
    receiver, start = (
        program(pages["echo"], name).replace(TOKEN, server.tokens["dora"]).replace(str(RECEIVER_PORT), str(free_port))
        for name in ("receiver", "told")
    )
    quiet = subprocess.DEVNULL
    with subprocess.Popen([sys.executable, "-c", receiver], stdout=subprocess.PIPE, stderr=quiet) as listening:
        try:
            reachable(free_port)
            started = json.loads(run("curl", start).stdout)
            told = first_line(listening)
        finally:
            listening.kill()
    message, _, body = told.partition(" ")
    assert message.startswith(f"msg_{started['id']}")
    assert (json.loads(body)["id"], json.loads(body)["outcome"]) == (started["id"], "said")


@pytest.fixture
def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def reachable(port: int) -> None:
    """Waits until something listens there."""
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert time.monotonic() < until, "nothing listens"
            time.sleep(0.05)


def first_line(program: subprocess.Popen[bytes]) -> str:
    """The first line that a program prints, within the patience of these tests."""
    assert program.stdout
    assert select.select([program.stdout], [], [], PATIENCE_S)[0], "nothing was printed"
    line: bytes = program.stdout.readline()
    return line.decode()


HARD: Json = {"it's": 'a "quote" \\ $HOME `ls` {x} ${y} é 𝄞\n</code>', "none": None, "yes": True, "l": [1.5, {}]}


@pytest.mark.parametrize("name", COMMANDS)
def test_no_input_breaks_out_of_a_program(tmp_path: Path, name: str) -> None:
    """The last lines, which call, are replaced by ones that tell what would be sent."""
    text = next(
        each.text for each in snippets("http://x.test/api/v1/workflows/a/runs/", (HARD,) * 3) if each.id == name
    )
    if name == "curl":
        text = text[text.index("--data-binary") :].replace("--data-binary", "printf %s", 1)
    elif name == "python":
        text = text[: text.index("request = ")] + "print(json.dumps(INPUT))"
    else:
        text = text[: text.index("const answer")] + "console.log(JSON.stringify(input));"
    done = run(name, text)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["input"] if name == "curl" else told) == HARD
