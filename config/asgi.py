"""The ASGI entry: Django for pages and API, channels for sockets, the upload app beside them."""

import os
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django_application = get_asgi_application()

from channels.auth import AuthMiddlewareStack  # noqa: E402 - needs the apps
from channels.routing import URLRouter  # noqa: E402 - needs the apps
from channels.security.websocket import OriginValidator  # noqa: E402 - needs the apps
from django.conf import settings  # noqa: E402 - needs the apps

from accounts.tokens import owner_of  # noqa: E402 - needs the apps
from config.routing import websocket_urlpatterns  # noqa: E402 - needs the apps
from config.services import Services  # noqa: E402 - needs the apps
from kernel.upload.asgi import PREFIX, UploadApp  # noqa: E402 - needs the apps

_sockets = OriginValidator(AuthMiddlewareStack(URLRouter(websocket_urlpatterns)), [settings.SITE_URL])
_uploads = UploadApp(owner_of)


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Send each connection to its program."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "websocket":
        await _sockets(scope, receive, send)
    elif scope["path"].startswith(PREFIX):
        await _uploads(scope, receive, send)
    else:
        await django_application(scope, receive, send)


async def _lifespan(receive: Any, send: Any) -> None:
    services = Services()
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            try:
                await services.start()
            except Exception as error:
                await send({"type": "lifespan.startup.failed", "message": str(error)})
                raise
            await send({"type": "lifespan.startup.complete"})
        else:
            await services.stop()
            await send({"type": "lifespan.shutdown.complete"})
            return
