"""Made-up lots: their plans, their law, their terms, and the days on which things happen."""

import tomllib
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from accounts.domain.certificates import Subject
from bidding.domain.notice import custodian_key
from bidding.sealing import age
from kernel.domain import canonical
from kernel.domain.workdays import WorkingCalendar
from tender.domain.rulebook import FrozenEdition, Rulebook
from tender.domain.terms import (
    Attachment,
    Coefficient,
    Committee,
    Custodian,
    Deposit,
    Item,
    Method,
    Party as Named,
    Stratum,
    Terms,
)
from tests.verifier import parties

ROOT = Path(__file__).resolve().parents[2]
ROLES = ("procuring_entity", "centre", "third")
KEEPERS: tuple[Subject, ...] = (parties.BUYER, parties.CENTRE, parties.NOTARY)
STATES = ("published", "opened", "evaluated", "contracted")


def local(text: str) -> datetime:
    """Read an instant as a clock in China shows it."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)


DEADLINE = local("2026-03-24 09:00")


@dataclass(frozen=True)
class Plan:
    """What a lot is and how far it comes; bidders are named by their index among the prices.

    Custodians open the value that `withheld` contributed to the coefficients; `uncommitted` has no say in the
    draw of the experts.
    """

    code: str
    regime: str = "T"
    formula: str = "mean_benchmark"
    parameters: tuple[tuple[str, Any], ...] = (("E1", "2"), ("E2", "1"), ("drop_above", 5))
    price_full: str = "60"
    coefficients: tuple[Coefficient, ...] = (Coefficient("K", ("0.01", "0.02", "0.03", "0.04")),)
    parts: tuple[str, ...] = ("opening", "documents")
    mode: str = "consent"
    prices: tuple[str, ...] = ()
    until: str = "contracted"
    deadline: datetime = DEADLINE
    moved: datetime | None = None
    replaced: int | None = None
    withdrawn: int | None = None
    silent: int | None = None
    rejected: int | None = None
    withheld: str = ""
    uncommitted: str = ""
    ties: tuple[str, ...] = ("price", "technical", "seal")

    @property
    def items(self) -> tuple[Item, ...]:
        """What the committee scores: nothing where the evaluated price alone ranks."""
        if self.price_full == "0":
            return ()
        return (
            Item("design", "施工组织设计", Decimal(25), "subjective"),
            Item("record", "业绩", Decimal(15), "objective"),
        )

    @property
    def due(self) -> datetime:
        """T as it is in force in the end."""
        return self.moved or self.deadline

    def reaches(self, state: str) -> bool:
        """Tell whether the lot comes as far as a state."""
        return self.until in STATES and STATES.index(self.until) >= STATES.index(state)


WORKS = Plan(
    "E5108020001-001",
    prices=(
        *("9600000.00", "9800000.00", "10000000.00", "10300000.00"),
        *("9700000.00", "9900000.00", "9750000.00"),
    ),
    moved=local("2026-03-26 09:00"),
    replaced=1,
    withdrawn=6,
    silent=5,
    rejected=3,
)
SMALL = replace(
    WORKS,
    code="E5108020006-001",
    parts=("opening",),
    prices=WORKS.prices[:5],
    replaced=1,
    withdrawn=4,
    silent=2,
    rejected=3,
    withheld="supervisor",
    uncommitted="supervisor",
)
GOODS = Plan(
    "G5108020002-001",
    regime="G",
    formula="lowest_price",
    parameters=(("sme_deduction", "0.10"),),
    coefficients=(),
    parts=("opening",),
    mode="custodians",
    prices=("1800000.00", "1750000.00", "1900000.00"),
)
FAILED = Plan("E5108020003-001", parts=("opening",), prices=("9600000.00", "9700000.00"), until="failed")
RUNNING = Plan("E5108020004-001", parts=("opening",), prices=("9600000.00", "9700000.00"), until="published")
OPENED = Plan(
    "E5108020005-001",
    parts=("opening",),
    mode="custodians",
    prices=("9600000.00", "9700000.00", "9800000.00"),
    until="opened",
)


@cache
def edition(regime: str) -> FrozenEdition:
    """Return the law of a regime as it stood when the lots were published."""
    folder = ROOT / "tender" / "rulebook"
    book = Rulebook.parse({path.name: path.read_text() for path in sorted(folder.glob("*.toml"))})
    return book.freeze(regime, "", date(2026, 3, 2))


@cache
def years() -> dict[str, dict[str, list[str]]]:
    """Return the announced years as a dossier holds them."""
    found: dict[str, dict[str, list[str]]] = {}
    for year, row in tomllib.loads((ROOT / "kernel" / "holidays.toml").read_text()).items():
        found[year] = {
            kind: [day for span in row[kind] for day in _days(year, span)] for kind in ("off", "work")
        }
    return found


@cache
def calendar() -> WorkingCalendar:
    """Return the same as the calendar of the domain."""
    days = {
        kind: [date.fromisoformat(day) for row in years().values() for day in row[kind]]
        for kind in ("off", "work")
    }
    return WorkingCalendar.of(days["off"], days["work"])


def custodians(lot: str) -> tuple[tuple[Custodian, ...], dict[str, str]]:
    """Return the custodians of a lot with their signed keys, and role -> secret key."""
    found, secret = [], {}
    for role, subject in zip(ROLES, KEEPERS, strict=True):
        key = age.Identity.generate()
        secret[role] = str(key)
        signature = parties.party(subject).sign(custodian_key(lot, role, str(key.recipient)))
        named = (role, subject.organisation, subject.credit_code)
        found.append(Custodian(*named, str(key.recipient), canonical.b64(signature)))
    return tuple(found), secret


def terms(plan: Plan, tender: str, lot: str, kept: tuple[Custodian, ...]) -> Terms:
    """Return the terms of a plan's tender document."""
    goods = plan.regime == "G"
    return Terms(
        tender=tender,
        lot=lot,
        code=plan.code,
        title="滨河路工程一标段",
        project="滨河路工程",
        regime=plan.regime,
        category="goods" if goods else "works",
        procuring_entity=Named(parties.BUYER.organisation, parties.BUYER.credit_code),
        centre=Named(parties.CENTRE.organisation, parties.CENTRE.credit_code),
        documents_until=local("2026-03-10 17:00"),
        deadline=plan.deadline,
        validity_days=90,
        method=Method(
            plan.formula,
            dict(plan.parameters),
            Decimal(plan.price_full),
            plan.items,
        ),
        committee=Committee(5, 4, (Stratum("civil", "广元", 2), Stratum("cost", "绵阳", 2))),
        custodians=kept,
        threshold=2,
        ties=plan.ties,
        candidates=3,
        estimate=Decimal(2000000 if goods else 20000000),
        ceiling=Decimal(1950000 if goods else 19800000),
        parts=plan.parts,
        mode=plan.mode,
        deposit=Deposit(Decimal(20000), ("guarantee",)),
        coefficients=plan.coefficients,
        documents=(Attachment("招标文件.pdf", "ab" * 32, 120034),),
    )


def _days(year: str, span: str) -> list[str]:
    first, _, last = span.partition("..")
    start, end = (date.fromisoformat(f"{year}-{part}") for part in (first, last or first))
    return [(start + timedelta(days=n)).isoformat() for n in range((end - start).days + 1)]
