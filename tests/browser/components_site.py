"""A small site of its own for the components: the style guide, a page with a live region, and a line to cut.

Run by uvicorn as a program of its own with the platform's settings, policy and files, but without its store: no
session, no seat, and two pages of its own.
`/control?op=…` says an event (`say`), says one without telling the line (`hide`), cuts the line (`cut`),
or closes the next ones with a code (`close`).
"""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import django
from django.conf import settings
from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
from django.core.asgi import get_asgi_application
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import include, path

from kernel.domain import canonical

HERE = Path(__file__).resolve().parent


def page(_request: HttpRequest) -> dict[str, Any]:
    """Return what the platform's pages know."""
    now = canonical.instant(datetime.now(UTC))
    return {"server_time": now, "clock_is_moved": True, "unread": 3, "section": "notices"}


django.setup()
settings.ROOT_URLCONF = __name__
settings.MIDDLEWARE = [
    "csp.middleware.CSPMiddleware",
    "portal.middleware.LanguageMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
]
settings.TEMPLATES[0]["DIRS"] = [str(HERE / "templates")]
settings.TEMPLATES[0]["OPTIONS"]["context_processors"] = [
    "django.template.context_processors.request",
    f"{__name__}.page",
]
settings.DEBUG_PROPAGATE_EXCEPTIONS = True

events: list[dict[str, Any]] = []
lines: set[asyncio.Queue[dict[str, Any] | None]] = set()
asked: list[int] = []
rules = {"close": 0}


def method(request: HttpRequest) -> HttpResponse:
    """Answer a request of htmx; Django's own middleware has checked its token."""
    return HttpResponse(f'<p id="answer">{request.method}</p>')


urlpatterns = [
    path("styleguide/", lambda request: render(request, "portal/styleguide.html"), name="styleguide"),
    path("live/", lambda request: render(request, "live_page.html"), name="notices"),
    path("method/", method),
    path("api/time", lambda _request: JsonResponse({"now": canonical.instant(datetime.now(UTC))})),
    path("i18n/", include("django.conf.urls.i18n")),
]
web = ASGIStaticFilesHandler(get_asgi_application())


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Send each connection to its program."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "websocket":
        await _line(scope, receive, send)
    elif scope["path"] == "/control":
        await _control(parse_qs(scope["query_string"].decode()), receive, send)
    else:
        await web(scope, receive, send)


async def _lifespan(receive: Any, send: Any) -> None:
    while True:
        kind = (await receive())["type"]
        await send({"type": f"{kind}.complete"})
        if kind == "lifespan.shutdown":
            return


async def _control(words: dict[str, list[str]], receive: Any, send: Any) -> None:
    operation, value = words["op"][0], words.get("value", [""])[0]
    if operation in ("say", "hide"):
        at = "2026-03-31T01:00:00.000Z"
        event = {"n": len(events) + 1, "at": at, "kind": "read_out", "data": {"name": value}}
        events.append(event)
        for queue in lines if operation == "say" else ():
            queue.put_nowait(event)
    elif operation == "cut":
        for queue in lines:
            queue.put_nowait(None)
    elif operation == "close":
        rules["close"] = int(value)
    elif operation == "reset":
        events.clear()
        asked.clear()
        rules["close"] = 0
    body = json.dumps({"asked": asked}).encode()
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


async def _line(scope: dict[str, Any], receive: Any, send: Any) -> None:
    since = int(parse_qs(scope["query_string"].decode())["since"][0])
    asked.append(since)
    await receive()
    await send({"type": "websocket.accept"})
    if rules["close"]:
        await send({"type": "websocket.close", "code": rules["close"]})
        return
    queue: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
    for event in events[since:]:
        queue.put_nowait(event)
    lines.add(queue)
    leaving = asyncio.ensure_future(receive())
    try:
        while True:
            coming = asyncio.ensure_future(queue.get())
            await asyncio.wait({leaving, coming}, return_when=asyncio.FIRST_COMPLETED)
            if leaving.done():
                coming.cancel()
                return
            event = coming.result()
            if event is None:
                await send({"type": "websocket.close", "code": 1012})
                return
            await send({"type": "websocket.send", "text": json.dumps(event)})
    finally:
        lines.discard(queue)
        leaving.cancel()
