"""The database itself refuses to change a version.

A later migration that alters this table on SQLite copies it and loses its trigger: seal it again there.
"""

from django.db import migrations

from runtime.sealing import seal


class Migration(migrations.Migration):
    dependencies = [("builder", "0001_initial")]
    operations = [seal("builder_version")]
