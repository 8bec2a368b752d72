"""Tables as CSV files, written as they are read; no cell of one is taken for a formula.

Used by the pages whose lists can be taken along. What is in a table, and who may have it, they know themselves.
"""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Iterable, Sequence

from django.http import StreamingHttpResponse

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_file(name: str, lines: AsyncIterator[str]) -> StreamingHttpResponse:
    """The answer that a browser keeps as a file of this name."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)


def csv_lines(rows: Iterable[Sequence[str]]) -> str:
    """The rows as lines; a cell that a spreadsheet would take for a formula begins with an apostrophe."""
    written = io.StringIO()
    csv.writer(written).writerows([_harmless(cell) for cell in row] for row in rows)
    return written.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_BEGINS_A_FORMULA) else cell
