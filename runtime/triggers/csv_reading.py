"""A file of rows as people have it: which letters and which separator it has is found out and said.

Pure; called by `tables`. What is no table is refused in words; nothing is guessed silently.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from runtime.refused import Refused

MAX_BYTES = 10 * 1024 * 1024
MAX_ROWS = 50_000
MAX_COLUMNS = 200
LONGEST_CELL = 32_000
LONGEST_TITLE = 200
# The library gives up at 128 KB, in a way that does not tell which cell is too long.
csv.field_size_limit(MAX_BYTES)
SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab"}
ENCODINGS = {"utf-8": "UTF-8", "cp1252": "Windows (Western European)"}
_SAMPLE_ROWS = 20
_PACKED = {b"PK\x03\x04": "a zip or Excel file", b"\x1f\x8b": "a packed file", b"%PDF": "a PDF"}
_PACKED |= {b"\xd0\xcf\x11\xe0": "an old Excel file", b"7z\xbc\xaf": "a packed file", b"BZh": "a packed file"}


@dataclass(frozen=True, slots=True)
class Table:
    """A file that is a table: `header` are its columns' titles, `rows` how many rows follow."""

    encoding: str
    separator: str
    header: tuple[str, ...]
    rows: int


@dataclass(frozen=True, slots=True)
class Row:
    """A row; `number` is the one that a spreadsheet shows (the header is row 1)."""

    number: int
    cells: tuple[str, ...]


def table_of(raw: bytes) -> Table | Refused:
    """What a file is. Refused: too_large, not_text, no_table, too_many_rows."""
    refused = _no_text(raw)
    if refused:
        return refused
    encoding = _encoding(raw)
    if encoding is None:
        return Refused("not_text", "The file's letters cannot be read. Save it as “CSV UTF-8”, then choose it again.")
    text = _text(raw, encoding)
    separator = _separator(text)
    return _counted(text, encoding, separator)


def rows_of(raw: bytes, table: Table) -> Iterator[Row]:
    """The rows below the header; empty ones are left out. The file is one that `table_of` has read."""
    # A spreadsheet counts empty rows, too.
    numbered = enumerate(_reader(_text(raw, table.encoding), table.separator), 1)
    next((row for _, row in numbered if _says_something(row)), None)
    return (Row(number, _cells(cells)) for number, cells in numbered if _says_something(cells))


def _no_text(raw: bytes) -> Refused | None:
    if len(raw) > MAX_BYTES:
        return Refused("too_large", f"The file is larger than {MAX_BYTES // 1024 // 1024} MB. Split it into several.")
    for mark, what in _PACKED.items():
        if raw.startswith(mark):
            return Refused("not_text", f"This is {what}. Save the table as “CSV UTF-8”, then choose that file.")
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in raw:
        return Refused("not_text", "This is no plain CSV file. Save the table as “CSV UTF-8”, then choose that file.")
    return None if raw.strip() else Refused("no_table", "The file is empty.")


def _encoding(raw: bytes) -> str | None:
    for encoding in ENCODINGS:
        try:
            raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    return None


def _text(raw: bytes, encoding: str) -> str:
    return raw.decode(encoding).removeprefix("\ufeff")


def _separator(text: str) -> str:
    """The one by which the first rows have as many cells as the header has, and more than one."""

    def fits(separator: str) -> tuple[int, int]:
        try:
            # The sample may end within a quotation: whether the file does is asked of the whole.
            reader = csv.reader(io.StringIO(text[:200_000], newline=""), delimiter=separator)
            widths = [len(row) for row, _ in zip((row for row in reader if row), range(_SAMPLE_ROWS), strict=False)]
        except csv.Error:
            return (0, 0)
        first = widths[0] if widths else 0
        return (sum(width == first for width in widths) if first > 1 else 0, first)

    return max(SEPARATORS, key=fits)


def _counted(text: str, encoding: str, separator: str) -> Table | Refused:
    reader = _reader(text, separator)
    header: tuple[str, ...] | None = None
    begins = number = 0
    try:
        for row in reader:
            begins = reader.line_num
            if not _says_something(row):
                continue
            if any(len(cell) > LONGEST_CELL for cell in row):
                return Refused("no_table", f"Line {begins} has a cell of more than {LONGEST_CELL:,} characters.")
            if header is None:
                header = tuple(cell.strip()[:LONGEST_TITLE] for cell in row)
                continue
            number += 1
            if number > MAX_ROWS:
                return Refused("too_many_rows", f"The file has more than {MAX_ROWS:,} rows. Split it into several.")
    except csv.Error as error:
        return Refused("no_table", _unreadable(str(error), begins + 1, reader.line_num))
    return _table(header or (), number, encoding, separator)


def _reader(text: str, separator: str) -> Any:
    """Strict: a quotation that never ends would make one cell of all the rows behind it."""
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)


def _says_something(row: Sequence[str]) -> bool:
    return any(cell.strip() for cell in row)


def _cells(row: Sequence[str]) -> tuple[str, ...]:
    """Empty cells at the end, of which there may be millions, say nothing."""
    last = max(place for place, cell in enumerate(row) if cell.strip())
    return tuple(row[: last + 1])


def _unreadable(error: str, begins: int, line: int) -> str:
    if error.startswith("unexpected end"):
        return f"In line {begins} a quotation mark is opened that is never closed. Close it, or write it twice."
    if "expected after" in error:
        return f"In line {line} something follows a closing quotation mark. A mark within a cell is written twice."
    return f"Line {line} cannot be read as a row of a table."


def _table(header: Sequence[str], rows: int, encoding: str, separator: str) -> Table | Refused:
    if len(header) > MAX_COLUMNS:
        return Refused("no_table", f"The file has more than {MAX_COLUMNS} columns.")
    if not rows:
        return Refused("no_table", "The file has no row below its first one, which has to name the columns.")
    return Table(encoding, separator, tuple(header), rows)
