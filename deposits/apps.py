"""Django's entry for deposits."""

from django.apps import AppConfig


class DepositsConfig(AppConfig):
    """The deposits app."""

    name = "deposits"
    default_auto_field = "django.db.models.BigAutoField"
