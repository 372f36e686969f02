"""40-(4): text that two bids share beyond what was issued with the tender and what most bidders hold."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from monitoring.domain.documents.contents import (
    COMMONPLACE_FROM,
    Document,
    OpenedLot,
    hidden,
    letters,
    shared,
)
from monitoring.domain.indications import (
    Evidence,
    Exemption,
    Indication,
    Item,
    Place,
    Result,
    indication,
)

SHINGLE = 12
"""Letters in a row that must be equal: about a clause, so that names of norms and trade phrases alone do not count."""
SIMILAR = 0.80
"""Share of a file's own text that another bid holds too (COLLUSION section 5)."""
OWN_LEAST = 500
"""Letters of own text, about a page; of less, a form filled in with the same figures is the whole text."""
CUSTOM_MOST = 3000
"""Letters, two to three pages, that a trade may share by custom; more in one file no majority of bidders explains."""
EXCERPTS = 3
EXCERPT_LETTERS = 80

Hashes = npt.NDArray[np.uint64]
Runs = npt.NDArray[np.int64]
"""For each place of a text, the number of the run of letters that begins there."""
Mask = npt.NDArray[np.bool_]
_BASE, _SPREAD = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93)
_EMPTY: Hashes = np.zeros(0, dtype=np.uint64)


@dataclass(frozen=True, slots=True)
class _Text:
    document: Document
    letters: str
    passages: npt.NDArray[np.int64]
    runs: Runs
    own: Mask
    uncommon: Mask


@dataclass(frozen=True, slots=True)
class _Alike:
    """How much of one file another bid holds: with nothing left out, without issued, without common text."""

    text: _Text
    other: str
    raw: float
    without_issued: float
    own: int
    without_common: float
    uncommon: int
    mask: Mask


def similar_texts(lot: OpenedLot) -> list[Indication]:
    """Return one indication for each two bidders of whom one's file is held by the other's bid to 80 % or more.

    The share is that of letters and digits (punctuation, spaces and width dropped) that lie in a run of 12 or
    more which the other bid holds too, over all letters of the file that the issued files do not hold. Workbooks
    are left out: their words are the issued items. Source: 条例40(4), 87号令37(4), COLLUSION section 5.
    """
    texts, held = _texts(lot)
    found: list[Indication] = []
    for one, other in itertools.combinations(lot.bidders, 2):
        alike = [
            *(_alike(text, other, held[other]) for text in texts[one]),
            *(_alike(text, one, held[one]) for text in texts[other]),
        ]
        if similar := [each for each in alike if each.raw >= SIMILAR]:
            found.append(_indication(similar, texts, lot))
    return found


def _texts(lot: OpenedLot) -> tuple[dict[str, list[_Text]], dict[str, Mask]]:
    """Return each bidder's texts, and for each bidder which of all runs of letters its texts hold."""
    prose = [one for one in lot.documents if one.is_prose]
    joined = [[letters(passage.text) for passage in one.passages] for one in prose]
    hashes = [_hashes("".join(parts)) for parts in joined]
    known, numbers = np.unique(np.concatenate([_EMPTY, *hashes]), return_inverse=True)
    runs = np.split(numbers, np.cumsum([len(each) for each in hashes]))
    given = [_hashes("".join(letters(passage.text) for passage in one.passages)) for one in lot.issued]
    issued = np.isin(known, np.unique(np.concatenate([_EMPTY, *given])), assume_unique=True)
    held = {
        bidder: _mask(
            len(known), (each for one, each in zip(prose, runs, strict=False) if one.bidder == bidder)
        )
        for bidder in lot.bidders
    }
    common = _commonplace(list(held.values()))
    texts: dict[str, list[_Text]] = {bidder: [] for bidder in lot.bidders}
    for one, parts, each in zip(prose, joined, runs, strict=False):
        texts[one.bidder].append(_text(one, parts, each, issued, common))
    return texts, held


def _text(document: Document, parts: Sequence[str], runs: Runs, issued: Mask, common: Mask | None) -> _Text:
    joined = "".join(parts)
    passages = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    own = ~_covered(len(joined), runs, issued)
    uncommon = own if common is None else own & ~_covered(len(joined), runs, common)
    return _Text(document, joined, passages, runs, own, uncommon)


def _hashes(text: str) -> Hashes:
    """Return a 64-bit polynomial of each run of letters; equal on every machine, unlike Python's own hash."""
    if len(text) < SHINGLE:
        return _EMPTY
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    codes = (codes + np.uint64(1)) * _SPREAD
    codes ^= codes >> np.uint64(29)
    count = len(codes) - SHINGLE + 1
    total = np.zeros(count, dtype=np.uint64)
    for step in range(SHINGLE):
        total = total * _BASE + codes[step : step + count]
    return total


def _mask(size: int, runs: Iterable[Runs]) -> Mask:
    held = np.zeros(size, dtype=np.bool_)
    for each in runs:
        held[each] = True
    return held


