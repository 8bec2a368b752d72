"""The Django app."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Api as Django knows it."""

    name = "api"
