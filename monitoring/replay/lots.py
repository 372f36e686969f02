"""Publishes each tender of a file as a lot of its own, all at one instant, with fresh keys of three custodians."""

import unicodedata
import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bidding.domain import notice as notices
from bidding.domain.notice import Notice, Reading
from bidding.domain.trust import Trust
from bidding.sealing import age
from bidding.sealing.suites import SHAPES
from kernel.domain import canonical, money
from monitoring.replay.formulas import METHODS
from monitoring.replay.rows import Tender
from monitoring.replay.store import START
from monitoring.replay.world import Player, World
from tender import queries as tender
from tender.actions import drafting, publishing

DOCUMENTS_UNTIL = START + timedelta(days=7)
DEADLINE = START + timedelta(days=22, minutes=30)
"""T of every lot: 2026-03-24 09:30 in Shanghai, more than twenty days after the publication."""
DOCUMENT = "This lot replays a real auction of the past; only its prices are read out.\n"
CEILING = "A replay knows no ceiling price; the estimate, where it is known, is none."
TITLE_LENGTH = 120


@dataclass(slots=True)
class Lot:
    """A tender as a lot of the platform: its id, the custodians' keys, and whose bid each bid is."""

    tender: Tender
    id: uuid.UUID
    reading: Reading
    keys: dict[str, str] = field(repr=False)
    bidders: dict[str, str] = field(default_factory=dict)
    players: dict[str, Player] = field(default_factory=dict)

    @property
    def notice(self) -> Notice:
        """The notice as bidders read it."""
        if self.reading.notice is None:
            raise ValueError("a published lot has a readable notice")
        return self.reading.notice


def create_project(world: World, *, code: str) -> uuid.UUID:
    """Make the project whose lots are the tenders of the file."""
    centre = world.staff["witness"].holder.organisation
    return drafting.create_project(
        world.staff["clerk"].holder,
        now=START,
        code=code,
        title="Replay",
        regime="T",
        category="works",
        region="510900",
        centre=centre.id,
    )


def publish(world: World, project: uuid.UUID, one: Tender, formula: str, trust: Trust) -> Lot:
    """Draft, approve and publish one tender as a lot; its bidders read the notice with their own trust."""
    clerk, reviewer = world.staff["clerk"].holder, world.staff["reviewer"].holder
    lot = drafting.create_lot(clerk, project, now=START, title=_title(one.name))
    drafting.set_terms(clerk, lot, _terms(one, formula), now=START)
    drafting.add_file(clerk, lot, "tender.txt", DOCUMENT.encode(), now=START)
    for duty in ("host", "witness", "supervisor"):
        drafting.assign_officer(clerk, lot, world.staff[duty].holder.id, now=START)
    keys = {role: _give_key(world, lot, role) for role in notices.ROLES[:3]}
    publishing.submit(clerk, lot, now=START)
    publishing.approve(reviewer, lot, now=START)
    publishing.publish(reviewer, lot, now=START)
    reading = notices.read(canonical.to_bytes(tender.lot(lot).notice), [], trust, SHAPES)
    return Lot(one, lot, reading, keys)


def _title(name: str) -> str:
    text = "".join(char if char.isprintable() else " " for char in unicodedata.normalize("NFC", name))
    return f"Tender {text}"[:TITLE_LENGTH].strip()


def _terms(one: Tender, formula: str) -> dict[str, Any]:
    return {
        "documents_until": canonical.instant(DOCUMENTS_UNTIL),
        "deadline": canonical.instant(DEADLINE),
        "estimate": None if one.estimate is None else money.to_text(one.estimate),
        "ceiling": None,
        "ceiling_method": CEILING,
        "validity_days": 90,
        "deposit": None,
        "parts": ["opening"],
        "mode": "custodians",
        "threshold": 2,
        "method": METHODS[formula],
        "coefficients": [],
        "committee": {
            "size": 5,
            "experts": 4,
            "strata": [{"name": "civil", "site": "replay", "count": 4}],
        },
        "ties": ["seal"],
        "candidates": 3,
    }


def _give_key(world: World, lot: uuid.UUID, role: str) -> str:
    """A custodian makes a fresh key for the lot and gives it, signed by its institution; returns the secret."""
    keeper = world.staff[role]
    drafting.assign_custodian(world.staff["clerk"].holder, lot, role, keeper.holder.id, now=START)
    identity = age.Identity.generate()
    value = notices.custodian_key(str(lot), role, str(identity.recipient))
    drafting.provide_custodian_key(
        keeper.holder, lot, canonical.to_bytes(value), keeper.sign(value), now=START
    )
    return str(identity)
