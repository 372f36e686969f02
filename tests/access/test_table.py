"""The table of access is whole, agrees with what the views declare, and is what really happens."""

import json

import httpx
import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from django.urls import URLPattern, get_resolver

from accounts import access, actions as account_actions
from accounts.tokens import SeatAuth
from config import asgi, services
from config.api import api
from config.routing import websocket_urlpatterns
from kernel import live
from kernel.hub import hub
from kernel.sockets import CLOSE_UNKNOWN
from tests import cast
from tests.access import scene as scenes, table
from tests.access.rows import BARE, FACTOR, HIDDEN, NO_TOKEN, OK, READERS, SIGN_IN, VISITOR, outsider
from tests.seats import browser

NOT_ALLOWED = 405
AUDIENCES = ("public", "bidder", "host", "witness", "supervisor")


@pytest.fixture
def scene(store, moved, monkeypatch):
    found = scenes.build(store, moved, monkeypatch)
    assert {reader for reader, _, _ in found.readers()} == set(READERS)
    return found


def patterns(resolver=None, prefix=""):
    """Every named route outside the API, with its view."""
    for each in (resolver or get_resolver()).url_patterns:
        if isinstance(each, URLPattern):
            yield each.name, prefix + str(each.pattern), each.callback
        elif getattr(each, "namespace", None) != "api":
            yield from patterns(each, prefix + str(each.pattern))


def operations():
    """Every operation of the API with its guards."""
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                for method in operation.methods:
                    yield f"{method} {prefix}{path}", operation.auth_callbacks


def declared_of(rows):
    found = {}
    for row in rows:
        found.setdefault(row.route, set()).add(row.declared)
    return found


def test_every_route_declares_its_access_and_the_table_knows_it():
    rows = declared_of(table.PAGES)
    for name, route, view in patterns():
        declared = access.of(view)
        assert declared is not None, f"the view of {name} ({route}) declares no access"
        assert name in rows, f"{name} ({route}) has no row in tests/access/table.py"
        assert rows[name] == {declared}, f"{name}: the view declares {declared}, the table {rows[name]}"
    gone = set(rows) - {name for name, _route, _view in patterns()}
    assert not gone, "the table has rows of routes that are gone"


def test_every_operation_of_the_api_is_in_the_table():
    rows = declared_of(table.API)
    found = dict(operations())
    assert set(found) == set(rows)
    for name, guards in found.items():
        [declared] = rows[name]
        wanted = [guard for guard in guards if isinstance(guard, SeatAuth)]
        if declared == access.PUBLIC:
            assert not guards or len(wanted) < len(guards), f"{name} is not open to everybody"
        else:
            assert [guard.kinds for guard in guards] == [declared], name


def test_what_the_api_serves_beside_its_operations_is_named(store):
    [urls] = [each for each in get_resolver().url_patterns if getattr(each, "namespace", None) == "api"]
    known = {
        operation.view_func.__name__
        for _, router in api._routers
        for view in router.path_operations.values()
        for operation in view.operations
    }
    beside = {each.name: f"/api/{each.pattern}" for each in urls.url_patterns if each.name not in known}
    answers = {name: browser().get(path).status_code for name, path in beside.items()}
    assert answers == table.API_PAGES


def test_every_socket_is_in_the_table():
    found = {str(each.pattern) for each in websocket_urlpatterns}
    assert found == {row.route for row in table.SOCKETS}


def outcome(answer, row):
    """What an answer means for the reader."""
    location = answer.headers.get("Location", "")
    if answer.status_code == 302 and location.startswith("/sign-in/?"):
        return SIGN_IN
    if answer.status_code == 302 and location.startswith(("/security/app/", "/security/confirm/code/")):
        return OK if row.declared == access.SIGNED_IN else FACTOR
    if answer.status_code == 401:
        return NO_TOKEN
    if answer.status_code in row.ok:
        return OK
    return HIDDEN if answer.status_code == 404 else f"status {answer.status_code}"


def read(answer):
    """Take a streamed answer to its end, or close one that only a real server streams."""
    if answer.streaming and not answer.is_async:
        b"".join(answer.streaming_content)
    answer.close()
    return answer


def reaches(reader, row):
    """Whether the view itself is asked: no declaration stops this reader before it."""
    if reader in (VISITOR, BARE):
        return True
    if isinstance(row.declared, str):
        return True
    return reader in {*row.declared, *map(outsider, row.declared)}


