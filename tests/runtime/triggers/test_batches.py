"""Files of cases are read strictly, run once a key, and reported by where they went."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime import blueprints, runs
from runtime.models import Run
from runtime.triggers import batches
from runtime.triggers.batches import BadLine, Case
from tests.makers.engine import Engine, drawn, outcome, review, seal

ASKING = drawn(
    [{**review("ask", queue="sales"), "name": "May we write?"}, outcome("won"), outcome("lost")],
    "start > ask",
    "ask.approve > won",
    "ask.reject > lost",
)
PURE = drawn([outcome("won")], "start > won", schema={"type": "object", "required": ["n"]})


def read(folder: Path, *lines: str) -> tuple[list[Case], list[BadLine]]:
    file = folder / "cases.jsonl"
    file.write_text("\n".join(lines) + "\n")
    return batches.read(file)


def case(line: int, given: object, key: str | None = None, **labels: str) -> Case:
    return Case(line, given, labels, key)  # type: ignore[arg-type]  # any JSON


@pytest.fixture
def engine(transactional_db: None) -> Iterator[Engine]:
    with Engine() as started:
        yield started
    blueprints.sealed.cache_clear()
    runs._newest.clear()


def run_all(engine: Engine, *cases: Case) -> tuple[list[batches.Started], list[BadLine]]:
    return engine.call(batches.run_all(engine.runner, "w", cases, "dev"))


def test_a_line_is_an_input_with_labels_and_a_key(tmp_path: Path) -> None:
    cases, bad = read(tmp_path, '{"input": {"n": 1}, "labels": {"from": "web"}, "key": "a"}', "", '{"input": {"n": 2}}')
    assert cases == [Case(1, {"n": 1}, {"from": "web"}, "a"), Case(3, {"n": 2}, {}, None)]
    assert bad == []


def test_a_case_may_have_a_name_for_people(tmp_path: Path) -> None:
    cases, bad = read(tmp_path, '{"input": {}, "name": "A lead without a name"}', '{"input": {}, "name": ""}')
    assert [case.name for case in cases] == ["A lead without a name", ""]
    assert bad == []


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        '{"n": 1}',
        '{"input": NaN}',
        '{"input": 1, "input": 2}',
        '{"input": {}, "inputs": {}}',
        '{"input": {}, "key": 7}',
        '{"input": {}, "key": ""}',
        '{"input": {}, "labels": []}',
        '{"input": {}, "labels": {"a": 1}}',
        '{"input": {}, "labels": {"a": "' + "x" * 201 + '"}}',
        '{"input": {}, "name": 7}',
        '{"input": {}, "name": "two\\nlines"}',
        '{"input": {}, "name": "' + "x" * 121 + '"}',
        "\ufeff\ufeff{}",
    ],
)
def test_a_line_that_is_no_case_is_named_with_its_number(tmp_path: Path, line: str) -> None:
    cases, bad = read(tmp_path, '{"input": {}}', line)
    assert [each.line for each in cases] == [1]
    assert [each.line for each in bad] == [2]
    assert bad[0].message


def test_a_case_with_a_key_runs_once_however_often_it_is_read(engine: Engine) -> None:
    seal(PURE)
    first, _ = run_all(engine, case(1, {"n": 1}, "a"), case(2, {"n": 2}, "b"))
    again, _ = run_all(engine, case(1, {"n": 1}, "a"), case(2, {"n": 2}, "b"))
    assert [each.run_id for each in again] == [each.run_id for each in first]
    assert [each.replay for each in again] == [True, True]
    assert Run.objects.count() == 2


def test_a_key_with_another_input_is_refused(engine: Engine) -> None:
    seal(PURE)
    run_all(engine, case(1, {"n": 1}, "a"))
    _, refused = run_all(engine, case(1, {"n": 2}, "a"))
    assert [each.line for each in refused] == [1]
    assert Run.objects.count() == 1


def test_an_input_that_does_not_fit_harms_no_neighbour(engine: Engine) -> None:
    seal(PURE)
    started, refused = run_all(engine, case(1, {"n": 1}), case(2, {}), case(3, {"n": 3}))
    assert [each.line for each in started] == [1, 3]
    assert [each.line for each in refused] == [2]
    assert "n" in refused[0].message


def test_a_batch_says_when_each_case_is_done(engine: Engine) -> None:
    seal(PURE)
    done: list[int] = []
    cases = [case(line, {"n": line}) for line in range(1, 41)]
    engine.call(batches.run_all(engine.runner, "w", cases, "dev", lambda: done.append(1)))
    assert len(done) == 40


def test_a_report_counts_ends_and_the_steps_that_ask(engine: Engine) -> None:
    seal(PURE)
    ended, _ = run_all(engine, case(1, {"n": 1}), case(2, {"n": 2}))
    seal(ASKING, version=2)
    runs._newest.clear()
    asking, _ = run_all(engine, case(1, {}))
    report = batches.report([each.run_id for each in (*ended, *asking)])
    assert [(way.name, way.count) for way in report.ended] == [("won", 2)]
    assert [(way.name, way.count) for way in report.waiting] == [("May we write? (sales)", 1)]
    assert report.others == ()


def test_a_report_names_what_neither_ended_nor_asks(engine: Engine) -> None:
    seal(PURE)
    started, _ = run_all(engine, case(1, {"n": 1}), case(2, {"n": 2}))
    first, second = (each.run_id for each in started)
    Run.objects.filter(pk=first).update(status="failed")
    Run.objects.filter(pk=second).update(status="waiting")
    ways = {way.name: way.count for way in batches.report([first, second]).others}
    assert ways == {"failed": 1, "waiting for a time or another run": 1}


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        batches.read(tmp_path / "nothing.jsonl")


async def test_an_empty_batch_is_done_at_once() -> None:
    nobody: object = None
    async with asyncio.timeout(60):
        assert await batches.run_all(nobody, "w", [], "") == ([], [])  # type: ignore[arg-type]  # never asked
