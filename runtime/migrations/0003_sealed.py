"""The database itself refuses to change what is published, journalled or audited.

A later migration that alters one of these tables on SQLite copies the table and loses its trigger: seal it again there.
"""

from django.db import migrations

from runtime.sealing import seal


class Migration(migrations.Migration):
    dependencies = [("runtime", "0002_roles")]
    operations = [seal("runtime_blueprint", "runtime_entry", "runtime_auditentry")]
