"""The table of suites; a notice names one by its id, for good, and no algorithm is named outside its suite."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from bidding.domain.suite import SuiteShape
from bidding.sealing.age1 import Age1
from bidding.sealing.age_errors import AgeError
from bidding.sealing.streams import Block, Reader, Sink, Source

ContainerError = AgeError


class Suite(Protocol):
    """How keys are made and dealt and how containers are sealed and opened; keys and recipients are text.

    Every method raises ContainerError for a key, recipient or container that it cannot use.
    """

    shape: SuiteShape

    def new_key(self) -> str:
        """Return a fresh key."""

    def recipient(self, key: str) -> str:
        """Return the recipient of a key."""

    def seal(self, source: Source, sink: Sink, recipient: str) -> int:
        """Seal a stream; returns the content's length."""

    def open(self, source: Reader, key: str, observer: Sink) -> Iterator[tuple[memoryview, Block]]:
        """Yield the authentic content of a container, its own bytes shown to `observer`."""

    def seal_bytes(self, content: bytes, recipient: str) -> bytes:
        """Seal a small content."""

    def file_key(self, container: bytes, key: str) -> bytes:
        """Return what opens one small container for anyone."""

    def open_with_file_key(self, container: bytes, file_key: bytes) -> tuple[bytes, ContainerError | None]:
        """Return the content of a small container, and the error that ended it."""

    def check_container(self, head: bytes) -> None:
        """Check how a container begins."""

    def split(self, key: str, *, threshold: int, count: int) -> list[str]:
        """Return one share of a key for each custodian."""

    def split_secret(self, secret: bytes, *, threshold: int, count: int) -> list[str]:
        """Return one share of 32 bytes for each custodian."""

    def join_secret(self, mnemonics: Sequence[str]) -> bytes:
        """Return the 32 bytes from exactly as many shares as the threshold; raises ShareError."""

    def rebuild(self, mnemonics: Sequence[str], *, threshold: int) -> Iterable[str]:
        """Yield the keys that the subsets of shares give."""

    def check_share(self, mnemonic: str, *, index: int, threshold: int, count: int) -> None:
        """Check one share by itself; raises ShareError."""


_AGE1: Suite = Age1()
SUITES: Mapping[str, Suite] = {_AGE1.shape.id: _AGE1}
SHAPES: Mapping[str, SuiteShape] = {name: suite.shape for name, suite in SUITES.items()}


def suite_of(shape: SuiteShape) -> Suite:
    """Return the suite that a notice names."""
    return SUITES[shape.id]
