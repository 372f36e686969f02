"""The files of opened bids for those who judge them: listed from the plain parts and read one at a time."""

import uuid
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO

from django.http import Http404

from bidding import queries as bidding
from bidding.domain.notice import PARTS
from bidding.domain.parts import MANIFEST_NAME
from kernel import storage
from kernel.domain import canonical


@dataclass(frozen=True, slots=True)
class Paper:
    """A file of an opened part: its place in the manifest, its name as sealed, its length and hash."""

    part: str
    index: int
    name: str
    length: int
    sha256: str

    @property
    def file_name(self) -> str:
        """The name under which it is saved: the last component alone."""
        return PurePosixPath(self.name).name


def papers(bid: str) -> list[Paper]:
    """Return the files of a bid's opened parts, in the order of parts and manifests."""
    return [paper for part in PARTS for paper in _listed(bid, part)]


def open_paper(bid: str, part: str, index: int) -> tuple[Paper, IO[bytes]]:
    """Open a file of an opened part for reading; 404 when there is none. Closing it closes the part too."""
    found = next((one for one in _listed(bid, part) if one.index == index), None)
    digest = bidding.plain_part(uuid.UUID(bid), part) if part in PARTS else None
    if found is None or digest is None:
        raise Http404
    with zipfile.ZipFile(storage.path(digest)) as archive:
        return found, archive.open(found.name)


def _listed(bid: str, part: str) -> Iterator[Paper]:
    digest = bidding.plain_part(uuid.UUID(bid), part) if part in PARTS else None
    if digest is None:
        return
    with zipfile.ZipFile(storage.path(digest)) as archive:
        manifest = canonical.from_bytes(archive.read(MANIFEST_NAME))
    for index, one in enumerate(manifest["files"]):
        yield Paper(part, index, one["name"], one["length"], one["sha256"])
