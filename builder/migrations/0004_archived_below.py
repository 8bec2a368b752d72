"""Workflows that were archived before the run time knew of it."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def tell(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Archive them there too."""
    known = apps.get_model("runtime", "Archived")
    for workflow in apps.get_model("builder", "Workflow").objects.all():
        if workflow.archived_at:
            known.objects.get_or_create(workflow=workflow.slug, defaults={"at": workflow.archived_at})


class Migration(migrations.Migration):
    dependencies = [("builder", "0003_sample_cases"), ("runtime", "0006_archived")]
    operations = [migrations.RunPython(tell, migrations.RunPython.noop)]
