"""The table of gates that closed themselves and that somebody has to look into.

Written by `gates.incidents` and `gates.hands`.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from runtime.models.gates import Gate


class GateIncident(models.Model):
    """An epoch of a gate has closed itself. Open until somebody starts the gate anew or leaves it closed.

    It belongs to no run: what the gate had decided before is done, and every case after it goes to a person.
    """

    gate = models.OneToOneField(Gate, on_delete=models.CASCADE, related_name="incident")
    workflow = models.CharField(max_length=80)
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=150, default="")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["workflow"], name="gate_incident_open", condition=Q(settled_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.workflow}: gate {self.gate_id} closed"
