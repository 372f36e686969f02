"""The text form of an age file (strict PEM), for keys and small files that travel through mail."""

import base64
import io
from typing import Any

from bidding.sealing.age_errors import ArmorError
from bidding.sealing.streams import Reader
from kernel.domain import canonical

BEGIN = b"-----BEGIN AGE ENCRYPTED FILE-----"
END = b"-----END AGE ENCRYPTED FILE-----"
COLUMNS = 64
SPACE_LIMIT = 1024
_SPACE = b" \t\r\n"


def wrap(data: bytes) -> bytes:
    """Return the armored text of an age file."""
    encoded = base64.b64encode(data)
    lines = [encoded[start : start + COLUMNS] for start in range(0, len(encoded), COLUMNS)]
    return b"\n".join([BEGIN, *lines, END]) + b"\n"


class ArmorReader(io.RawIOBase):
    """Reads the age file inside an armored text, line by line; raises ArmorError on any departure.

    Space is allowed before and after, LF and CRLF at line ends; every line but the last holds 64 columns.
    """

    def __init__(self, source: Reader) -> None:
        super().__init__()
        self._source = source
        self._held = b""
        self._started = self._short = self._ended = False

    def readable(self) -> bool:
        """Tell that this stream is for reading."""
        return True

    def readinto(self, buffer: Any, /) -> int:
        """Fill the buffer with decoded bytes; returns 0 at the end of the armor."""
        view = memoryview(buffer).cast("B")
        while not self._held and not self._ended:
            self._advance()
        count = min(len(view), len(self._held))
        view[:count], self._held = self._held[:count], self._held[count:]
        return count

    def _advance(self) -> None:
        if not self._started:
            self._begin()
        line = self._line()
        if line == END:
            self._finish()
            return
        if self._short or not line or len(line) > COLUMNS:
            raise ArmorError("the armor has an empty, a short or a long line where none may be")
        self._short = len(line) < COLUMNS or line.endswith(b"=")
        try:
            self._held = canonical.unb64(line.decode("ascii"))
        except (canonical.NotCanonicalError, UnicodeDecodeError) as error:
            raise ArmorError(f"a line of the armor is not base64: {error}") from error

    def _begin(self) -> None:
        skipped, line = 0, self._source.readline(SPACE_LIMIT)
        while line and not line.strip(_SPACE) and skipped < SPACE_LIMIT:
            skipped, line = skipped + len(line), self._source.readline(SPACE_LIMIT)
        if _without_end(line.lstrip(_SPACE)) != BEGIN or not line.endswith(b"\n"):
            raise ArmorError("the text does not begin as an armored age file does")
        self._started = True

    def _line(self) -> bytes:
        line = self._source.readline(SPACE_LIMIT)
        if not line:
            raise ArmorError("the armor has no end line")
        return _without_end(line)

    def _finish(self) -> None:
        if self._source.read(SPACE_LIMIT + 1).strip(_SPACE):
            raise ArmorError("there is something after the armor's end")
        if self._source.read(1):
            raise ArmorError("there is too much space after the armor's end")
        self._ended = True


def unwrap(source: Reader) -> io.BufferedReader:
    """Return a reader of the age file inside an armored text."""
    return io.BufferedReader(ArmorReader(source))


def _without_end(line: bytes) -> bytes:
    return line.removesuffix(b"\n").removesuffix(b"\r")
