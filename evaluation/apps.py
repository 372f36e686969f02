"""Django's entry for evaluation."""

from django.apps import AppConfig


class EvaluationConfig(AppConfig):
    """The evaluation app."""

    name = "evaluation"
    default_auto_field = "django.db.models.BigAutoField"
