"""40-(1): one preparer by the files' metadata, one unusual template, one embedded picture."""

from collections import defaultdict
from collections.abc import Iterator

from monitoring.domain import authorship, commonplace
from monitoring.domain.commonplace import plain
from monitoring.domain.documents.contents import Document, Image, OpenedLot, is_commonplace, shared, tried
from monitoring.domain.indications import Indication, Item, Place, explanation, indication

TINY = 1024
"""Bytes under which a picture is a bullet, a line or a symbol of the program and says nothing of its maker."""


def same_makers(lot: OpenedLot) -> list[Indication]:
    """Return the indications for one person or unit in the metadata (`authorship.same_preparer`). Source: 条例40(1)."""
    return authorship.same_preparer(
        [authorship.BidDocument(one.bidder, one.name, one.metadata) for one in lot.documents],
        regime=lot.regime,
        issued=[one.metadata for one in lot.issued],
    )


def same_template(lot: OpenedLot) -> list[Indication]:
    """Return one indication for each template that files of two bidders name, made by one program.

    Program and template must both be equal: either alone is a circumstance that honest files share. Source:
    条例40(1), COLLUSION section 5 (creating software and template ids).
    """
    found: dict[tuple[str, str], list[Document]] = defaultdict(list)
    for document in lot.documents:
        if document.metadata.template and document.metadata.software:
            found[plain(document.metadata.template), plain(document.metadata.software)].append(document)
    issued = {plain(document.metadata.template) for document in lot.issued}
    return [
        indication(
            Item.SAME_PREPARER,
            regime=lot.regime,
            evidence=[
                shared(
                    "template",
                    files[0].metadata.template,
                    (Place(one.bidder, one.name, "template") for one in files),
                    {"software": files[0].metadata.software},
                )
            ],
            exemptions=[
                explanation("tender_document", lot.issued, template in issued),
                tried("default_template", template in commonplace.DEFAULT_TEMPLATES),
                is_commonplace({one.bidder for one in files}, lot),
            ],
        )
        for (template, _), files in sorted(found.items())
        if len({one.bidder for one in files}) > 1
    ]


def same_images(lot: OpenedLot) -> list[Indication]:
    """Return one indication for each picture whose bytes files of two bidders hold. Source: 条例40(1)."""
    found: dict[str, list[tuple[Image, Place]]] = defaultdict(list)
    for image, place in _images(lot):
        found[image.sha256].append((image, place))
    issued = {image.sha256 for document in lot.issued for image in document.images}
    return [
        indication(
            Item.SAME_PREPARER,
            regime=lot.regime,
            evidence=[shared("image", digest, (place for _, place in held), {"bytes": str(held[0][0].size)})],
            exemptions=[
                explanation("tender_document", lot.issued, digest in issued, documents=str(len(lot.issued))),
                is_commonplace({place.bidder for _, place in held}, lot),
                tried("tiny_image", held[0][0].size < TINY, bytes=str(held[0][0].size), least=str(TINY)),
            ],
        )
        for digest, held in sorted(found.items())
        if len({place.bidder for _, place in held}) > 1
    ]


def _images(lot: OpenedLot) -> Iterator[tuple[Image, Place]]:
    for document in lot.documents:
        for image in document.images:
            yield image, Place(document.bidder, document.name, image.where)
