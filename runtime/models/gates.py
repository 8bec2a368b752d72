"""The tables of gates: where each stands in its epoch, and the ledger of what it decided.

Written by `runtime.gates` alone. Everything in a gate's row can be computed from the ledger (`verify_gates` does); it
is there so that a decision and a page read one row.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from runtime.models.columns import JsonText


class Gate(models.Model):
    """One epoch of one gate. The gate itself is (workflow, node); `current` is the epoch of its newest version.

    `fingerprint` sums up what defines the epoch (`basis` says it in words); `choices` are its answers. `standing` is
    the fold of `judgement.gate` over the ledger, of which `state`, `cutoff`, `scoring`, `upto` (the last arrival that
    is folded in, -1: none) and `flaw` (why it was closed beside the fold; empty: it was not) are copies. `state` is
    probation, proven or broken; `cutoff` is None where nothing is decided automatically. `audit` is the share of
    automatic decisions that people check.

    `arrivals` counts the rows, `open_audits` the automatic decisions that were drawn and are not answered (it may lag
    behind an answer until that is folded in). `revision` grows with every write of the standing: whoever writes it
    names the one that they read.
    """

    id = models.BigAutoField(primary_key=True)
    workflow = models.CharField(max_length=80)
    node = models.CharField(max_length=40)
    epoch = models.PositiveIntegerField()
    current = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=0)
    fingerprint = models.CharField(max_length=64)
    basis = JsonText()
    choices = JsonText()
    max_error = models.FloatField()
    confidence = models.FloatField()
    audit = models.FloatField()
    state = models.CharField(max_length=10, default="probation")
    cutoff = models.FloatField(null=True)
    scoring = JsonText()
    standing = JsonText()
    upto = models.BigIntegerField(default=-1)
    flaw = models.TextField(default="")
    arrivals = models.PositiveBigIntegerField(default=0)
    open_audits = models.PositiveIntegerField(default=0)
    revision = models.PositiveIntegerField(default=0)
    begun_at = models.DateTimeField()
    begun_by = models.CharField(max_length=150, default="")
    proven_at = models.DateTimeField(null=True)
    broken_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workflow", "node", "epoch"], name="one_gate_an_epoch"),
            models.UniqueConstraint(
                fields=["workflow", "node"], name="one_current_epoch_a_gate", condition=Q(current=True)
            ),
            models.CheckConstraint(name="known_gate_state", condition=Q(state__in=["probation", "proven", "broken"])),
        ]
        indexes: ClassVar = [
            models.Index(fields=["workflow", "node", "fingerprint", "-epoch"], name="gate_of_fingerprint"),
        ]

    def __str__(self) -> str:
        return f"{self.workflow}: {self.node}, epoch {self.epoch}"


class Decision(models.Model):
    """A row of the ledger: one decision of a gate, as it was made. Never changed but for its labels.

    `number` counts the arrivals at the gate in this epoch, from 0, without gaps. `auto`: the gate would have the
    machine's answer decide; `sampled`: the case goes to a person all the same (every case that is not `auto`, and
    audits). `draw`, `pi`, `floor`, `cutoff` and `audit` as in `judgement.ledger.Row`. `run` is a plain id: the ledger
    outlives the run, and holds nothing of its data; by `subject` (a digest under the installation's key; empty: nothing
    is known) it tells a case that comes again.

    `state`: `unasked` (automatic and not drawn), `open` (a person's answer is to come), `settled` (it came),
    `given_up` (it never will; counts as wrong). `labels` are all answers: `{answer, by, at, blind, source}`, of
    which the standing does not know all where `fresh`.
    `said` (None: cannot tell), `by`, `labelled_at` and `blind` are those of the worst one, `loss` is its loss in 0..1
    (None: no answer yet).
    """

    id = models.BigAutoField(primary_key=True)
    gate = models.ForeignKey(Gate, on_delete=models.PROTECT, related_name="decisions", db_index=False)
    number = models.PositiveBigIntegerField()
    run = models.CharField(max_length=26)
    node = models.CharField(max_length=40)
    visit = models.PositiveIntegerField()
    at = models.DateTimeField()
    answer = models.CharField(max_length=80, null=True)
    signals = JsonText()
    score = models.FloatField(null=True)
    novelty = models.FloatField(null=True)
    draw = models.FloatField(null=True)
    cutoff = models.FloatField(null=True)
    audit = models.FloatField()
    auto = models.BooleanField()
    sampled = models.BooleanField()
    pi = models.FloatField()
    floor = models.FloatField()
    subject = models.CharField(max_length=64, default="")
    state = models.CharField(max_length=10)
    labels = JsonText(default=list)
    fresh = models.BooleanField(default=False)
    said = models.CharField(max_length=80, null=True)
    by = models.CharField(max_length=150, default="")
    blind = models.BooleanField(null=True)
    labelled_at = models.DateTimeField(null=True)
    loss = models.FloatField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["gate", "number"], name="one_decision_a_number"),
            models.UniqueConstraint(fields=["run", "node", "visit"], name="one_decision_a_visit"),
            models.CheckConstraint(
                name="known_decision_state", condition=Q(state__in=["unasked", "open", "settled", "given_up"])
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["gate", "state", "number"], name="decision_state"),
            models.Index(fields=["gate", "-number"], name="decision_wrong", condition=Q(loss__gt=0)),
            # A look back over a period reads this index alone, and no row.
            models.Index(fields=["gate", "at", "auto", "pi", "sampled", "loss"], name="decision_looked_back"),
            models.Index(fields=["gate", "number"], name="decision_fresh", condition=Q(fresh=True)),
            models.Index(fields=["gate", "subject"], name="decision_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.gate_id}/{self.number}"
