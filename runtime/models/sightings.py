"""The table of who has seen what a gate said before they answered.

Written by `veils` alone.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from runtime.models.runs import Run


class Sighting(models.Model):
    """Somebody has seen the machine's answer in a run while people were asked for theirs: theirs is not blind."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="sightings", db_index=False)
    by = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "by"], name="one_sighting_a_person")]

    def __str__(self) -> str:
        return f"{self.by} in {self.run_id}"
