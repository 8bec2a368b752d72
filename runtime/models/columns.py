"""Columns that several tables have.

Used by the tables of this folder and of `builder`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    AnyTextField = models.TextField[Any, Any]
else:
    AnyTextField = models.TextField  # Django's fields take type arguments in their stubs only.


class JsonText(AnyTextField):
    """JSON kept as text, exactly as written: no database function reads inside it."""

    if TYPE_CHECKING:
        _pyi_private_set_type: Any

    def from_db_value(self, value: str | None, *_: object) -> Any:
        """The JSON value of a column."""
        return None if value is None else json.loads(value)

    def get_prep_value(self, value: Any) -> str | None:
        """The text of a JSON value; refuses NaN and Infinity with ValueError."""
        return None if value is None else json.dumps(value, separators=(",", ":"), allow_nan=False)

    def to_python(self, value: Any) -> Any:
        """The value itself: a text is a JSON text only when it comes from the database."""
        return value

    def value_to_string(self, obj: models.Model) -> str:
        """The text of the JSON value, for fixtures."""
        return self.get_prep_value(self.value_from_object(obj)) or "null"


def goes_unless_accepted(collector: Any, field: Any, rows: Any, using: str) -> None:
    """An `on_delete`: what is proposed goes with the row it is taken from; what was accepted forgets that row alone.

    The rows have a `state`.
    """
    models.CASCADE(collector, field, rows.exclude(state="accepted"), using)
    models.SET_NULL(collector, field, rows.filter(state="accepted"), using)
