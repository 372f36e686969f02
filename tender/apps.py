"""Django's entry for tender."""

from django.apps import AppConfig


class TenderConfig(AppConfig):
    """The tender app."""

    name = "tender"
    default_auto_field = "django.db.models.BigAutoField"