def _commonplace(held: Sequence[Mask]) -> Mask | None:
    """Return which runs more than half of the bidders hold, None with too few bidders to tell."""
    if len(held) < COMMONPLACE_FROM:
        return None
    counts = np.zeros(len(held[0]), dtype=np.int32)
    for each in held:
        counts += each
    common: Mask = 2 * counts > len(held)
    return common


def _covered(size: int, runs: Runs, known: Mask) -> Mask:
    """Return, for each of the letters of a text, whether it lies in a run that is known."""
    edges = np.zeros(size + 1, dtype=np.int32)
    starts = np.flatnonzero(known[runs])
    edges[starts] += 1
    edges[starts + SHINGLE] -= 1
    covered: Mask = np.cumsum(edges)[:-1] > 0
    return covered


def _alike(text: _Text, other: str, held: Mask) -> _Alike:
    theirs = _covered(len(text.letters), text.runs, held)
    raw, without_issued, without_common = (
        float(theirs[part].mean()) if int(part.sum()) >= OWN_LEAST else 0.0
        for part in (np.ones_like(theirs), text.own, text.uncommon)
    )
    return _Alike(
        text,
        other,
        max(raw, without_issued),
        without_issued,
        int(text.own.sum()),
        without_common,
        int(text.uncommon.sum()),
        theirs & text.own,
    )


def _indication(
    similar: Sequence[_Alike], texts: Mapping[str, Sequence[_Text]], lot: OpenedLot
) -> Indication:
    evidence = [
        _evidence(each, texts[each.other]) for each in sorted(similar, key=lambda each: -each.without_issued)
    ]
    return indication(
        Item.REGULAR_PRICES,
        regime=lot.regime,
        evidence=evidence,
        exemptions=[_without_issued(similar, lot), _without_common(similar, lot)],
    )


def _without_issued(similar: Sequence[_Alike], lot: OpenedLot) -> Exemption:
    best = max(similar, key=lambda each: (each.without_issued, each.own))
    facts = {"similarity": f"{best.without_issued:.3f}", "own": str(best.own), "least": str(OWN_LEAST)}
    if not lot.issued:
        return Exemption("tender_document", facts, Result.UNTRIED)
    explains = best.without_issued < SIMILAR
    return Exemption("tender_document", facts, Result.EXPLAINS if explains else Result.FAILS)


def _without_common(similar: Sequence[_Alike], lot: OpenedLot) -> Exemption:
    """Try the majority's text; where it is all of a long file, custom is no explanation and nothing is left to try."""
    beyond = [each for each in similar if each.without_issued >= SIMILAR] or similar
    best = max(beyond, key=lambda each: (each.without_common, each.own - each.uncommon))
    facts = {"similarity": f"{best.without_common:.3f}", "own": str(best.uncommon), "least": str(OWN_LEAST)}
    if len(lot.bidders) < COMMONPLACE_FROM:
        return Exemption("commonplace", facts, Result.UNTRIED)
    if any(each.without_common >= SIMILAR for each in beyond):
        return Exemption("commonplace", facts, Result.FAILS)
    if any(each.uncommon < OWN_LEAST and each.own > CUSTOM_MOST for each in beyond):
        return Exemption("commonplace", {**facts, "custom_most": str(CUSTOM_MOST)}, Result.UNTRIED)
    return Exemption("commonplace", facts, Result.EXPLAINS)


def _evidence(each: _Alike, theirs: Sequence[_Text]) -> Evidence:
    document = each.text.document
    excerpts: list[str] = []
    places: list[Place] = []
    for start, end in _longest(each.mask):
        excerpt = each.text.letters[start : min(end, start + EXCERPT_LETTERS)]
        excerpts.append(excerpt)
        places.append(Place(document.bidder, document.name, _where(each.text, start)))
        places += _found(excerpt, theirs)
    facts = {
        "similarity": f"{each.raw:.3f}",
        "beyond_tender_document": f"{each.without_issued:.3f}",
        "own_letters": str(each.own),
        "excerpts": hidden(" … ".join(excerpts)),
    }
    places = places or [Place(document.bidder, document.name, ""), Place(each.other, "", "")]
    return shared("similar_text", f"{each.raw:.3f}", places, facts)


def _longest(mask: Mask) -> list[tuple[int, int]]:
    """Return the longest runs, the first of equal ones first."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    runs = [(int(start), int(end)) for start, end in zip(edges[::2], edges[1::2], strict=True)]
    return sorted(runs, key=lambda run: (run[0] - run[1], run[0]))[:EXCERPTS]


def _where(text: _Text, position: int) -> str:
    return text.document.passages[int(text.passages[position])].where


def _found(excerpt: str, theirs: Sequence[_Text]) -> list[Place]:
    """Return where the other bid holds an excerpt: whole, or at least its first run."""
    for part in (excerpt, excerpt[:SHINGLE]):
        for text in theirs:
            if (position := text.letters.find(part)) >= 0:
                return [Place(text.document.bidder, text.document.name, _where(text, position))]
    return []
