"""Composes the apps once Django has loaded them."""

from importlib import import_module

from django.apps import AppConfig


class ComposeConfig(AppConfig):
    """The composition root as an app, so that the table is in force in every process."""

    name = "config"

    def ready(self) -> None:
        """Put the wiring table in force; imported here because models must be loaded first."""
        wiring = import_module("config.wiring")
        outbox = import_module("kernel.outbox")
        receive = import_module("kernel.upload.receive")
        outbox.configure(wiring.EVENTS)
        receive.configure(wiring.UPLOADS)
        import_module("config.celery")
