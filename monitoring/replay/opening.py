"""What the hall and the custodians do in a replay, phase by phase over all lots, each custodian with its own key."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from accounts import actions as account_actions, queries as accounts
from bidding import queries as bidding
from bidding.actions import counting, ending, examining, hosting, keeping, opening, progress
from bidding.domain import custody, messages
from bidding.domain.lifecycle import Hall as HallStep
from bidding.domain.notice import OPENING
from bidding.domain.statements import Statement, parse_statement
from bidding.queries import evidence
from bidding.sealing import custodians
from bidding.sealing.custodians import Place
from kernel import clock, storage
from kernel.domain import canonical, notes
from kernel.domain.refusals import require
from monitoring.replay.lots import Lot
from monitoring.replay.world import World
from tender.actions import stepping

QUIET = timedelta(hours=1)
"""So far the moved clock goes on for objections, and again for confirmations: nobody raises any, silence is one."""
OFFICERS = ("host", "witness")


class NotOpenedError(Exception):
    """An opening that did not come as far as it should; the message says where it stands."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A closing list as a custodian reads it: its hash and the statements of the bids that stood at T."""

    closing: str
    statements: Mapping[str, Statement]
    files: Mapping[tuple[str, str], bytes]
    """(bid, role) -> the share file of the opening part."""


def close(lot: Lot) -> None:
    """Close a lot at its deadline."""
    stepping.close_due(lot.id, now=clock.now())


def count(lot: Lot) -> bool:
    """Count a lot and begin its opening; False when it failed for want of bids (C-01)."""
    if not counting.count(lot.id, now=clock.now()):
        raise NotOpenedError(f"lot {lot.id} could not be counted")
    return counting.begin(lot.id, now=clock.now())


def report(world: World, lot: Lot, checkpoint: str) -> None:
    """Show the names, examine the containers, and let every custodian report on its shares."""
    host = world.staff["host"].holder
    hosting.show_names(host, lot.id, now=clock.now())
    examining.record(lot.id, examining.measure(lot.id), now=clock.now())
    counted = _counted(lot)
    for role in lot.notice.roles:
        _may_act(world, lot, counted, checkpoint)
        results = []
        for bid, statement in sorted(counted.statements.items()):
            found = custodians.examine(
                counted.files[bid, role], lot.keys[role], Place(statement, OPENING, role)
            )
            results.append(messages.result(bid, OPENING, good=found.share is not None, proof=found.proof))
        value = messages.ready(
            lot=str(lot.id),
            custodian=role,
            closing=counted.closing,
            checkpoint=canonical.sha256(checkpoint.encode()),
            results=results,
        )
        keeper = world.staff[role]
        signature = keeper.sign(value)
        keeping.ready(
            keeper.holder, lot.id, canonical.to_bytes(value), signature, checkpoint, now=clock.now()
        )
    hosting.hear_names(host, lot.id, now=clock.now())
    _require_step(lot, HallStep.RELEASE)


def release(world: World, lot: Lot, checkpoint: str) -> None:
    """Let every custodian release its shares of all listed bids, and open the bids."""
    counted = _counted(lot)
    hall = bidding.hall(lot.id)
    if hall is None or hall.release is None:
        raise NotOpenedError(f"lot {lot.id} has no release list")
    released = bytes(hall.release)
    listed = [one["bid"] for one in canonical.from_bytes(released)["bids"]]
    for role in lot.notice.roles:
        _may_act(world, lot, counted, checkpoint)
        shares = []
        for bid in sorted(listed):
            place = Place(counted.statements[bid], OPENING, role)
            found = custodians.examine(counted.files[bid, role], lot.keys[role], place)
            if found.share is None:
                raise NotOpenedError(f"a share of bid {bid} is bad: {found.problem}")
            shares.append(found.share)
        value = messages.release(
            lot=str(lot.id),
            custodian=role,
            closing=counted.closing,
            release_list=canonical.sha256(released),
            checkpoint=canonical.sha256(checkpoint.encode()),
            shares=shares,
        )
        keeper = world.staff[role]
        signature = keeper.sign(value)
        keeping.release(
            keeper.holder, lot.id, canonical.to_bytes(value), signature, checkpoint, now=clock.now()
        )
    opening.publish(lot.id, opening.prepare(lot.id), now=clock.now())
    _require_step(lot, HallStep.READ_OUT)
    hosting.hear_objections(world.staff["host"].holder, lot.id, now=clock.now())


def go_on(lot: Lot) -> None:
    """Let a hall go on once the time of its step is over."""
    progress.advance(lot.id, now=clock.now())


def sign_record(world: World, lot: Lot) -> None:
    """Let host and witness sign the opening record, and end the hall. Raises PdfError where fonts are missing."""
    _require_step(lot, HallStep.RECORD)
    for name in OFFICERS:
        player = world.staff[name]
        for row in accounts.access_signature_requests(player.holder):
            if row.lot_id == lot.id:
                value = canonical.from_bytes(bytes(row.document))
                account_actions.sign_request(player.holder, row.pk, player.sign(value), now=clock.now())
    ending.end(lot.id, now=clock.now())


def _counted(lot: Lot) -> Counted:
    found = evidence.of_lot(lot.id)
    if found.closing is None:
        raise NotOpenedError(f"lot {lot.id} has no closing list")
    statements, files = {}, {}
    for one in found.bids:
        statements[one.bid] = parse_statement(canonical.from_bytes(one.statement.document), lot.notice)
        for share in one.shares:
            files[one.bid, share.custodian] = storage.get(share.sha256)
    return Counted(canonical.sha256(found.closing.document), statements, files)


def _may_act(world: World, lot: Lot, counted: Counted, checkpoint: str) -> None:
    """Act only under a checkpoint that two witnesses saw at or after T, as every custodian's tool does."""
    require(
        custody.may_act(
            lot.notice,
            closing=counted.closing,
            checkpoint=notes.Note.parse(checkpoint),
            policy=world.trust().policy,
        )
    )


def _require_step(lot: Lot, wanted: HallStep) -> None:
    hall = bidding.hall(lot.id)
    if hall is None or hall.step != wanted:
        raise NotOpenedError(f"the hall of lot {lot.id} stands at {hall.step if hall else 'nothing'}")
