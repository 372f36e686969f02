"""Builders for the comparison of bid documents: files, lots, texts that nobody else has written."""

import random

from monitoring.domain.documents import contents
from monitoring.domain.documents.contents import Document, Image, Passage, Table
from monitoring.domain.metadata import Metadata

HAN = "".join(map(chr, range(0x4E00, 0x4E00 + 2000)))


def document(bidder, *paragraphs, name="bid.docx", form="docx", rows=(), images=(), properties=(), **said):
    return Document(
        bidder,
        name,
        Metadata(format=form, **said),
        passages=tuple(Passage(f"paragraph {n}", text) for n, text in enumerate(paragraphs, 1)),
        tables=(Table("table 1", tuple(map(tuple, rows))),) if rows else (),
        images=tuple(Image(digest, size, "page 1") for digest, size in images),
        properties=tuple(properties),
    )


def issued(*paragraphs, **said):
    return document("", *paragraphs, name="tender.docx", **said)


def lot(*documents, given=(), regime="T", names=None, bidders=None):
    return contents.opened_lot(
        regime, bidders or {one.bidder for one in documents}, documents, issued=given, names=names
    )


def only(found):
    assert len(found) == 1, found
    return found[0]


def outcome(found, name):
    return next(str(tried.result) for tried in found.exemptions if tried.name == name)


def prose(seed, letters):
    """Return text that no other seed shares a run of twelve with, in sentences of thirty characters."""
    drawn = random.Random(seed)
    text = "".join(drawn.choice(HAN) for _ in range(letters))
    return "，".join(text[at : at + 30] for at in range(0, letters, 30))
