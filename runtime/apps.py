"""The Django app."""

from django.apps import AppConfig
from django.core import checks

from runtime.system_checks import sqlite_is_sound


class RuntimeConfig(AppConfig):
    """Runtime as Django knows it."""

    name = "runtime"

    def ready(self) -> None:
        """Have Django refuse a database that could be corrupted, and side jobs known."""
        checks.register(sqlite_is_sound)
        # Each registers how its jobs are worked off; their tables can be imported only now.
        from runtime import forgetting  # noqa: F401
        from runtime.backtests import work  # noqa: F401
        from runtime.gates import folding, incidents, waiting  # noqa: F401
        from runtime.notices import hearing, hooks, mails  # noqa: F401
        from runtime.triggers import housekeeping, rows, schedules  # noqa: F401
