"""The hall's socket on a real server: live, in order, by seat, and nothing missed after a line that broke."""

import json
import socket
import time
import uuid
from contextlib import ExitStack

import pytest
from django.conf import settings
from django.test import Client
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from accounts.middleware import STRONG
from accounts.models import User
from bidding.actions import hosting, staging
from kernel import clock, live
from kernel.hub import QUEUE
from tests.openings import FIRMS

THREE = FIRMS[:3]
AUDIENCES = ("public", "bidder", "host", "witness", "supervisor")
SEATS = {"bidder": "bidder1", "host": "host", "witness": "witness", "supervisor": "supervisor"}


def browser(username, *, strong=True):
    """A browser in which somebody is signed in."""
    client = Client()
    client.force_login(
        User.objects.get(username=username), backend="django.contrib.auth.backends.ModelBackend"
    )
    if strong:
        session = client.session
        session[STRONG] = True
        session.save()
    return client


def listen(server, lot, client=None, since=None, origin=None):
    """A socket of the hall, as the page opens it."""
    headers = {}
    if client is not None:
        headers["Cookie"] = f"sessionid={client.cookies['sessionid'].value}"
    query = "" if since is None else f"?since={since}"
    return connect(
        f"ws://127.0.0.1:{server}/ws/hall/{lot}/{query}",
        additional_headers=headers,
        origin=origin or settings.SITE_URL,
        compression=None,
    )


def take(line, count, timeout=10):
    return [json.loads(line.recv(timeout=timeout)) for _ in range(count)]


def take_until(line, kind, timeout=10):
    found = []
    while not found or found[-1]["kind"] != kind:
        found += take(line, 1, timeout)
    return found


def say(lot, kind="word", **data):
    """Announce something to every audience of a hall, as an action does."""
    from django.db import transaction

    with transaction.atomic():
        staging.announce(lot, kind, data, at=clock.now())


def closed_with(line, timeout=10):
    with pytest.raises(ConnectionClosed) as found:
        while True:
            line.recv(timeout=timeout)
    return found.value.rcvd.code


@pytest.fixture
def stack():
    """What is to be closed at the end."""
    with ExitStack() as found:
        yield found


@pytest.fixture
def it(begin):
    found = begin(mode="custodians", coefficients=[])
    found.submit(*THREE)
    return found


def test_everybody_follows_the_opening_live_in_order_and_by_seat(it, server, stack):
    it.close()
    lines = {"public": stack.enter_context(listen(server, it.lot))}
    for name, user in SEATS.items():
        lines[name] = stack.enter_context(listen(server, it.lot, browser(user)))
    started = {name: live.last_number(live.lot_audience(it.lot, name)) for name in AUDIENCES}
    time.sleep(0.3)
    it.show_names()
    it.ready()
    it.host(hosting.hear_names)
    it.release()
    it.run()
    heard = {name: take_until(line, "read_out") for name, line in lines.items()}
    for name, begun in heard.items():
        frames = begun + take(lines[name], 2)
        numbers = [one["n"] for one in frames]
        assert numbers == list(range(started[name] + 1, started[name] + 1 + len(frames)))
        kinds = [one["kind"] for one in frames]
        assert kinds.index("names") < kinds.index("ready") < kinds.index("released") < kinds.index("read_out")
        assert len([one for one in frames if one["kind"] == "read_out"]) == 3
        ready = next(one["data"] for one in frames if one["kind"] == "ready")
        assert ("bad_shares" in ready) == (name in ("host", "witness", "supervisor"))


def test_a_reload_asks_from_a_number_and_gets_exactly_what_it_missed(it, server):
    it.close()
    it.show_names()
    with listen(server, it.lot, since=0) as line:
        whole = take(line, live.last_number(live.lot_audience(it.lot, "public")))
    assert [one["n"] for one in whole] == list(range(1, len(whole) + 1))
    with listen(server, it.lot, since=len(whole) - 2) as line:
        assert take(line, 2) == whole[-2:]
        say(it.lot, said="new")
        [fresh] = take(line, 1)
    assert (fresh["n"], fresh["data"]) == (len(whole) + 1, {"said": "new"})


def test_a_line_that_breaks_again_and_again_misses_nothing(it, server):
    seen = []
    rounds = 12
    for number in range(rounds):
        with listen(server, it.lot, since=seen[-1]["n"] if seen else 0) as line:
            say(it.lot, number=2 * number)
            seen += take(line, 1)
            line.socket.shutdown(socket.SHUT_RDWR)
            say(it.lot, number=2 * number + 1)
    with listen(server, it.lot, since=seen[-1]["n"]) as line:
        for _ in range(2 * rounds - len(seen)):
            seen += take(line, 1)
    assert [one["data"]["number"] for one in seen] == list(range(2 * rounds))
    assert [one["n"] for one in seen] == list(range(1, 2 * rounds + 1))


