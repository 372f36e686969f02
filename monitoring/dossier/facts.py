"""Everything that a dossier is made of, read at one moment through the queries of all apps."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts import queries as accounts
from bidding.queries import evidence as bidding
from bidding.queries.evidence import LotEvidence
from evaluation.queries import record as evaluation
from evaluation.queries.record import Signature
from kernel import chains, evidence, log
from kernel.calendar import working_calendar
from kernel.chains import Logged
from kernel.domain import canonical, leaves, notes
from kernel.domain.workdays import WorkingCalendar
from tender import queries as tender
from tender.domain.lifecycle import EXITS, LotState
from tender.queries import LotRecord

STATUS = "tender:lot:status"
WAY = tuple(str(state) for state in LotState if state not in EXITS or state is LotState.ARCHIVED)
"""The states of a lot in their order, without the exits that leave it early."""


class NotLoggedError(Exception):
    """Acts of the lot are not in the log yet, or no quorum of witnesses has seen them; both come by themselves."""


@dataclass(frozen=True, slots=True)
class Publication:
    """A document that the lot made public, with the signatures of the two sides where it was signed."""

    document: bytes
    signature: bytes
    counter_signature: bytes


@dataclass(frozen=True, slots=True)
class LogFacts:
    """The lot's acts with their proofs to one checkpoint, and from each size that was cited the way to it."""

    size: int
    checkpoint: str
    acts: Sequence[Logged]
    proofs: Sequence[leaves.Proof]
    consistency: dict[int, list[bytes]]


@dataclass(frozen=True, slots=True)
class Facts:
    """A lot as it stands."""

    record: LotRecord
    steps: Sequence[dict[str, Any]]
    years: dict[str, Any]
    addenda: Sequence[bytes]
    publications: dict[str, Publication]
    bidding: LotEvidence
    scores: dict[str, Any] | None
    report: dict[str, Any] | None
    signatures: Sequence[Signature]
    log: LogFacts
    roots: str
    policy: str

    @property
    def state(self) -> str:
        """The state that the last logged step names: it says which stages the dossier must hold."""
        return str(self.steps[-1]["to"])

    @property
    def nameless(self) -> bool:
        """Whether the lot failed without an opened bid, so that the public is told no bidder's name."""
        return self.state == LotState.FAILED and not self.reached(LotState.OPENED)

    def reached(self, state: LotState) -> bool:
        """Tell whether the lot stands at a state or behind it; an exit stands where the lot left its way."""
        here = self.state if self.state in WAY else str(self.steps[-1]["from"])
        return WAY.index(here) >= WAY.index(state)


def collect(lot_id: uuid.UUID) -> Facts:
    """Return a published lot's facts; raises NotLoggedError while its acts wait for log or witnesses.

    The caller holds the lot, so that nothing changes between the first read and the last.
    """
    record = tender.lot(lot_id)
    held = bidding.of_lot(lot_id)
    found = _log(lot_id, held)
    return Facts(
        record=record,
        steps=_steps(found.acts),
        years=_years(working_calendar(), since=record.published_at),
        addenda=[bytes(row.document) for row in tender.addenda(lot_id)],
        publications={row.kind: _publication(row) for row in tender.publications(lot_id)},
        bidding=held,
        scores=evaluation.scores_json(lot_id),
        report=evaluation.report_json(lot_id),
        signatures=evaluation.signatures(lot_id),
        log=found,
        roots=accounts.roots_pem(),
        policy=evidence.policy_text(),
    )


def _years(calendar: WorkingCalendar, *, since: datetime | None) -> dict[str, Any]:
    """Return the announced years from the publication on: days off and make-up working days by date."""
    return {
        str(year): {
            "off": sorted(day.isoformat() for day in calendar.off if day.year == year),
            "work": sorted(day.isoformat() for day in calendar.work if day.year == year),
        }
        for year in sorted(calendar.years)
        if since is not None and year >= since.year
    }


def _publication(row: Any) -> Publication:
    return Publication(
        document=bytes(row.document),
        signature=bytes(row.signature or b""),
        counter_signature=bytes(row.counter_signature or b""),
    )


def _log(lot_id: uuid.UUID, held: LotEvidence) -> LogFacts:
    newest = chains.newest_leaf(lot_id)
    if newest is None or chains.waiting(lot_id):
        raise NotLoggedError("acts of the lot wait for the log")
    size = chains.witnessed(newest)
    if size is None:
        raise NotLoggedError("the lot's newest acts wait for their witnesses")
    acts = chains.of_lot(lot_id, below=newest + 1)
    cited = {size_of(message.checkpoint) for message in held.messages if message.checkpoint}
    return LogFacts(
        size=size,
        checkpoint=str(log.note_of(size)),
        acts=acts,
        proofs=chains.prove(acts, size),
        consistency={old: log.consistency(old, size) for old in sorted(cited)},
    )


def size_of(checkpoint: str) -> int:
    """Return of how many leaves a checkpoint speaks."""
    return notes.Note.parse(checkpoint).checkpoint().size


def _steps(acts: Sequence[Logged]) -> list[dict[str, Any]]:
    """Return the lot's logged steps since its publication, in order."""
    rows = [act for act in acts if act.entry.tag == STATUS and act.public]
    if not rows:
        raise NotLoggedError("the lot's publication waits for the log")
    return [canonical.from_bytes(act.payload) for act in sorted(rows, key=lambda act: act.entry.seq)]
