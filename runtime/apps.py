"""The Django app."""

from importlib import import_module

from django.apps import AppConfig
from django.core import checks

from runtime.system_checks import forwarders_are_named, layer_is_sound, sqlite_is_sound

JOBS = (
    "forgetting",
    "backtests.work",
    "gates.folding",
    "gates.incidents",
    "gates.profiles",
    "gates.waiting",
    "notices.hearing",
    "notices.hooks",
    "notices.mails",
    "retention",
    "triggers.housekeeping",
    "triggers.rows",
    "triggers.schedules",
    "upkeep",
)
"""The modules that say how side jobs are worked off."""


class RuntimeConfig(AppConfig):
    """Runtime as Django knows it."""

    name = "runtime"

    def ready(self) -> None:
        """Have Django refuse a database that could be corrupted, and side jobs known."""
        checks.register(sqlite_is_sound)
        checks.register(layer_is_sound)
        checks.register(forwarders_are_named)
        # Their tables can be imported only now.
        for module in JOBS:
            import_module(f"runtime.{module}")
