"""The index over when a gate decided holds all that a look back over a period reads."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("runtime", "0026_refused_messages")]

    operations: ClassVar = [
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(fields=["gate", "at", "auto", "pi", "sampled", "loss"], name="decision_looked_back"),
        ),
        migrations.RemoveIndex(model_name="decision", name="decision_at"),
    ]
