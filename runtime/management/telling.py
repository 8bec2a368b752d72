"""A batch's report as text for a terminal. Used by the commands `run` and `demo`."""

from __future__ import annotations

from collections.abc import Iterator

from runtime.triggers.batches import Report, Way

MOST_REASONS = 4
WIDEST = 96


def told(report: Report) -> str:
    """How many went which way, and why the others stopped."""
    return "\n".join(
        [
            *_section("Came to an end", report.ended),
            *_section("Wait for a person", report.waiting),
            *_section("Neither", report.others),
        ]
    )


def _section(title: str, ways: tuple[Way, ...]) -> Iterator[str]:
    if ways:
        yield f"{title}: {sum(way.count for way in ways)}"
    for way in ways:
        yield f"{way.count:6}  {way.name}"
        for said, count in way.why[:MOST_REASONS]:
            yield f"        {count:4} x {said if len(said) <= WIDEST else said[: WIDEST - 1] + '…'}"
        if len(way.why) > MOST_REASONS:
            yield f"             and {len(way.why) - MOST_REASONS} other reasons"
