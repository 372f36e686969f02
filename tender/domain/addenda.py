"""What an addendum may do: when it moves the deadline, what it cannot change, and its canonical object (T-04, G-04)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from kernel.domain import canonical
from kernel.domain.refusals import ALLOWED, Decision
from tender.domain import instants, periods, wording
from tender.domain.rulebook import FrozenEdition
from tender.domain.terms import Attachment


def judge_addendum(
    edition: FrozenEdition,
    *,
    at: datetime,
    deadline: datetime,
    new_deadline: datetime | None,
    affects_bids: bool,
    reseal: bool = False,
    changed: Sequence[str] = (),
) -> Decision:
    """Judge an addendum published at `at` while `deadline` is T.

    One that affects bids, or demands resealing, leaves the lead of T-04 / G-04 until T or moves T that far;
    T only ever moves back. `changed` names what it touches (`subject`, `qualification`): regime G fixes both.
    """
    rule = edition.rule("clarification_lead")
    shown = {"at": instants.clock(at), "deadline": instants.clock(deadline)}
    if at >= deadline:
        return rule.answer("after_deadline", shown)
    fixed = set(rule.codes("fixed")) if "fixed" in rule.parameters else set()
    if fixed & set(changed):
        return rule.answer("fixed_by_law", {"changed": ", ".join(sorted(fixed & set(changed)))})
    if new_deadline is not None and new_deadline <= deadline:
        return rule.answer("deadline_moved_earlier", shown | {"new_deadline": instants.clock(new_deadline)})
    earliest = at + periods.lead(rule)
    if not (affects_bids or reseal) or (new_deadline or deadline) >= earliest:
        return ALLOWED
    facts = {
        "limit": str(rule.count()),
        "unit": wording.UNITS[rule.parameter().unit],
        "earliest": instants.clock(earliest),
    }
    if new_deadline is None:
        return rule.answer("deadline_must_move", shown | facts | {"left": instants.span(deadline - at)})
    return rule.answer(
        "deadline_moves_too_little", shown | facts | {"new_deadline": instants.clock(new_deadline)}
    )


def build_addendum(
    *,
    tender: str,
    lot: str,
    notice: str,
    number: int,
    previous: str | None,
    published_at: datetime,
    text: str,
    deadline: datetime | None,
    reseal: bool,
    documents: Sequence[Attachment],
) -> dict[str, Any]:
    """Return the addendum of docs/formats.md section 3; `notice` and `previous` are hashes.

    Raises ValueError when number and previous do not make a chain, NotCanonicalError for unfit text.
    """
    if number < 1 or (number == 1) != (previous is None):
        raise ValueError(
            "addendum 1 has no previous one, every later addendum names the hash of the one before"
        )
    addendum = {
        "domain": "yangguang/addendum/v1",
        "tender": tender,
        "lot": lot,
        "notice": notice,
        "number": number,
        "previous": previous,
        "published_at": canonical.instant(published_at),
        "text": text,
        "deadline": canonical.instant(deadline) if deadline is not None else None,
        "reseal": reseal,
        "documents": [each.as_json() for each in documents],
    }
    canonical.to_bytes(addendum)
    return addendum
