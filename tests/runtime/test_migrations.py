"""Runs that were labelled as simulated before there was a column for it are marked, and no others."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.db import connection

from runtime.models import Run, RunLabel
from tests.makers import runs

MARK: str = import_module("runtime.migrations.0029_simulated_runs").MARK


@pytest.mark.django_db
def test_runs_with_the_label_are_marked_and_no_others() -> None:
    labels = ("simulated:drill", "simulated:", "Simulated:yes", "simulatedly:yes", "kind:simulated", "kind:simulated:a")
    made = {runs.declined().pk: label for label in labels}
    RunLabel.objects.bulk_create(RunLabel(run_id=run, text=label) for run, label in made.items())
    RunLabel.objects.create(run_id=next(iter(made)), text="team:north")
    runs.declined()
    with connection.cursor() as cursor:
        cursor.execute(MARK)
    marked = Run.objects.filter(simulated=True).values_list("pk", flat=True)
    assert {made[run] for run in marked} == {"simulated:drill", "simulated:"}
