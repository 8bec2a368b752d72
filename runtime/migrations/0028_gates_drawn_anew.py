"""What the pages of gates draw is forgotten once, and computed anew from the ledgers by its job.

The estimates in it were made of other weights than the bounds beside them (`judgement.curves`); of a gate that meets no
more cases it would stand there for ever.
"""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def forget(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("runtime", "GateProfile").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("runtime", "0027_looking_back")]

    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
