"""Rows that are added and never changed: what has been published, journalled or audited.

Used by the models (which refuse politely) and by migrations (which make the database refuse, whoever asks it). Rows may
still be deleted by the database where a whole run is: keeping data for ever is not what is promised.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


class SealedError(TypeError):
    """A programming error: a sealed row was to be changed or deleted."""


class Sealed(models.Model):
    """A model whose rows are only ever added."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add the row. Raises SealedError for a row that is there already."""
        if not self._state.adding:
            raise SealedError(f"{self._meta.verbose_name} {self.pk} is sealed and cannot be changed")
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> tuple[int, dict[str, int]]:
        """Never. Raises SealedError."""
        raise SealedError(f"{self._meta.verbose_name} {self.pk} is sealed and cannot be deleted")


def seal(*tables: str) -> migrations.RunPython:
    """A migration step after which the database refuses every UPDATE of these tables."""

    def forwards(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
        for table in tables:
            for statement in _SEAL[editor.connection.vendor]:
                editor.execute(statement.format(table=table), params=None)

    def backwards(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
        for table in tables:
            for statement in _UNSEAL[editor.connection.vendor]:
                editor.execute(statement.format(table=table), params=None)

    return migrations.RunPython(forwards, backwards)


def reseal(*tables: str) -> migrations.RunPython:
    """The same for tables that were sealed before, and that a migration on SQLite has copied without their triggers."""

    def forwards(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
        for table in tables:
            for statement in (*_UNSEAL[editor.connection.vendor], *_SEAL[editor.connection.vendor]):
                editor.execute(statement.format(table=table), params=None)

    return migrations.RunPython(forwards, forwards)


_SEAL = {
    "sqlite": (
        "CREATE TRIGGER {table}_sealed BEFORE UPDATE ON {table}"
        " BEGIN SELECT RAISE(ABORT, '{table} is sealed and cannot be changed'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION interlock_sealed() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN RAISE integrity_constraint_violation USING MESSAGE ="
        " TG_TABLE_NAME || '' is sealed and cannot be changed''; END'",
        "CREATE TRIGGER {table}_sealed BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION interlock_sealed()",
    ),
}
_UNSEAL = {
    "sqlite": ("DROP TRIGGER IF EXISTS {table}_sealed",),
    "postgresql": ("DROP TRIGGER IF EXISTS {table}_sealed ON {table}",),
}
