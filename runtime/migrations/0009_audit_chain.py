"""A chain over the audit log, over what is in it already, too; and queues that are put away."""

from typing import Any

from django.db import migrations, models

from runtime.chain import link_all
from runtime.sealing import seal


def chain_what_is_there(apps: Any, _editor: object) -> None:
    link_all(apps.get_model("runtime", "AuditEntry"), apps.get_model("runtime", "AuditLink"))


class Migration(migrations.Migration):
    dependencies = [
        ("runtime", "0008_inbox"),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditLink",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("entry_id", models.BigIntegerField(unique=True)),
                ("previous", models.CharField(max_length=64)),
                ("digest", models.CharField(max_length=64)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="queue",
            name="archived_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["actor", "at", "id"], name="audit_actor"),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["action", "at", "id"], name="audit_action"),
        ),
        migrations.RunPython(chain_what_is_there, migrations.RunPython.noop),
        seal("runtime_auditlink"),
    ]
