"""Gives large files of the store piece by piece, so that a dossier of any size costs a server little memory."""

from collections.abc import AsyncIterator

from asgiref.sync import sync_to_async
from django.http import HttpResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header

from kernel import storage

PIECE = 1 << 20
ZIP, BYTES = "application/zip", "application/octet-stream"


def zip_response(sha256: str, name: str, size: int) -> StreamingHttpResponse:
    """Return a stored zip to be saved under a name; raises MissingBlobError before anything is sent."""
    return file_response(sha256, name, size, kind=ZIP)


def file_response(sha256: str, name: str, size: int, *, kind: str = BYTES) -> StreamingHttpResponse:
    """Return a stored file to be saved under a name, whatever it holds; raises MissingBlobError."""
    storage.open_blob(sha256).close()
    answer = StreamingHttpResponse(_pieces(sha256), content_type=kind)
    answer.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    answer.headers["Content-Length"] = str(size)
    answer.headers["ETag"] = f'"{sha256}"'
    return answer


def data_response(data: bytes, name: str, sha256: str) -> HttpResponse:
    """Return bytes that are made for their reader to be saved under a name, whatever they hold."""
    answer = HttpResponse(data, content_type=BYTES)
    answer.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    answer.headers["Content-Length"] = str(len(data))
    answer.headers["ETag"] = f'"{sha256}"'
    return answer


async def _pieces(sha256: str) -> AsyncIterator[bytes]:
    with await sync_to_async(storage.open_blob, thread_sensitive=False)(sha256) as file:
        read = sync_to_async(file.read, thread_sensitive=False)
        while piece := await read(PIECE):
            yield piece
