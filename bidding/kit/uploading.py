"""Declaring a bid and sending its parts: goes on after a cut or a killed process, says "received" only when proven."""

import argparse
import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bidding.domain import statements
from bidding.kit import answers, bids, receipts
from bidding.kit.bids import StoredBid
from bidding.kit.errors import KitError, RefusedError
from bidding.kit.net import Server, retry_after
from bidding.kit.session import Kit
from kernel.domain import canonical

BLOCK = 256 * 1024
CONTENT_TYPE = "application/offset+octet-stream"
_AGAIN = frozenset({httpx.codes.LOCKED, httpx.codes.UNAUTHORIZED, httpx.codes.TOO_MANY_REQUESTS})


@dataclass(slots=True)
class Sending:
    """One part on its way: how many of its bytes the platform has."""

    server: Server
    url: str
    path: Path
    length: int
    offset: int
    report: Callable[[int, int], None]


def upload(kit: Kit, options: argparse.Namespace) -> dict[str, Any]:
    """Bring a sealed bid to the platform; a second call is harmless, and goes on where the first one ended."""
    bid = bids.load(kit, options.bid)
    if not options.no_check:
        _check_files(kit, bid)
    answer = _declare(kit, bid)
    uploads = answers.mapping(answer.get("uploads") or {}, "uploads")
    if answer.get("receipt") is None:
        for part in bid.statement.parts:
            _send(kit, bid, part.name, answers.mapping(uploads.get(part.name), f"uploads.{part.name}"))
    proven, path = receipts.settled(kit, bid, wait=options.wait)
    receipts.tell(kit, proven)
    return {**receipts.facts(proven), "file": str(path)}


def _check_files(kit: Kit, bid: StoredBid) -> None:
    """Raise KitError when a container is no longer what was signed: the platform could only refuse it."""
    for part in bid.statement.parts:
        path = bid.container(part.name)
        report = kit.console.progress("checking", statements.container_name(part.name))
        digest, done = hashlib.sha256(), 0
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                digest.update(block)
                done += len(block)
                report(done, part.length)
        if (digest.hexdigest(), done) != (part.sha256, part.length):
            raise KitError("container_changed", path=path)


def _declare(kit: Kit, bid: StoredBid) -> dict[str, Any]:
    shares = {
        part: {role: canonical.b64(data) for role, data in dealt.items()}
        for part, dealt in bid.shares().items()
    }
    body = {
        "statement": bid.act.data.decode("utf-8"),
        "signature": canonical.b64(bid.act.signature),
        "shares": shares,
    }
    try:
        return answers.mapping(kit.server.post(f"/api/lots/{bid.lot}/bids", body), "answer")
    except RefusedError as error:
        receipts.keep_refusal(kit, error)
        raise


def _send(kit: Kit, bid: StoredBid, part: str, told: Mapping[str, Any]) -> None:
    """Send what is missing of a part, with patience that every byte renews.

    Only the answer to the last byte ends it: where that answer was lost, sending nothing more asks for it again.
    """
    path, name = bid.container(part), statements.container_name(part)
    length = path.stat().st_size
    if answers.number(told, "length") != length:
        raise KitError("container_changed", path=path)
    sending = Sending(
        kit.server,
        answers.text(told, "url"),
        path,
        length,
        answers.number(told, "offset"),
        kit.console.progress("uploading", name),
    )
    patience = kit.server.patience()
    while True:
        before = sending.offset
        try:
            why, least = _outcome(sending, _patch(sending))
        except httpx.TransportError as error:
            why, least = str(error) or type(error).__name__, 0.0
        if not why:
            return
        sending.offset = _ask(sending, why)
        if sending.offset > before:
            patience.renew()
        patience.wait(why, least=least)


def _outcome(sending: Sending, answer: httpx.Response) -> tuple[str, float]:
    """Return why a part must be sent on, empty when it is whole; raises KitError when sending on is of no use."""
    if answer.status_code == httpx.codes.NO_CONTENT:
        sending.offset = _offset(answer)
        return ("" if sending.offset == sending.length else "the answer came before the end"), 0.0
    if answer.status_code == httpx.codes.CONFLICT or answer.status_code in _AGAIN or answer.is_server_error:
        return f"HTTP {answer.status_code}", retry_after(answer)
    if answer.status_code == httpx.codes.NOT_FOUND:
        raise KitError("not_found", path=sending.url)
    raise KitError("platform_said", status=answer.status_code, detail=answer.text[:200])


def _ask(sending: Sending, why: str) -> int:
    """Ask how much the platform has, with patience."""
    patience = sending.server.patience()
    while True:
        try:
            answer = sending.server.send(sending.server.upload_request("HEAD", sending.url))
        except httpx.TransportError as error:
            patience.wait(str(error) or why)
            continue
        if answer.status_code == httpx.codes.OK:
            return _offset(answer)
        if answer.status_code == httpx.codes.NOT_FOUND:
            raise KitError("not_found", path=sending.url)
        patience.wait(f"HTTP {answer.status_code}", least=retry_after(answer))


def _patch(sending: Sending) -> httpx.Response:
    headers = {
        "Content-Type": CONTENT_TYPE,
        "Upload-Offset": str(sending.offset),
        "Content-Length": str(sending.length - sending.offset),
    }
    request = sending.server.upload_request("PATCH", sending.url, headers=headers, content=_blocks(sending))
    return sending.server.send(request)


def _blocks(sending: Sending) -> Iterator[bytes]:
    """Yield a part's bytes from the offset on; progress shows what was handed to the network."""
    done = sending.offset
    with sending.path.open("rb") as file:
        file.seek(done)
        while block := file.read(BLOCK):
            yield block
            done += len(block)
            sending.report(done, sending.length)


def _offset(answer: httpx.Response) -> int:
    told = answer.headers.get("Upload-Offset", "")
    if not told.isdigit():
        raise answers.odd("Upload-Offset")
    return int(told)
