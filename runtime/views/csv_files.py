"""Tables as CSV files, written as they are read; no cell of one is taken for a formula.

Used by the pages whose lists can be taken along. What is in a table, and who may have it, they know themselves.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import AsyncIterator, Iterable, Sequence

from django.http import StreamingHttpResponse

_SIGNS = "=+\\-@\uff1d\uff0b\uff0d\uff20"
# Where semicolons part cells, a spreadsheet parts a quoted cell, too, and at its line breaks: each part is looked at.
_BEGINS_A_FORMULA = re.compile(rf"\A(?=[{_SIGNS}\t\r\n])|(?<=[;\t\r\n])(?=[{_SIGNS}])")


def csv_file(name: str, lines: AsyncIterator[str]) -> StreamingHttpResponse:
    """The answer that a browser keeps as a file of this name."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)


def csv_lines(rows: Iterable[Sequence[str]]) -> str:
    """The rows as lines; whatever of a cell a spreadsheet would take for a formula has an apostrophe before it."""
    written = io.StringIO()
    csv.writer(written).writerows([_harmless(cell) for cell in row] for row in rows)
    return written.getvalue()


def _harmless(cell: str) -> str:
    return _BEGINS_A_FORMULA.sub("'", cell)
