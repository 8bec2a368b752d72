from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("runtime", "0004_connection_config"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="escalation",
            name="escalation_open",
        ),
        migrations.RemoveIndex(
            model_name="escalation",
            name="escalation_due",
        ),
        migrations.AddIndex(
            model_name="escalation",
            index=models.Index(fields=["state", "id", "queue"], name="escalation_state"),
        ),
        migrations.AddIndex(
            model_name="escalation",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False)), fields=["state", "due_at"], name="escalation_overdue"
            ),
        ),
        migrations.AddIndex(
            model_name="escalation",
            index=models.Index(fields=["queue", "state", "id"], name="escalation_queue"),
        ),
        migrations.AddIndex(
            model_name="escalation",
            index=models.Index(fields=["queue", "id"], name="escalation_queue_any"),
        ),
        migrations.AddIndex(
            model_name="escalation",
            index=models.Index(fields=["queue", "run"], name="escalation_queue_run"),
        ),
        migrations.AddIndex(
            model_name="escalation",
            index=models.Index(fields=["workflow", "state", "id"], name="escalation_workflow"),
        ),
        migrations.AddIndex(
            model_name="escalation",
            index=models.Index(fields=["workflow", "id"], name="escalation_workflow_any"),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(fields=["workflow", "status", "-id"], name="run_workflow_status"),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                condition=models.Q(("outcome__isnull", False)), fields=["outcome", "-id"], name="run_outcome"
            ),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                condition=models.Q(("outcome__isnull", False)),
                fields=["workflow", "outcome", "-id"],
                name="run_workflow_outcome",
            ),
        ),
    ]
