"""Files of rows are read as people have them; what is no table is refused in words."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.refused import Refused
from runtime.triggers import csv_reading
from runtime.triggers.csv_reading import Row, Table, rows_of, table_of


def read(raw: bytes) -> tuple[Table, list[Row]]:
    table = table_of(raw)
    assert isinstance(table, Table), table
    return table, list(rows_of(raw, table))


@pytest.mark.parametrize(
    ("separator", "mark"), [(",", b""), (";", b""), ("\t", b"\xef\xbb\xbf"), (",", b"\xef\xbb\xbf")]
)
def test_separator_and_mark_are_recognised(separator: str, mark: bytes) -> None:
    text = f"Name{separator}Amount\r\nMüller{separator}7\r\n"
    table, rows = read(mark + text.encode())
    assert (table.separator, table.encoding, table.header) == (separator, "utf-8", ("Name", "Amount"))
    assert rows == [Row(2, ("Müller", "7"))]


def test_a_file_of_old_windows_letters_is_read_and_said_to_be_one() -> None:
    table, rows = read("Name;Amount\r\nMüller €;7\r\n".encode("cp1252"))
    assert table.encoding == "cp1252"
    assert rows[0].cells[0] == "Müller €"


def test_rows_are_numbered_as_a_spreadsheet_does_and_empty_ones_left_out() -> None:
    _, rows = read(b'a,b\n1,"x\ny"\n\n , \n3,z\n')
    assert [(row.number, row.cells[0]) for row in rows] == [(2, "1"), (5, "3")]


def test_one_column_is_a_table_too() -> None:
    table, rows = read(b"name\nx\n")
    assert (table.header, [row.cells for row in rows]) == (("name",), [("x",)])


def zipped() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a.csv", b"0" * 50_000_000)
    return written.getvalue()


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "no_table"),
        (b" \n ", "no_table"),
        (b"only,a,header\n", "no_table"),
        (zipped(), "not_text"),
        (b"\x1f\x8b\x08rest", "not_text"),
        ("a,b\n1,2\n".encode("utf-16"), "not_text"),
        (b"a,b\n1,\x00\n", "not_text"),
        (b"a,b\n1,\x81\n", "not_text"),
        (b"a," * 300 + b"\n1\n", "no_table"),
        (b"a,b\n" + b"x" * 40_000 + b",1\n", "no_table"),
        (b"a,b\n" + b'"' + b"x" * 140_000 + b'",1\n', "no_table"),
    ],
)
def test_what_is_no_table_is_refused(raw: bytes, code: str) -> None:
    found = table_of(raw)
    assert isinstance(found, Refused)
    assert found.code == code


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b'a,b\n1,2\n3,"x\n4,5\n6,7\n', "line 3 a quotation mark is opened that is never closed"),
        (b'a,b\n1,"x"y\n', "line 2 something follows a closing quotation mark"),
    ],
)
def test_a_quotation_that_goes_wrong_swallows_no_rows(raw: bytes, said: str) -> None:
    found = table_of(raw)
    assert isinstance(found, Refused)
    assert said in found.detail


def test_a_mark_within_a_cell_is_no_quotation() -> None:
    _, rows = read(b'a,b\n1,5" pipe\n2,"say ""yes"""\n')
    assert [row.cells[1] for row in rows] == ['5" pipe', 'say "yes"']


def test_a_blank_line_before_the_header_makes_no_row_of_the_header() -> None:
    table, rows = read(b" , \na,b\n1,2\n")
    assert table.header == ("a", "b")
    assert rows == [Row(3, ("1", "2"))]


def test_empty_cells_at_the_end_of_a_row_are_not_kept() -> None:
    _, rows = read(b"a,b\n1" + b"," * 1_000_000 + b"\n")
    assert rows == [Row(2, ("1",))]


def test_a_file_has_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_reading, "MAX_ROWS", 2)
    assert isinstance(table_of(b"a\n1\n2\n"), Table)
    assert getattr(table_of(b"a\n1\n2\n3\n"), "code", "") == "too_many_rows"
    monkeypatch.setattr(csv_reading, "MAX_BYTES", 5)
    assert getattr(table_of(b"a\n1\n2\n"), "code", "") == "too_large"


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reading(raw: bytes) -> None:
    table = table_of(raw)
    if isinstance(table, Table):
        assert len(list(rows_of(raw, table))) == table.rows


CELL = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)


@given(st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=8), st.sampled_from(",;\t"))
def test_what_a_spreadsheet_writes_is_read_as_it_was(rows: list[tuple[str, str, str]], separator: str) -> None:
    written = io.StringIO()
    csv.writer(written, delimiter=separator, quoting=csv.QUOTE_ALL).writerows([("id", "name", "rest"), *rows])
    raw = written.getvalue().encode("utf-8-sig")
    table = table_of(raw)
    kept = [row for row in rows if any(cell.strip() for cell in row)]
    if kept:
        assert isinstance(table, Table)
        width = len(table.header)
        padded = [row.cells + ("",) * (width - len(row.cells)) for row in rows_of(raw, table)]
        assert [tuple(map(str.rstrip, row)) for row in padded] == [tuple(map(str.rstrip, row)) for row in kept]


def test_a_cell_of_a_megabyte_is_named_with_its_line() -> None:
    for cell in (b"x" * 1_000_000, b'"' + b"x\n" * 400_000 + b'"'):
        found = table_of(b"seats,note\n60," + cell + b"\n")
        assert isinstance(found, Refused)
        assert "a cell of more than 32,000 characters" in found.detail
