"""The curves of a gate as shapes of an SVG, each with the numbers behind it as a table. Pure.

Called by the page of a gate. Nothing is told by colour alone: lines differ by their dashes and are named, points carry
their intervals. Places are in units of the drawing, `WIDTH` by `HEIGHT`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from runtime.views.gate_pages.words import at_most, counted, percent

WIDTH, HEIGHT = 420, 230
LEFT, RIGHT, TOP, BOTTOM = 46, 14, 14, 38
_TICKS = 4

type Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark of an axis."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A value with its interval, and what it says."""

    x: float
    y: float
    low: float
    high: float
    size: float
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A curve; `name` says how it is drawn, `text` is its label in the key."""

    name: str
    points: str
    text: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar and the part of it that stands out."""

    x: float
    y: float
    width: float
    height: float
    part_y: float
    part: float
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing: what it shows in one sentence, its axes, what is in it, and the same as a table."""

    id: str
    title: str
    says: str
    x_title: str
    y_title: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    head: tuple[str, ...]
    table: tuple[tuple[str, ...], ...]
    lines: tuple[Line, ...] = ()
    dots: tuple[Dot, ...] = ()
    bars: tuple[Bar, ...] = ()
    marker: Tick | None = None


def reliability(bins: Rows) -> Chart | None:
    """How often the machine was right, by its score; on the diagonal a score would be the share that is right."""
    if not bins:
        return None
    y = _scale(0.0, 1.0, upright=True)
    x = _scale(0.0, 1.0)
    most = max(each["cases"] for each in bins)
    dots = tuple(
        Dot(x(each["score"]), y(each["value"]), y(each["low"]), y(each["high"]), _size(each["cases"], most), _bin(each))
        for each in bins
    )
    table = tuple(
        (_span(each), percent(each["value"]), _interval(each["low"], each["high"]), str(each["cases"])) for each in bins
    )
    diagonal = Line("even", _path([(x(0.0), y(0.0)), (x(1.0), y(1.0))]), "score and share alike")
    best = bins[-1]
    cases = counted(best["cases"], "answered case")
    says = f"With scores of {_span(best)}, {percent(best['value'])} of {cases} were right."
    return Chart(
        "reliability", "Scores against answers", says, "score", "right",
        _shares(x, 1.0, plain=True), _shares(y, 1.0), ("score", "right", "95 % interval", "answered cases"), table,
        (diagonal,), dots,
    )  # fmt: skip


def coverage(points: Rows, max_error: float, cutoff: float | None) -> Chart | None:
    """What each cut-off would give: how much would be automatic, and how much of that wrong, with its bound."""
    known = [each for each in points if each["cases"]]
    if not known:
        return None
    top = min(1.0, max(4.0 * max_error, 0.04))
    x, y = _scale(0.0, 1.0), _scale(0.0, top, upright=True)
    rising = sorted(known, key=lambda each: float(each["automatic"]))
    bound = Line("bound", _path([(x(p["automatic"]), y(p["at_most"])) for p in rising]), "at most")
    lines = (
        *([bound] if _bounded(known) else []),
        Line("main", _path([(x(p["automatic"]), y(p["value"])) for p in rising]), "estimate"),
        Line("rule", _path([(x(0.0), y(max_error)), (x(1.0), y(max_error))]), f"promise, {percent(max_error)}"),
    )
    table = tuple(
        (f"{p['cutoff']:.3f}", percent(p["automatic"]), percent(p["value"]), at_most(p["at_most"]), str(p["cases"]))
        for p in reversed(rising)
    )
    now = min((p for p in rising if cutoff is not None and p["cutoff"] >= cutoff), key=_cutoff, default=None)
    marker = Tick(x(now["automatic"]), "now") if now else None
    says = "The more is left to the machine, the more may be wrong. A gate keeps below its promise, or closes."
    return Chart(
        "coverage", "How much could be automatic", says, "automatic", "wrong",
        _shares(x, 1.0), _shares(y, top), ("from score", "automatic", "wrong (estimate)", "at most", "answered cases"),
        table, lines, marker=marker,
    )  # fmt: skip


def places(points: Rows, max_error: float) -> list[tuple[float, float]]:
    """Where each point lies on the bound of `coverage`, or on the estimate where there is none: for the slider."""
    name = "at_most" if _bounded(points) else "value"
    top = min(1.0, max(4.0 * max_error, 0.04))
    x, y = _scale(0.0, 1.0), _scale(0.0, top, upright=True)
    return [(x(each["automatic"]), y(each[name])) for each in points]


def _bounded(points: Rows) -> bool:
    """Whether anything is known of how many are wrong at most."""
    return any(each["at_most"] < 1.0 for each in points)


def errors(audits: Rows, max_error: float) -> Chart | None:
    """What the checks of automatic decisions have found over time, held against the promise."""
    found = [each for each in audits if each["cases"]]
    if not found:
        return None
    shares = [each["wrong"] / each["cases"] for each in found]
    top = min(1.0, max(4.0 * max_error, 1.2 * max(shares)))
    x, y = _time(audits), _scale(0.0, top, upright=True)
    most = max(each["cases"] for each in found)
    dots = tuple(
        Dot(x(each["at"]), y(share), y(each["low"]), y(each["high"]), _size(each["cases"], most), _audit(each))
        for each, share in zip(found, shares, strict=True)
    )
    rule = Line("rule", _across(y(max_error)), f"promise, {percent(max_error)}")
    total, wrong = sum(each["cases"] for each in found), sum(each["wrong"] for each in found)
    table = tuple(
        (_day(each["at"]), str(each["cases"]), f"{each['wrong']:g}", _interval(each["low"], each["high"]))
        for each in found
    )
    says = f"Of {counted(total, 'check')} of automatic decisions {wrong:g} {'was' if wrong == 1 else 'were'} wrong."
    return Chart(
        "errors", "Wrong among the checks", says, "from", "wrong", _dates(audits, x), _shares(y, top),
        ("from", "checks", "wrong", "95 % interval of the share"), table, (rule,), dots,
    )  # fmt: skip


def alarm(audits: Rows, level: float, fires_at: float) -> Chart | None:
    """How near the alarm has been to closing the gate; each tenfold is one step up."""
    if not any(each["cases"] for each in audits):
        return None
    top = math.log10(1.0 + max(fires_at, *(each["level"] for each in audits))) * 1.15
    x, scaled = _time(audits), _scale(0.0, top, upright=True)

    def y(value: float) -> float:
        return scaled(math.log10(1.0 + value))

    line = Line("main", _path([(x(each["at"]), y(each["level"])) for each in audits]), "alarm")
    rule = Line("rule", _across(y(fires_at)), f"closes the gate, at {fires_at:,.0f}")
    last = audits[-1]
    said = f"{_day(last['at'])}: {last['level']:,.1f}"
    # A line of one point is invisible; and how near the limit it stands is what one looks for.
    dot = Dot(x(last["at"]), y(last["level"]), y(0.0), y(last["level"]), 4.0, said)
    ticks = [0.0, *(10.0**power for power in range(1, int(top) + 1))]
    table = tuple((_day(each["at"]), f"{each['level']:,.1f}") for each in audits)
    says = f"The alarm stands at {level:,.1f}; at {fires_at:,.0f} the gate closes itself."
    return Chart(
        "alarm", "The alarm", says, "from", "level", _dates(audits, x),
        tuple(Tick(y(value), f"{value:,.0f}") for value in ticks), ("from", "level at the end"), table, (line, rule),
        (dot,),
    )  # fmt: skip


def volume(parts: Rows) -> Chart | None:
    """How many cases came over time, and how many of them the gate decided by itself."""
    if not any(each["cases"] for each in parts):
        return None
    top = float(max(each["cases"] for each in parts))
    y, width = _scale(0.0, top, upright=True), (WIDTH - LEFT - RIGHT) / len(parts)
    ground = HEIGHT - BOTTOM
    bars = tuple(
        Bar(
            LEFT + place * width + 0.1 * width, y(each["cases"]), 0.8 * width, ground - y(each["cases"]),
            y(each["alone"]), ground - y(each["alone"]),
            f"{_day(each['at'])}: {counted(each['cases'], 'case')}, {each['alone']} decided by itself",
        )
        for place, each in enumerate(parts)
    )  # fmt: skip
    table = tuple((_day(each["at"]), str(each["cases"]), str(each["alone"])) for each in parts)
    total, alone = sum(each["cases"] for each in parts), sum(each["alone"] for each in parts)
    says = f"{counted(total, 'case')}, of which the gate decided {alone:,} by itself (filled)."
    return Chart(
        "volume", "Cases", says, "from", "cases", _dates(parts, _time(parts)),
        tuple(Tick(y(value), f"{value:,.0f}") for value in _even(top, 1.0)), ("from", "cases", "decided by itself"),
        table, bars=bars,
    )  # fmt: skip


def scores(parts: Rows) -> Chart | None:
    """Where the scores lay over time: the middle one, and between which most lie. A shift says that cases change."""
    found = [each for each in parts if each["scores"]]
    if not found:
        return None
    x, y = _time(parts), _scale(0.0, 1.0, upright=True)
    dots = tuple(
        Dot(x(each["at"]), y(each["scores"][1]), y(each["scores"][0]), y(each["scores"][2]), 3.0, _spread(each))
        for each in found
    )
    table = tuple((_day(each["at"]), *(f"{value:.2f}" for value in each["scores"])) for each in found)
    says = f"The middle score was {found[0]['scores'][1]:.2f} at first and {found[-1]['scores'][1]:.2f} last."
    return Chart(
        "scores", "Scores", says, "from", "score", _dates(parts, x), _shares(y, 1.0, plain=True),
        ("from", "a tenth lies below", "the middle", "a tenth lies above"), table, dots=dots,
    )  # fmt: skip


def _scale(low: float, high: float, *, upright: bool = False) -> Callable[[float], float]:
    start, end = (HEIGHT - BOTTOM, TOP) if upright else (LEFT, WIDTH - RIGHT)

    def place(value: float) -> float:
        share = (min(max(value, low), high) - low) / (high - low) if high > low else 0.5
        return round(start + share * (end - start), 2)

    return place


def _time(parts: Rows) -> Callable[[float], float]:
    """Where a part of the time lies: in the middle of its column, as the bars have it."""
    width = (WIDTH - LEFT - RIGHT) / len(parts)
    found = {each["at"]: round(LEFT + (place + 0.5) * width, 2) for place, each in enumerate(parts)}
    return lambda at: found[at]


def _dates(parts: Rows, x: Callable[[float], float]) -> tuple[Tick, ...]:
    chosen = sorted({0, (len(parts) - 1) // 2, len(parts) - 1}) if len(parts) > 4 else range(len(parts))
    short = parts[-1]["at"] - parts[0]["at"] < 2 * 86_400 if parts else False
    told = "%H:%M" if short else "%-d %b"
    return tuple(Tick(x(parts[each]["at"]), _when(parts[each]["at"]).strftime(told)) for each in chosen)


def _shares(place: Callable[[float], float], top: float, *, plain: bool = False) -> tuple[Tick, ...]:
    values = _even(top)
    return tuple(Tick(place(value), f"{value:.2g}" if plain else percent(value)) for value in values)


def _even(top: float, least: float = 0.0) -> list[float]:
    """Values from 0 to the top in steps that people count in: 1, 2 or 5, and tenfolds of these."""
    power = 10.0 ** math.floor(math.log10(top / _TICKS))
    step = max(
        least, next(times * power for times in (1.0, 2.0, 2.5, 5.0, 10.0) if times * power * _TICKS >= top * 0.999)
    )
    return [step * place for place in range(int(top / step * 1.001) + 1)]


def _path(points: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in points)


def _across(y: float) -> str:
    return _path([(LEFT, y), (WIDTH - RIGHT, y)])


def _size(cases: int, most: int) -> float:
    return round(2.5 + 3.0 * math.sqrt(cases / most), 2)


def _cutoff(point: Mapping[str, Any]) -> float:
    return float(point["cutoff"])


def _when(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def _day(at: float) -> str:
    return _when(at).strftime("%-d %b %Y, %H:%M").removesuffix(", 00:00")


def _span(each: Mapping[str, Any]) -> str:
    return f"{each['low_score']:.1f} to {each['high_score']:.1f}"


def _interval(low: float, high: float) -> str:
    return f"{percent(low)} to {percent(high)}"


def _bin(each: Mapping[str, Any]) -> str:
    right = f"{percent(each['value'])} right ({_interval(each['low'], each['high'])})"
    return f"Scores {_span(each)}: {right}, {counted(each['cases'], 'answer')}"


def _audit(each: Mapping[str, Any]) -> str:
    return f"{_day(each['at'])}: {each['wrong']:g} of {counted(each['cases'], 'check')} wrong"


def _spread(each: Mapping[str, Any]) -> str:
    low, middle, high = each["scores"]
    return f"{_day(each['at'])}: middle {middle:.2f}, most between {low:.2f} and {high:.2f}"