def test_events_that_come_while_a_client_catches_up_are_neither_lost_nor_doubled(it, server):
    for number in range(300):
        say(it.lot, number=number)
    with listen(server, it.lot, since=0) as line:
        for number in range(300, 330):
            say(it.lot, number=number)
        assert [one["data"]["number"] for one in take(line, 330)] == list(range(330))


def test_a_client_that_stalls_delays_nobody_and_is_dropped(it, server):
    stalled = socket.create_connection(("127.0.0.1", server))
    stalled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    request = (
        f"GET /ws/hall/{it.lot}/?since=0 HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        f"Sec-WebSocket-Version: 13\r\nOrigin: {settings.SITE_URL}\r\n\r\n"
    )
    stalled.sendall(request.encode())
    audience = live.lot_audience(it.lot, "public")
    from kernel.hub import hub

    with listen(server, it.lot, since=0) as line:
        until = time.monotonic() + 5
        while hub.count(audience) < 2 and time.monotonic() < until:
            time.sleep(0.02)
        assert hub.count(audience) == 2
        pad = "x" * 60_000
        worst = 0.0
        for number in range(QUEUE + 120):
            begun = time.monotonic()
            say(it.lot, number=number, pad=pad)
            [frame] = take(line, 1)
            worst = max(worst, time.monotonic() - begun)
            assert frame["data"]["number"] == number
        assert worst < 2.0
        until = time.monotonic() + 10
        while hub.count(audience) > 1 and time.monotonic() < until:
            time.sleep(0.05)
        assert hub.count(audience) == 1, "the stalled client is dropped, the other stays"
    stalled.close()


def test_signing_out_closes_the_sockets_of_the_session(it, server):
    client = browser("host")
    seen = {name: live.last_number(live.lot_audience(it.lot, name)) for name in ("host", "witness")}
    with (
        listen(server, it.lot, client, since=seen["host"]) as mine,
        listen(server, it.lot, browser("witness"), since=seen["witness"]) as other,
    ):
        say(it.lot, said=1)
        take(mine, 1)
        begun = time.monotonic()
        assert client.post("/sign-out/").status_code in (302, 303)
        assert closed_with(mine) == 4003
        assert time.monotonic() - begun < 2
        take(other, 1)
        say(it.lot, said=2)
        assert take(other, 1)[0]["data"] == {"said": 2}


def test_unknown_and_unpublished_lots_are_refused_alike(it, server):
    from tests import factories

    draft = factories.draft(it.actors, code="E5108000009")
    for lot in (uuid.uuid4(), draft):
        with listen(server, lot, browser("host")) as line:
            assert closed_with(line) == 4004


def test_a_foreign_page_opens_no_socket_and_a_client_that_speaks_is_closed(it, server):
    with pytest.raises(InvalidStatus) as found, listen(server, it.lot, origin="https://elsewhere.example"):
        pass
    assert found.value.response.status_code == 403
    with listen(server, it.lot) as line:
        line.send("hello")
        assert closed_with(line) == 4000


def test_a_session_without_its_second_factor_is_the_public(it, server):
    it.close()
    it.show_names()
    it.ready("centre")
    with listen(server, it.lot, browser("host", strong=False), since=0) as line:
        ready = take_until(line, "ready")[-1]
    assert "bad_shares" not in ready["data"]


def test_the_host_of_one_lot_is_the_public_of_another(it, server):
    from tests import cast

    stranger = cast.enrol("host-hospital")
    it.close()
    it.show_names()
    it.ready("centre")
    with listen(server, it.lot, browser(stranger.username), since=0) as line:
        ready = take_until(line, "ready")[-1]
    assert "bad_shares" not in ready["data"]


def test_before_the_deadline_a_socket_says_nothing_to_anyone(it, server):
    for client in (None, browser("bidder1"), browser("bidder7"), browser("host")):
        with listen(server, it.lot, client, since=0) as line:
            with pytest.raises(TimeoutError):
                line.recv(timeout=0.3)


def test_polling_gives_the_same_events(it, server):
    it.close()
    it.show_names()
    with listen(server, it.lot, since=0) as line:
        whole = take(line, live.last_number(live.lot_audience(it.lot, "public")))
    answer = Client().get(f"/lots/{it.lot}/hall/events/?since=0").json()
    assert answer["events"] == whole
    later = Client().get(f"/lots/{it.lot}/hall/events/?since={len(whole) - 1}").json()
    assert later["events"] == whole[-1:]
