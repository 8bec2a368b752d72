"""The tables of backtests: what was asked, how far it is, and how each past case would go.

Written by `backtests` alone. What is here is thrown away after a while; nothing is decided by it.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from runtime.ids import new_id
from runtime.models.columns import JsonText
from runtime.models.runs import Blueprint, Run


class Backtest(models.Model):
    """A drawing that is replayed on past cases. `options` is what was asked for (`backtests.orders.Options`).

    `blueprint` is a sealed draft (version 0) or a version. `summary` is there when it is over, also when it was
    cancelled; `calls` and `tokens` are what models have cost.
    """

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    workflow = models.CharField(max_length=80)
    blueprint = models.ForeignKey(Blueprint, on_delete=models.PROTECT, related_name="backtests")
    version = models.PositiveIntegerField()
    options = JsonText()
    state = models.CharField(max_length=10, default="queued")
    total = models.PositiveIntegerField(null=True)
    done = models.PositiveIntegerField(default=0)
    calls = models.PositiveIntegerField(default=0)
    tokens = models.PositiveBigIntegerField(default=0)
    summary = JsonText(null=True)
    by = models.CharField(max_length=150)
    created_at = models.DateTimeField(db_index=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="known_backtest_state", condition=Q(state__in=["queued", "running", "done", "cancelled", "failed"])
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["workflow", "-id"], name="backtest_workflow")]

    def __str__(self) -> str:
        return f"{self.workflow} {self.id}"


class BacktestCase(models.Model):
    """A past case, as it went and as it would go. `verdict` is empty until it was replayed; `rank` puts the most
    telling first. `before` and `after` are an outcome, or how it stands without one; `story` is what the steps did.

    `pi` is how likely it was that people would be asked (None: nobody has decided the case), `disputed` whether they
    could not tell or do not agree; `picked`: somebody chose the case by hand, so it stands in no figure.
    """

    backtest = models.ForeignKey(Backtest, on_delete=models.CASCADE, related_name="cases", db_index=False)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    verdict = models.CharField(max_length=12, default="")
    rank = models.PositiveSmallIntegerField(default=0)
    before = models.CharField(max_length=200, default="")
    after = models.CharField(max_length=200, default="")
    asked_before = models.PositiveIntegerField(default=0)
    asked_after = models.PositiveIntegerField(default=0)
    code = models.CharField(max_length=40, default="")
    why = models.CharField(max_length=500, default="")
    node = models.CharField(max_length=40, default="")
    pi = models.FloatField(null=True)
    disputed = models.BooleanField(default=False)
    picked = models.BooleanField(default=False)
    story = JsonText(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["backtest", "number"], name="one_backtest_case_a_number"),
        ]
        indexes: ClassVar = [models.Index(fields=["backtest", "rank", "number"], name="backtest_case_rank")]

    def __str__(self) -> str:
        return f"{self.backtest_id} {self.run_id}"
