"""Curves as shapes: inside their frame whatever the numbers, each with its numbers as a table."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as some

from runtime.views.gate_pages import charts
from runtime.views.gate_pages.charts import Chart

SHARE = some.floats(0.0, 1.0)
ESTIMATE = some.fixed_dictionaries({"value": SHARE, "low": SHARE, "high": SHARE, "cases": some.integers(1, 10_000)})
POINT = some.tuples(ESTIMATE, SHARE, SHARE, SHARE).map(
    lambda made: {**made[0], "cutoff": made[1], "automatic": made[2], "at_most": made[3]}
)


def audit(at: float, cases: int, wrong: int, level: float = 0.0) -> dict[str, Any]:
    return {"at": at, "cases": cases, "wrong": wrong, "low": 0.0, "high": 1.0, "level": level}


def inside(chart: Chart) -> bool:
    ticks = [tick.at for tick in (*chart.x_ticks, *chart.y_ticks)]
    points = [float(number) for line in chart.lines for pair in line.points.split() for number in pair.split(",")]
    dots = [value for dot in chart.dots for value in (dot.x, dot.y, dot.low, dot.high)]
    return all(0 <= value <= charts.WIDTH for value in (*ticks, *points, *dots))


@given(some.lists(POINT, max_size=20), some.floats(0.001, 0.5), some.none() | SHARE)
def test_the_curve_stays_in_its_frame(points: Any, max_error: float, cutoff: float | None) -> None:
    chart = charts.coverage(points, max_error, cutoff)
    assert (chart is None) == (not points)
    if chart:
        assert inside(chart)
        assert len(chart.table) == len(points)
        assert (chart.marker is None) == (cutoff is None or all(each["cutoff"] < cutoff for each in points))


@given(some.lists(some.tuples(some.integers(0, 50), some.floats(0, 1)), min_size=1, max_size=31))
def test_checks_over_time_stay_in_their_frame(parts: Any) -> None:
    audits = [
        audit(place * 86_400.0, cases, int(cases * share), cases * 9.0) for place, (cases, share) in enumerate(parts)
    ]
    errors, alarm = charts.errors(audits, 0.05), charts.alarm(audits, 3.0, 1_000.0)
    assert (errors is None) == (alarm is None) == (not any(cases for cases, _ in parts))
    assert errors is None or inside(errors)
    assert alarm is None or inside(alarm)


def test_an_alarm_of_one_point_is_seen_and_one_past_its_limit_stands_above_it() -> None:
    chart = charts.alarm([audit(0.0, 26, 5, 4_016.9)], 4_016.9, 1_000.0)
    assert chart
    (dot,), limit = chart.dots, float(chart.lines[1].points.split()[0].split(",")[1])
    assert charts.TOP < dot.y < limit < dot.low == charts.HEIGHT - charts.BOTTOM
    assert dot.text.endswith("4,016.9")


def test_scores_lie_between_their_tenths_and_bars_on_the_ground() -> None:
    parts: list[dict[str, Any]] = [
        {"at": 0.0, "cases": 9, "alone": 4, "scores": [0.2, 0.5, 0.9]},
        {"at": 60.0, "cases": 0, "alone": 0, "scores": None},
    ]
    scores, volume = charts.scores(parts), charts.volume(parts)
    assert scores
    assert volume
    (dot,) = scores.dots
    assert dot.low > dot.y > dot.high
    assert [bar.y + bar.height for bar in volume.bars] == [charts.HEIGHT - charts.BOTTOM] * 2
    assert volume.says == "9 cases, of which the gate decided 4 by itself (filled)."


def test_where_nothing_is_known_nothing_is_drawn() -> None:
    assert charts.reliability([]) is None
    assert charts.volume([]) is None
    assert charts.scores([]) is None
    assert charts.errors([], 0.05) is None
    assert charts.alarm([], 0.0, 1_000.0) is None


def test_a_bin_says_its_share_with_its_interval() -> None:
    one = {"low_score": 0.8, "high_score": 0.9, "score": 0.86, "value": 0.95, "low": 0.9, "high": 0.98, "cases": 120}
    chart = charts.reliability([one])
    assert chart
    assert chart.table == (("0.8 to 0.9", "95 %", "90 % to 98 %", "120"),)
    assert chart.dots[0].text == "Scores 0.8 to 0.9: 95 % right (90 % to 98 %), 120 answers"
