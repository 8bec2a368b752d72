from django.db import migrations, models

import runtime.models.columns


def forget(apps, _schema_editor):
    """Those whose case is gone already go now."""
    apps.get_model("builder", "Lesson").objects.filter(case=None).exclude(state="accepted").delete()


class Migration(migrations.Migration):
    dependencies = [("builder", "0005_lessons")]

    operations = [
        migrations.AlterField(
            model_name="lesson",
            name="case",
            field=models.ForeignKey(
                null=True, on_delete=runtime.models.columns.goes_unless_accepted, related_name="+", to="runtime.escalation"
            ),
        ),
        migrations.RunPython(forget, migrations.RunPython.noop),
    ]
