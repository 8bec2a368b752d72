"""The documents tell the truth: what they name exists, what they show works, what is generated is up to date."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from django.core.management import get_commands
from django.urls import resolve

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *ROOT.glob("runtime/**/README.md")])
# What the documents speak of that need not be there: made at run time, or examples of the reader's own.
NOT_OURS = re.compile(r"^(/|~|\.venv/|our_company|data/|elsewhere|.*[{<*])")
APACHE_2 = "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30"


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_every_link_leads_somewhere(path: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", path.read_text())
    local = [link for link in links if not re.match(r"[a-z]+:", link)]
    assert [link for link in local if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_every_file_that_is_named_exists(path: Path) -> None:
    named = re.findall(r"`([\w.][\w./-]*(?:/|\.(?:py|md|json|jsonl|toml|sh|svg)))`", path.read_text())
    ours = [each for each in named if "/" in each and not NOT_OURS.match(each)]
    assert [each for each in ours if not ((ROOT / each).exists() or (ROOT / "runtime" / each).exists())] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_every_make_target_that_is_named_exists(path: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = re.findall(r"(?:^|`)make((?: [a-z-]+)+)", path.read_text(), re.MULTILINE)
    assert {target for words in named for target in words.split()} - targets == set()


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_every_command_that_is_named_exists(path: Path) -> None:
    named = set(re.findall(r"manage\.py ([a-z_]+)", path.read_text()))
    assert named - set(get_commands()) == set()


def first_call() -> tuple[str, dict[str, Any]]:
    """Path and body of the README's curl line."""
    found = re.search(r"curl -s -X POST http://[^/]+(\S+).*?-d '([^']+)'", (ROOT / "README.md").read_text(), re.DOTALL)
    assert found
    return found[1], json.loads(found[2])


def test_the_first_call_goes_to_the_trigger_of_the_example() -> None:
    match = resolve(first_call()[0])
    assert (match.url_name, match.kwargs) == ("api_trigger", {"slug": "lead-qualification"})


def test_the_first_call_sends_what_the_example_takes() -> None:
    drawing = json.loads((ROOT / "builder" / "gallery" / "lead_qualification.json").read_text())
    body = first_call()[1]
    assert set(body) == {"input", "wait_s"}
    jsonschema_rs.validate(drawing["input"], body["input"])
    assert set(body["input"]) <= set(drawing["input"]["properties"])


def test_every_setting_is_documented_and_no_other() -> None:
    settings = (ROOT / "config" / "settings.py").read_text()
    read = set(re.findall(r'environ(?:\.get\(|\[)"([A-Z_]+)"', settings))
    told = set(re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs" / "operating.md").read_text(), re.MULTILINE))
    assert told == read - {"DEBUG", "SSL_REDIRECT"}


def test_every_promise_names_tests_that_exist() -> None:
    proofs = re.findall(r"`(tests/[\w/.]+)::(\w+)`", (ROOT / "docs" / "promises.md").read_text())
    missing = [f"{path}::{test}" for path, test in proofs if f"def {test}(" not in text(path)]
    assert proofs
    assert missing == []


def test_every_promise_has_a_proof() -> None:
    rows = re.findall(r"^\| \d+ \|.*$", (ROOT / "docs" / "promises.md").read_text(), re.MULTILINE)
    assert rows
    assert [row for row in rows if "::test_" not in row] == []


def text(path: str) -> str:
    return (ROOT / path).read_text() if (ROOT / path).exists() else ""


def test_the_picture_shows_the_example_as_it_is() -> None:
    command = [sys.executable, "scripts/draw.py", "builder/gallery/lead_qualification.json"]
    drawn = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert drawn == (ROOT / "docs" / "lead-qualification.svg").read_text(), "run make docs"


def test_the_architecture_is_told_on_a_few_pages() -> None:
    assert len((ROOT / "docs" / "architecture.md").read_text().splitlines()) <= 150


def test_the_licence_is_apache_2_unchanged() -> None:
    assert hashlib.sha256((ROOT / "LICENSE").read_bytes()).hexdigest() == APACHE_2
