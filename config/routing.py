"""Socket routes of all apps."""

from typing import Any

from django.urls import path

from bidding.consumers import HallConsumer

websocket_urlpatterns: list[Any] = [
    path("ws/hall/<uuid:lot_id>/", HallConsumer.as_asgi()),
]
