"""The Django app."""

from django.apps import AppConfig


class BuilderConfig(AppConfig):
    """Builder as Django knows it."""

    name = "builder"
