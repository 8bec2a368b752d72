"""What is sealed stays as it is, whoever asks the database: after every migration, too."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, models, transaction

from runtime.models import AuditEntry, Blueprint, Entry, Run

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("table", [Blueprint, Entry, AuditEntry])
def test_the_database_refuses_to_change_a_sealed_row(table: type[models.Model]) -> None:
    blueprint = Blueprint.objects.create(workflow="w", version=1, name="W", digest="0", document={}, sealed_at=NOW)
    run = Run.objects.create(blueprint=blueprint, workflow="w", version=1, created_at=NOW)
    Entry.objects.create(run=run, seq=1, at=NOW, type="run.started", data={})
    AuditEntry.objects.create(at=NOW, actor="a", action="b", target="c")
    changes = {Blueprint: {"name": "x"}, Entry: {"type": "x"}, AuditEntry: {"actor": "x"}}
    with pytest.raises(DatabaseError, match="is sealed and cannot be changed"), transaction.atomic():
        table._default_manager.update(**changes[table])  # type: ignore[index]  # one of the three
