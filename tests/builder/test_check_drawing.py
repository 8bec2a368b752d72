"""`manage.py check_drawing`: problems as people and as programs read them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from builder import example

UNGATED: dict[str, Any] = {
    "format": "interlock/1",
    "input": {},
    "nodes": [
        {"id": "send", "kind": "execute.email", "config": {"to": "a@b.example", "subject": "s", "body": "b"}},
        {"id": "done", "kind": "outcome"},
    ],
    "edges": [
        {"id": "e1", "from": "start", "port": "out", "to": "send"},
        {"id": "e2", "from": "send", "port": "done", "to": "done"},
    ],
}


def written(folder: Path, content: object) -> Path:
    file = folder / "drawing.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return file


def test_a_sound_drawing_is_said_to_be_sound(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("check_drawing", example.DRAWING)
    assert capsys.readouterr().out == "Nothing is wrong with this drawing.\n"


def test_an_error_is_told_with_its_place_and_ends_with_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        call_command("check_drawing", written(tmp_path, UNGATED))
    assert ended.value.code == 1
    told = capsys.readouterr().out
    assert "error safety.ungated_action" in told
    assert "steps: " in told


def test_problems_as_json_are_those_of_the_api(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        call_command("check_drawing", written(tmp_path, UNGATED), "--json")
    problems = json.loads(capsys.readouterr().out)["problems"]
    assert "safety.ungated_action" in {problem["code"] for problem in problems}
    assert set(problems[0]) == {"code", "level", "message", "suggestion", "nodes", "edges", "path"}


def test_a_sound_drawing_as_json_has_no_problems(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("check_drawing", example.DRAWING, "--json")
    assert json.loads(capsys.readouterr().out) == {"problems": []}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "NaN",
        '{"format": "interlock/1", "nodes": NaN}',
        '{"format": "interlock/9"}',
        '{"format": "interlock/1", "nodes": 7}',
        '{"format": "interlock/1", "format": "interlock/1"}',
        '{"format": "interlock/1", "more": 1}',
        '{"file": "interlock-workflow/1", "document": 7}',
        "[" * 20_000,
    ],
)
def test_what_is_no_drawing_is_told_and_ends_with_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        call_command("check_drawing", written(tmp_path, content), "--json")
    assert ended.value.code == 1
    problems = json.loads(capsys.readouterr().out)["problems"]
    assert problems
    assert all(problem["code"].startswith("document.") and problem["message"] for problem in problems)


def test_bytes_that_are_no_text_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "drawing.json"
    file.write_bytes(b"\xff\xfe\x00{")
    with pytest.raises(SystemExit):
        call_command("check_drawing", file)
    assert "document.malformed" in capsys.readouterr().out


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="could not be read"):
        call_command("check_drawing", tmp_path / "nothing.json")
    with pytest.raises(CommandError, match="could not be read"):
        call_command("check_drawing", tmp_path)
