"""The Django app."""

from django.apps import AppConfig


class BuilderConfig(AppConfig):
    """Builder as Django knows it."""

    name = "builder"

    def ready(self) -> None:
        """Tell the pages of triggers where sample cases are."""
        from builder.samples import inputs_of
        from runtime.triggers.given import samples_from

        samples_from(inputs_of)
