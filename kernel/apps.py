"""Django's entry for the kernel."""

from django.apps import AppConfig


class KernelConfig(AppConfig):
    """The kernel app."""

    name = "kernel"
    default_auto_field = "django.db.models.BigAutoField"
