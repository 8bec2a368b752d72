"""`make demo` as a newcomer meets it: one process, from nothing to a first call that works when pasted."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.makers.ports import free_port

pytestmark = [pytest.mark.slow, pytest.mark.sqlite_only]

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 120.0
READY = "Ctrl-C stops it."
GATES = "Gates, as simulated reviewers have made them"
TOKENS_IN_FORCE = "Token.objects.filter(revoked_at=None).values_list('name', flat=True)"
SIMULATED = "[('simulated-desk',)]"


class Demo:
    """A demo that runs, and what it has printed so far."""

    def __init__(self, process: subprocess.Popen[str], port: int, data: Path) -> None:
        self.process, self.data, self.url = process, data, f"http://127.0.0.1:{port}"
        self.printed = ""
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.printed += line

    def until(self, words: str) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while words not in self.printed:
            assert time.monotonic() < deadline, self.printed
            assert self.process.poll() is None, self.printed
            time.sleep(0.05)

    def stop(self, sign: int = signal.SIGINT) -> int:
        self.process.send_signal(sign)
        return self.ended()

    def ended(self) -> int:
        ended = self.process.wait(PATIENCE_S)
        self._reader.join()
        return ended


def environment(data: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return {**kept, "DATA": str(data)}


@contextmanager
def demo(data: Path, port: int) -> Iterator[Demo]:
    command = [sys.executable, "manage.py", "demo", "--port", str(port)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen(command, cwd=ROOT, env=environment(data), text=True, **pipes) as process:  # type: ignore[call-overload]  # given by name
        running = Demo(process, port, data)
        try:
            yield running
        finally:
            if process.poll() is None:
                process.kill()
            # The pipe may be closed only when nobody reads from it any more.
            running.ended()


def manage(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", *words]
    return subprocess.run(
        command, cwd=ROOT, env=environment(data), capture_output=True, text=True, timeout=120, check=False
    )


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=60) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def leads_in(data: Path) -> int:
    # Read from the file: asked again and again, a process for each answer would keep the demo from its work.
    with closing(sqlite3.connect(data / "interlock.sqlite3", timeout=PATIENCE_S)) as kept:
        return int(kept.execute("SELECT count(*) FROM runtime_run WHERE labels LIKE '%case%'").fetchone()[0])


def asked(data: Path, query: str) -> str:
    code = f"from api.models import Token; from runtime.models import Escalation, GateIncident; print(list({query}))"
    return manage(data, "shell", "--no-imports", "-c", code).stdout.strip()


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The first start on an empty folder, once all the leads are through."""
    with demo(tmp_path_factory.mktemp("demo"), free_port()) as running:
        running.until("Interlock answers at")
        assert answers(running.url), "it serves before the leads are through"
        running.until(READY)
        yield running


def test_it_says_at_once_what_takes_its_time(first: Demo) -> None:
    said = "Making the tables, the people and the example"
    assert 0 <= first.printed.find(said) < first.printed.find("Interlock answers at")


def test_no_bar_is_drawn_where_nobody_watches_it(first: Demo) -> None:
    assert "\r" not in first.printed
    assert "lead/s" not in first.printed


def test_it_tells_where_the_leads_went_and_why_some_stopped(first: Demo) -> None:
    assert re.search(r"Came to an end: \d+\n +\d+  contacted", first.printed)
    assert re.search(r"Wait for a person: \d+\n", first.printed)
    assert "x An earlier case has the same “email”." in first.printed
    assert "incident" not in first.printed
    ended, waiting = (
        int(number) for number in re.findall(r"^(?:Came|Wait) [a-z ]+: (\d+)", first.printed, re.MULTILINE)
    )
    assert ended + waiting == 200


def test_it_tells_whom_to_sign_in_as(first: Demo) -> None:
    signs = dict(re.findall(r"^  (designer|reviewer|developer|administrator) +(\S+)$", first.printed, re.MULTILINE))
    assert len(signs) == 4
    check = "from django.contrib.auth import authenticate as a; print([bool(a(username=n, password=p)) for n, p in %r])"
    assert manage(first.data, "shell", "--no-imports", "-c", check % list(signs.items())).stdout == f"{[True] * 4}\n"


def test_its_curl_line_works_when_it_is_pasted(first: Demo) -> None:
    line = first.printed[first.printed.rindex("curl -s") : first.printed.rindex(READY)]
    run = json.loads(
        subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=120, check=True).stdout
    )
    assert (run["status"], run["outcome"]) == ("succeeded", "contacted")


def test_a_token_can_be_made_while_it_runs(first: Demo) -> None:
    made = manage(first.data, "token", "developer", "runs:read")
    assert (made.returncode, made.stdout.count("\n")) == (0, 1)
    request = urllib.request.Request(
        f"{first.url}/api/v1/runs/", headers={"Authorization": f"Bearer {made.stdout.strip()}"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert len(json.load(answer)["results"]) > 10


def test_a_batch_refuses_while_it_runs_and_tells_the_other_way(first: Demo, tmp_path: Path) -> None:
    file = tmp_path / "cases.jsonl"
    file.write_text('{"input": {"source": "test"}}\n')
    refused = manage(first.data, "run", "lead-qualification", str(file))
    assert refused.returncode == 1
    assert "already runs workflows" in refused.stderr
    assert "/api/v1/workflows/lead-qualification/runs/" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_second_one_on_the_same_data_refuses_with_a_sentence(first: Demo) -> None:
    with demo(first.data, free_port()) as second:
        assert second.ended() != 0
        assert "already runs workflows" in second.printed
        assert "Traceback" not in second.printed


def test_a_port_that_is_taken_is_told_in_a_sentence(first: Demo, tmp_path: Path) -> None:
    port = first.url.rpartition(":")[2]
    refused = manage(tmp_path, "demo", "--port", port)
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"CommandError: Port {port} is taken")
    assert not (tmp_path / "interlock.sqlite3").exists()


def test_simulated_reviewers_give_three_gates_a_past_that_their_ledgers_bear_out(first: Demo) -> None:
    first.until(GATES)
    first.until("Repairs: which workshop?")
    states = re.findall(r"^  (\w+) +\w[^\n]+\(simulated\)$", first.printed[first.printed.index(GATES) :], re.MULTILINE)
    assert states == ["probation", "proven", "broken"]
    assert "3 epochs of gates, each as its ledger says." in manage(first.data, "verify_gates").stdout
    assert asked(first.data, "Escalation.objects.exclude(state='open').values_list('queue').distinct()") == SIMULATED
    assert asked(first.data, "GateIncident.objects.values_list('workflow')") == "[('repairs-to-workshops',)]"


def test_interrupted_and_started_again_it_goes_on_where_it_was(tmp_path: Path) -> None:
    port = free_port()
    with demo(tmp_path, port) as running:
        running.until("Interlock answers at")
        while leads_in(tmp_path) == 0:
            assert running.process.poll() is None, running.printed
            time.sleep(0.05)
    with demo(tmp_path, port) as again:
        again.until("Interlock answers at")
        assert answers(again.url)
        again.until(READY)
        assert again.stop() == 0
        assert "it goes on where it was" in again.printed
        assert "Traceback" not in again.printed
    assert leads_in(tmp_path) == 200
    assert asked(tmp_path, TOKENS_IN_FORCE) == "['demo']"
