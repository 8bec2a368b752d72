"""The table of what the pages of gates draw, so that a page reads one row however long the ledger is.

Written by `gates.profiles` alone. Nothing is decided by it, and all of it can be computed from the ledger again.
"""

from __future__ import annotations

from django.db import models

from runtime.models.columns import JsonText
from runtime.models.gates import Gate


class GateProfile(models.Model):
    """The numbers of one epoch of a gate, as `gates.profiling.Profile` holds them (`data`), at most some kilobytes.

    `revision` and `arrivals` are those of the gate when they were made (`at`); `took_ms` is what making them took.
    """

    gate = models.OneToOneField(Gate, on_delete=models.CASCADE, related_name="profile")
    revision = models.PositiveIntegerField()
    arrivals = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    took_ms = models.PositiveIntegerField(default=0)
    data = JsonText()

    def __str__(self) -> str:
        return f"gate {self.gate_id} at r{self.revision}"
