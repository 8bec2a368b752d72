"""How answers are written: compact JSON in UTF-8, by the same gate that reads.

Used by the REST framework for every route, and by `trigger`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework.renderers import BaseRenderer

from runtime.json_gate import write_json


class StrictJSONRenderer(BaseRenderer):
    """Writes what is strict JSON and nothing else; anything else would be a defect of ours."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, _media_type: str | None = None, _context: Mapping[str, Any] | None = None) -> bytes:
        """The text of a value; nothing for None."""
        return b"" if data is None else write_json(data).encode()
