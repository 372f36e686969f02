"""The couriers of calls to banks and issuers: threads of their own, so that nothing else waits for an answer."""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import httpx
from django.db import close_old_connections, connection

from accounts import queries as accounts
from deposits.actions import answering, calling
from deposits.domain import envelope
from deposits.domain.calls import CallError
from deposits.domain.envelope import AnswerRefusedError, EnvelopeError
from deposits.domain.ledger import LedgerError
from kernel import clock
from kernel.domain.lifecycles import IllegalStepError

logger = logging.getLogger(__name__)
TIMEOUT_SECONDS = 5.0
COURIERS = 2
_couriers = ThreadPoolExecutor(max_workers=COURIERS, thread_name_prefix="calls")
_lock = threading.Lock()
_under_way: set[int] = set()


class UnreachableError(Exception):
    """The other side was not reached, or answered with something that is no message."""


def dispatch(pk: int, *, now: datetime) -> None:  # noqa: ARG001 - a due source; the courier reads the clock when it sends
    """Hand a due call to a courier, unless one is on its way with it."""
    with _lock:
        if pk in _under_way:
            return
        _under_way.add(pk)
    _couriers.submit(_carry, pk)


def send(pk: int, *, now: datetime) -> bool:
    """Send a due call and take its answer; returns whether it was answered as agreed. What failed is tried again."""
    outgoing = calling.claim(pk, now=now)
    if outgoing is None:
        return False
    try:
        body = _post(outgoing.url, envelope.to_bytes(outgoing.message))
        answer = envelope.open_reply(
            envelope.read(body),
            outgoing.message,
            call=outgoing.call,
            domain=outgoing.domain,
            roots=accounts.roots(),
            now=clock.now(),
            sender=outgoing.sender,
        )
        answering.answer(pk, answer, now=clock.now())
    except (
        UnreachableError,
        EnvelopeError,
        AnswerRefusedError,
        CallError,
        LedgerError,
        IllegalStepError,
    ) as error:
        logger.warning("call %s (%s): %s", pk, outgoing.call, error)
        answering.failed(pk, str(error), now=clock.now())
        return False
    return True


def _carry(pk: int) -> None:
    try:
        close_old_connections()
        send(pk, now=clock.now())
    except Exception as error:
        logger.exception("call %s", pk)
        answering.failed(pk, f"{type(error).__name__}: {error}", now=clock.now())
    finally:
        connection.close()
        with _lock:
            _under_way.discard(pk)


def _post(url: str, body: bytes) -> bytes:
    try:
        with httpx.Client(timeout=TIMEOUT_SECONDS) as client:
            headers = {"Content-Type": "application/json"}
            with client.stream("POST", url, content=body, headers=headers) as answer:
                if answer.status_code != httpx.codes.OK:
                    raise UnreachableError(f"{url} answered with HTTP {answer.status_code}")
                found = bytearray()
                for piece in answer.iter_bytes():
                    found += piece
                    if len(found) > envelope.BYTES_MOST:
                        raise UnreachableError(f"{url} answered with too many bytes")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise UnreachableError(f"{url} cannot be reached: {error}") from error
    return bytes(found)
