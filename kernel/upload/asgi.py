"""tus 1.0 (core protocol) over ASGI: HEAD tells how far an upload is, PATCH goes on from there."""

import asyncio
import fcntl
import hashlib
import logging
import os
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import IO, Any, cast

from asgiref.sync import sync_to_async
from django.db import close_old_connections

from kernel.models import Upload
from kernel.upload import receive, stamps
from kernel.upload.stamps import Stamp

logger = logging.getLogger(__name__)
VERSION = b"1.0.0"
PREFIX = "/upload/"
MAX_HASHES = 1024
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Authenticate = Callable[[str], str | None]


class Answer(Exception):  # noqa: N818 - an answer is no error
    """An HTTP answer that ends the request."""

    def __init__(self, status: int, text: str = "", headers: dict[str, str] | None = None) -> None:
        super().__init__(text)
        self.status, self.text, self.headers = status, text, headers or {}


@dataclass(slots=True)
class Growing:
    """An upload while its bytes arrive: file, hash so far, offset."""

    row: Upload
    file: IO[bytes]
    hash: "hashlib._Hash"
    offset: int


class UploadApp:
    """The ASGI application; `authenticate(token)` names the owner that a bearer token stands for."""

    def __init__(self, authenticate: Authenticate) -> None:
        self._authenticate = authenticate
        self._hashes: dict[uuid.UUID, tuple[int, hashlib._Hash]] = {}

    async def __call__(self, scope: Scope, receive_: Receive, send: Send) -> None:
        """Answer one request."""
        headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in scope["headers"]}
        try:
            await self._route(scope, headers, receive_)
        except Answer as answer:
            await _reply(send, answer)
        except Exception:
            logger.exception("an upload failed")
            await _reply(send, Answer(500, "The upload could not be stored. Nothing is lost: go on later."))

    async def _route(self, scope: Scope, headers: dict[str, str], receive_: Receive) -> None:
        if scope["method"] == "OPTIONS":
            raise Answer(204, headers={"Tus-Version": "1.0.0"})
        row = await self._find(scope["path"], headers)
        if scope["method"] == "HEAD":
            here = await _thread(receive.received, row)
            raise Answer(200, headers={**_offsets(here, row), "Cache-Control": "no-store"})
        if scope["method"] != "PATCH":
            raise Answer(405, "An upload knows HEAD and PATCH.", {"Allow": "HEAD, PATCH, OPTIONS"})
        if headers.get("content-type") != "application/offset+octet-stream":
            raise Answer(415, "Content-Type must be application/offset+octet-stream.")
        if not headers.get("upload-offset", "").isdigit():
            raise Answer(400, "Upload-Offset says from which byte on you send.")
        await self._patch(row, int(headers["upload-offset"]), receive_)

    async def _find(self, path: str, headers: dict[str, str]) -> Upload:
        if headers.get("tus-resumable") != "1.0.0":
            raise Answer(412, "Tus-Resumable must be 1.0.0.", {"Tus-Version": "1.0.0"})
        scheme, _, token = headers.get("authorization", "").partition(" ")
        owner = await _thread(self._authenticate, token) if scheme.lower() == "bearer" else None
        if owner is None:
            raise Answer(401, "Sign in with your certificate first.", {"WWW-Authenticate": "Bearer"})
        try:
            row = await _thread(receive.find, uuid.UUID(path.removeprefix(PREFIX)), owner)
        except ValueError:
            row = None
        if row is None:
            raise Answer(404, "There is no such upload.")
        return cast("Upload", row)

    async def _patch(self, row: Upload, offset: int, receive_: Receive) -> None:
        if row.stamped_at is not None:
            raise Answer(204 if offset == row.length else 409, headers=_offsets(row.length, row))
        growing = await _thread(self._open, row)
        try:
            whole = await self._grow(growing, offset, receive_)
        except BaseException:
            stamps.close(row.pk)
            growing.file.close()
            raise
        finally:
            self._remember(growing)
        if whole is not None:
            await asyncio.shield(_thread(_finish, growing, whole))
        else:
            growing.file.close()
        raise Answer(204, headers=_offsets(growing.offset, row))

    def _remember(self, growing: Growing) -> None:
        if len(self._hashes) >= MAX_HASHES:
            self._hashes.clear()
        self._hashes[growing.row.pk] = (growing.offset, growing.hash)

    def _open(self, row: Upload) -> Growing:
        file = stamps.part_path(row.pk).open("ab+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.close()
            raise Answer(423, "This upload is being sent on another connection.") from error
        here = file.seek(0, os.SEEK_END)
        known, digest = self._hashes.get(row.pk, (0, hashlib.sha256()))
        if known != here:
            digest = hashlib.sha256()
            file.seek(0)
            while block := file.read(1 << 20):
                digest.update(block)
        return Growing(row=row, file=file, hash=digest, offset=here)

    async def _grow(self, growing: Growing, offset: int, receive_: Receive) -> Stamp | None:
        if growing.offset != offset:
            here = _offsets(growing.offset, growing.row)
            raise Answer(409, "Upload-Offset is not where this upload stands.", here)
        if growing.offset == growing.row.length:
            return _stamp(growing, stamps.open_now(growing.row.pk))
        while True:
            message = await receive_()
            if message["type"] == "http.disconnect":
                growing.file.flush()
                return None
            body = message.get("body", b"")
            left = growing.row.length - growing.offset
            if len(body) > left:
                raise Answer(413, "More bytes than were declared.", _offsets(growing.offset, growing.row))
            moment = stamps.open_now(growing.row.pk) if body and len(body) == left else None
            growing.file.write(body)
            growing.hash.update(body)
            growing.offset += len(body)
            if moment is not None:
                return _stamp(growing, moment)
            if not message.get("more_body"):
                growing.file.flush()
                return None


def _stamp(growing: Growing, moment: Any) -> Stamp:
    return Stamp(
        upload=growing.row.pk,
        at=moment,
        sha256=growing.hash.hexdigest(),
        length=growing.offset,
        process=stamps.PROCESS,
    )


def _finish(growing: Growing, stamp: Stamp) -> None:
    try:
        with growing.file as file:
            file.flush()
            os.fsync(file.fileno())
            stamps.write(stamp)
            receive.complete(stamp)
    finally:
        stamps.close(stamp.upload)


def _offsets(offset: int, row: Upload) -> dict[str, str]:
    return {"Upload-Offset": str(offset), "Upload-Length": str(row.length)}


async def _thread(function: Callable[..., Any], *arguments: Any) -> Any:
    return await sync_to_async(_with_connection, thread_sensitive=False)(function, *arguments)


def _with_connection(function: Callable[..., Any], *arguments: Any) -> Any:
    close_old_connections()
    try:
        return function(*arguments)
    finally:
        close_old_connections()


async def _reply(send: Send, answer: Answer) -> None:
    body = answer.text.encode()
    pairs = {"Tus-Resumable": "1.0.0", **answer.headers}
    if body:
        pairs["Content-Type"] = "text/plain; charset=utf-8"
    head = [(k.lower().encode(), v.encode()) for k, v in pairs.items()]
    head += [(b"x-content-type-options", b"nosniff"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": answer.status, "headers": head})
    await send({"type": "http.response.body", "body": body})