@pytest.mark.parametrize("area", table.AREAS)
def test_pages_answer_as_the_table_says(scene, area):
    """Whoever may not open something may not by another method either.

    A reader whom the declaration stops is asked once for each route: it is stopped before anything is looked up.
    """
    wrong, stopped = [], set()
    people = {r: browser(username, second_factor=strong) for r, username, strong in scene.readers()}
    for row in table.AREAS[area]:
        path, data = scene.path(row), scene.data(row)
        for reader, client in people.items():
            if (row.route, reader) in stopped:
                continue
            if not reaches(reader, row):
                stopped.add((row.route, reader))
            asked = {"GET": client.get, "POST": client.post}
            wanted = row.outcomes[reader]
            got = outcome(read(asked.pop(row.method)(path, data or None)), row)
            if got != wanted:
                wrong.append(f"{row.method} {row.path} as {reader}: {got}, the table says {wanted}")
            [(method, other)] = asked.items()
            answer = read(other(path)) if wanted != OK else None
            if answer is not None and answer.status_code != NOT_ALLOWED and outcome(answer, row) != wanted:
                wrong.append(
                    f"{method} {row.path} as {reader}: {outcome(answer, row)}, {row.method} is {wanted}"
                )
    assert not wrong, "\n".join(wrong)


def bearers(scene):
    found = {}
    for reader, username, strong in scene.readers():
        token = account_actions.give_token(cast.Actor(username).holder) if strong else "none"
        found[reader] = {"Authorization": f"Bearer {token}"} if username else {}
    return found


def test_the_api_answers_as_the_table_says(scene):
    wrong = []
    tokens = bearers(scene)
    for row in table.API:
        for reader, headers in tokens.items():
            client = browser()
            if row.method == "POST":
                body = json.dumps(scene.data(row))
                answer = client.post(scene.path(row), body, content_type="application/json", headers=headers)
            else:
                answer = client.get(scene.path(row), headers=headers)
            got = outcome(read(answer), row)
            if got != row.outcomes[reader]:
                wrong.append(
                    f"{row.route} {row.path} as {reader}: {got}, the table says {row.outcomes[reader]}"
                )
    assert not wrong, "\n".join(wrong)


async def test_the_upload_app_answers_as_the_table_says(scene):
    wrong = []
    tokens = await sync_to_async(bearers)(scene)
    transport = httpx.ASGITransport(app=asgi.application)
    async with httpx.AsyncClient(transport=transport, base_url=settings.SITE_URL) as client:
        for row in table.UPLOADS:
            for reader, headers in tokens.items():
                answer = await client.request(row.method, scene.path(row), headers={**headers, **row.headers})
                got = outcome(answer, row)
                if got != row.outcomes[reader]:
                    wrong.append(f"{row.method} {row.path} as {reader}: {got}, not {row.outcomes[reader]}")
    assert not wrong, "\n".join(wrong)


async def test_sockets_join_the_audience_that_the_table_says(scene):
    await hub.start(services.catch_up)
    wrong = []
    for row in table.SOCKETS:
        for reader, username, strong in scene.readers():
            got = await sync_to_async(cookies)(username, strong)
            joined = await audience_of(scene.path(row), got, scene.path(row).split("/")[3])
            if joined != row.outcomes[reader]:
                wrong.append(f"{row.path} as {reader}: {joined}, the table says {row.outcomes[reader]}")
    await hub.stop()
    assert not wrong, "\n".join(wrong)


def cookies(username, strong):
    client = browser(username, second_factor=strong)
    return "; ".join(f"{name}={one.value}" for name, one in client.cookies.items())


async def audience_of(path, cookie, lot):
    """The audience that a browser with these cookies joins, None when it is closed as one that knows nothing."""
    headers = [(b"origin", settings.SITE_URL.encode()), (b"cookie", cookie.encode())]
    asked = {"type": "websocket", "path": path, "query_string": b"", "headers": headers, "subprotocols": []}
    line = ApplicationCommunicator(asgi.application, asked)
    await line.send_input({"type": "websocket.connect"})
    assert (await line.receive_output(10))["type"] == "websocket.accept"
    await line.receive_nothing(0.05)
    joined = [name for name in AUDIENCES if hub.count(live.lot_audience(lot, name))]
    closed = None if joined else await line.receive_output()
    await line.send_input({"type": "websocket.disconnect", "code": 1000})
    await line.wait(10)
    assert closed == (None if joined else {"type": "websocket.close", "code": CLOSE_UNKNOWN})
    assert len(joined) < 2
    return joined[0] if joined else None


def test_every_outcome_stands_in_the_table_at_least_once():
    rows = (*table.PAGES, *table.API, *table.UPLOADS)
    seen = {got for row in rows for got in row.outcomes.values()}
    assert seen == {OK, HIDDEN, SIGN_IN, FACTOR, NO_TOKEN}


def test_every_route_lets_somebody_in():
    rows = (*table.PAGES, *table.API)
    assert {row.route for row in rows if OK in row.outcomes.values()} == {row.route for row in rows}
