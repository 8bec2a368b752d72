"""The words that cases are found by; those of the cases that are open already are kept here."""

from itertools import batched
from typing import Any

import django.db.models.deletion
from django.db import migrations, models

from runtime.case_words import words_of

SOME = 500


def keep_words(apps: Any, _editor: Any) -> None:
    """Of every open case."""
    cases, words = (apps.get_model("runtime", name) for name in ("Escalation", "CaseWords"))
    found = cases.objects.filter(state="open").select_related("run").order_by("pk")
    for some in batched(found.iterator(SOME), SOME):
        words.objects.bulk_create(
            [
                words(
                    case_id=case.pk,
                    text=words_of(
                        case.pk, case.run_id, case.requester, case.run.labels or {}, case.question, case.asked
                    ),
                )
                for case in some
            ],
            ignore_conflicts=True,
        )


class Migration(migrations.Migration):
    """One table, and what belongs into it."""

    dependencies = [("runtime", "0014_backtests")]

    operations = [
        migrations.CreateModel(
            name="CaseWords",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="words",
                        serialize=False,
                        to="runtime.escalation",
                    ),
                ),
                ("text", models.TextField()),
            ],
        ),
        migrations.RunPython(keep_words, migrations.RunPython.noop),
    ]
