"""Runs that are labelled as simulated have a column that says so, by which lists find them and the others.

The column is added in plain SQL, the same for SQLite and PostgreSQL: Django would copy a million rows for it on SQLite.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models

ADD = "ALTER TABLE runtime_run ADD COLUMN simulated bool DEFAULT false NOT NULL"
TAKE = "ALTER TABLE runtime_run DROP COLUMN simulated"
# The part before the colon, said so that no collation and no letter case has a say in it.
MARK = (
    "UPDATE runtime_run SET simulated = true"
    " WHERE id IN (SELECT run_id FROM runtime_runlabel WHERE substr(text, 1, 10) = 'simulated:')"
)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("runtime", "0028_gates_drawn_anew")]

    operations: ClassVar = [
        migrations.RunSQL(
            ADD,
            TAKE,
            state_operations=[
                migrations.AddField("run", "simulated", models.BooleanField(db_default=False, default=False))
            ],
        ),
        migrations.RunSQL(MARK, migrations.RunSQL.noop),
        migrations.AddIndex(
            "run",
            models.Index(condition=models.Q(("simulated", True)), fields=["-id"], name="run_simulated"),
        ),
    ]
