"""Tables as files: whatever stands in a cell, no spreadsheet takes any part of it for a formula."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.views.csv_files import csv_lines

SIGNS = "=+-@\uff1d\uff0b\uff0d\uff20"


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ('=HYPERLINK("http://x")', '\'=HYPERLINK("http://x")'),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("\t=1", "'\t'=1"),
        ("\n=1", "'\n'=1"),
        ("Ada;=1+1;b", "Ada;'=1+1;b"),
        ("Ada\n=1+1\nb", "Ada\n'=1+1\nb"),
        ("a=b", "a=b"),
        ("2030-01-31", "2030-01-31"),
        ("a: b; c: d", "a: b; c: d"),
        ("", ""),
    ],
)
def test_what_would_be_a_formula_is_a_text(cell: str, written: str) -> None:
    assert next(csv.reader(io.StringIO(csv_lines([[cell, "x"]]), newline=""))) == [written, "x"]


@given(st.lists(st.text("=+-@;,\t\r\n\"'a \uff1d", max_size=8), min_size=1, max_size=4))
def test_however_the_file_is_parted_no_part_begins_a_formula(cells: list[str]) -> None:
    """As a program reads it that takes quotation marks within a cell for letters and parts at every semicolon."""
    for line in io.StringIO(csv_lines([["a", *cells]]), newline=None):
        for part in line.rstrip("\n").split(";"):
            assert not part.startswith(tuple(SIGNS)), part
