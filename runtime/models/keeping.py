"""The table of how long runs are kept. Written by `retention` alone."""

from __future__ import annotations

from django.db import models


class RunKeeping(models.Model):
    """For how many days after its end a run is kept (None: for ever). Without a workflow: all that have no rule."""

    workflow = models.CharField(primary_key=True, max_length=80, blank=True)
    days = models.PositiveIntegerField(null=True)

    def __str__(self) -> str:
        return f"{self.workflow or 'all'}: {self.days or 'for ever'}"
