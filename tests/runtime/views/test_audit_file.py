"""The exported audit log is checked by an auditor alone, with the program that the guide to operating prints."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import User
from django.test import AsyncClient, Client
from django.urls import reverse

from runtime import audit, chain
from tests.makers.cases import NOW

pytestmark = pytest.mark.django_db
GUIDE = Path(__file__).resolve().parents[3] / "docs" / "operating.md"
ODD = {"a": 1.5, "=b": "it's\n-odd;=1", "é": ["\u2028", None, 10**30, {}]}


async def _exported(user: User, query: str) -> str:
    client = AsyncClient()
    await client.aforce_login(user)
    answer: Any = await client.get(reverse("settings_log_csv") + query)
    return "".join([chunk.decode() async for chunk in answer])


@pytest.fixture
def exported(administrator_ada: User, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """The file with what people of odd names did, as the page gives it."""
    monkeypatch.setattr("runtime.views.settings.log.AT_ONCE", 2)
    for number, actor in enumerate(("=rui", "o'neil;-x", "ada", "@dev", "ada")):
        audit.record(actor, "queue.saved", f"queue:{number}", NOW + timedelta(seconds=number), ODD)
    chain.catch_up()
    return lambda query="": async_to_sync(_exported)(administrator_ada, query)


def checked(text: str, folder: Path) -> tuple[int, str]:
    """How the printed program ends on this file, and what it says."""
    (program,) = re.findall(r"```python\n(import csv.*?)```", GUIDE.read_text(), re.DOTALL)
    kept = folder / "audit-log.csv"
    kept.write_bytes(text.encode())
    told = subprocess.run([sys.executable, "-c", program, str(kept)], capture_output=True, text=True, check=False)
    return told.returncode, told.stdout + told.stderr


def test_a_file_as_it_was_exported_holds_and_names_the_newest_fingerprint(
    exported: Callable[..., str], tmp_path: Path
) -> None:
    status, said = checked(exported(), tmp_path)
    assert said == f"5 rows, none changed or missing. Newest fingerprint: {chain.newest()}\n"
    assert status == 0


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("ada,queue.saved", "eve,queue.saved", "Row 5 is not what was written."),
        ("queue:3,", "queue:4,", "Row 4 is not what was written."),
        ('""a"":1.5', '""a"":1.6', "Row 5 is not what was written."),
        ("2026-03-02T09:00:02", "2026-03-02T09:00:01", "Row 3 is not what was written."),
    ],
)
def test_whatever_is_changed_in_the_file_shows(
    exported: Callable[..., str], tmp_path: Path, before: str, after: str, told: str
) -> None:
    text = exported()
    assert before in text
    status, said = checked(text.replace(before, after, 1), tmp_path)
    assert (status, said.strip()) == (1, told)


def test_rows_that_were_taken_out_show_and_so_does_a_filter(exported: Callable[..., str], tmp_path: Path) -> None:
    status, said = checked(exported("?person=ada"), tmp_path)
    assert (status, said.strip()) == (1, "Row 3 does not follow on the one before it: rows are missing.")


def test_the_page_tells_the_newest_fingerprint_how_to_check_it_and_what_a_filter_does(
    exported: Callable[..., str], administrator_ada: User
) -> None:
    assert exported()
    client = Client()
    client.force_login(administrator_ada)
    page = client.get(reverse("settings_log")).content.decode()
    assert chain.newest() in page
    assert "manage.py verify_audit" in page
    assert "only the file without one shows that none is missing" in page
    assert "<strong>With a filter" in client.get(reverse("settings_log") + "?person=ada").content.decode()
