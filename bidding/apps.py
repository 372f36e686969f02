"""Django's entry for bidding."""

from django.apps import AppConfig


class BiddingConfig(AppConfig):
    """The bidding app."""

    name = "bidding"
    default_auto_field = "django.db.models.BigAutoField"
