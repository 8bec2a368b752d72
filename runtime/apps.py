"""The Django app."""

from django.apps import AppConfig
from django.core import checks

from runtime.system_checks import sqlite_is_sound


class RuntimeConfig(AppConfig):
    """Runtime as Django knows it."""

    name = "runtime"

    def ready(self) -> None:
        """Have Django refuse a database that could be corrupted."""
        checks.register(sqlite_is_sound)
