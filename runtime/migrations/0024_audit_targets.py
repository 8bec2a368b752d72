"""The audit log names longer targets: a gate's has its workflow and its step."""

from django.db import migrations, models

from runtime.sealing import reseal


class Migration(migrations.Migration):
    dependencies = [
        ("runtime", "0023_decision_subject"),
    ]

    operations = [
        migrations.AlterField(
            model_name="auditentry",
            name="target",
            field=models.CharField(db_index=True, max_length=200),
        ),
        reseal("runtime_auditentry"),
    ]
