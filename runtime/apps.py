"""The Django app."""

from django.apps import AppConfig


class RuntimeConfig(AppConfig):
    """Runtime as Django knows it."""

    name = "runtime"
