"""Reads of deposits; before T there is nothing to read, for anybody (E-03)."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import Http404

from accounts import queries as accounts
from accounts.domain.seats import SeatKind
from accounts.queries import Holder, Party
from deposits.domain import amounts, ledger, requirement
from deposits.domain.ledger import Movement
from deposits.domain.lifecycle import HELD, Deposit as DepositState
from deposits.domain.refunds import Course, Fate
from deposits.domain.requirement import Requirement
from deposits.models import (
    BidFate,
    Call,
    Decision,
    Deposit as DepositRow,
    Guarantee,
    Institution,
    LedgerMovement,
    LotAccount,
    Transfer,
)
from kernel import journal
from kernel.domain import canonical
from kernel.domain.refusals import Refused
from tender import queries as tender
from tender.domain.lifecycle import LotState
from tender.queries import LotRecord

TRANSFER, GUARANTEE, NONE = "transfer", "guarantee", "none"
NOTHING = requirement.NOTHING
HIDDEN = frozenset({LotState.DRAFT, LotState.REVIEWED, LotState.PUBLISHED})
UNAWARDED = frozenset({LotState.FAILED, LotState.CANCELLED})


@dataclass(frozen=True, slots=True)
class Deposit:
    """What a bidder gave: forms joined by +, yuan given and required, the state, and what is found about it.

    Findings are for the committee, which alone decides on a bid; `exempt` when the bidder's class gives none.
    """

    form: str
    amount: Decimal
    required: Decimal
    state: str
    findings: tuple[Refused, ...]
    exempt: bool = False

    @property
    def sufficient(self) -> bool:
        """Whether enough was given and nothing is found about it."""
        return self.exempt or (self.amount >= self.required and not self.findings)


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that came for one bidder: `purpose` is `deposit` or `guarantee_fee`."""

    bidder: str
    purpose: str
    account: str
    holder: str
    reference: str
    amount: Decimal
    paid_at: datetime | None


def findings_json(findings: Iterable[Refused]) -> list[dict[str, Any]]:
    """Return findings as they are stored and logged."""
    return [{"rule": one.rule, "reason": one.reason, "facts": dict(one.facts)} for one in findings]


def findings_of(stored: Iterable[dict[str, Any]]) -> tuple[Refused, ...]:
    """Return stored findings as values."""
    return tuple(Refused(**one) for one in stored)


@dataclass(frozen=True, slots=True)
class Price:
    """What an issuer asks for a guarantee of an amount."""

    issuer: Institution
    fee: Decimal


@dataclass(frozen=True, slots=True)
class Missing:
    """A bidder whose bid stands and who gave no deposit: exempt, or not."""

    name: str
    bidder: str
    required: Decimal
    state: str


def hidden(record: LotRecord) -> bool:
    """Tell whether a lot's deposits are hidden from everybody: until its bid deadline has come."""
    return record.status in HIDDEN


def required_of(record: LotRecord, bidder: Party) -> Requirement:
    """Return what deposit a bidder must give on a published lot."""
    return requirement.required(
        record.edition,
        record.notice.get("deposit"),
        category=record.category,
        owner_code=record.procuring_entity.credit_code,
        bidder_classes=requirement.classes(bidder.size, private=bidder.private),
    )


def deposit_of(lot_id: uuid.UUID, credit_code: str) -> Deposit | None:
    """Return what a bidder gave on a lot, by transfer, by guarantee or both; None before T."""
    record = tender.lot(lot_id)
    if hidden(record):
        return None
    party = accounts.party_by_code(credit_code)
    wanted = required_of(record, party) if party is not None else Requirement(NOTHING, (), "")
    rows = list(DepositRow.objects.filter(lot_id=lot_id, bidder=credit_code).order_by("form"))
    if not rows:
        state = DepositState.EXEMPT if wanted.exempt else DepositState.UNPAID
        return Deposit(NONE, NOTHING, wanted.amount, state, (), exempt=wanted.exempt)
    standing = [row for row in rows if row.state in HELD] or rows
    return Deposit(
        form="+".join(row.form for row in rows),
        amount=sum((row.amount for row in standing), NOTHING),
        required=wanted.amount,
        state=standing[-1].state,
        findings=tuple(one for row in rows for one in findings_of(row.findings)),
        exempt=wanted.exempt,
    )


def payments(lot_id: uuid.UUID) -> list[Payment]:
    """Return every payment for a lot's deposits and guarantees with its payer's account; [] before T."""
    if hidden(tender.lot(lot_id)):
        return []
    transfers = Transfer.objects.filter(lot_id=lot_id).order_by("paid_at", "reference")
    fees = Guarantee.objects.select_related("deposit").filter(deposit__lot_id=lot_id, fee__isnull=False)
    return [
        *(
            Payment(
                row.bidder,
                "deposit",
                row.payer_account,
                row.payer_name,
                row.reference,
                row.amount,
                row.paid_at,
            )
            for row in transfers
        ),
        *(
            Payment(
                row.deposit.bidder,
                "guarantee_fee",
                row.fee_account,
                row.fee_payer,
                row.fee_reference,
                row.fee or Decimal(0),
                None,
            )
            for row in fees.order_by("deposit__bidder")
        ),
    ]


def issuer_accounts() -> tuple[str, ...]:
    """Return the issuers' own accounts: money from them ties no bidders together."""
    rows = Institution.objects.filter(kind=Institution.Kind.ISSUER).order_by("pk")
    return tuple(filter(None, (accounts.party(row.organisation_id).account_number for row in rows)))


def collection_accounts(lot_id: uuid.UUID) -> tuple[str, ...]:
    """Return the accounts of agency and centre, through which a document may let deposits be collected."""
    record = tender.lot(lot_id)
    return tuple(filter(None, (p.account_number for p in (record.agency, record.centre) if p is not None)))


def course_of(record: LotRecord) -> Course:
    """Return how far a lot has come, as returns are counted from it."""
    issued = tender.publication(record.id, "award")
    signed = tender.publication(record.id, "contract")
    winner = canonical.from_bytes(bytes(issued.document))["winner"]["bidder"] if issued else ""
    return Course(
        notice_issued=issued.published_at if issued else None,
        contract_signed=signed.published_at if signed else None,
        ended=record.status_at if record.status in UNAWARDED else None,
        winner=winner,
    )


def fates(lot_id: uuid.UUID) -> dict[str, tuple[Fate, datetime]]:
    """Return what became of each bid, by credit code."""
    rows = BidFate.objects.filter(lot_id=lot_id).order_by("bidder")
    return {row.bidder: (Fate(row.fate), row.at) for row in rows}


def names_shown(record: LotRecord) -> bool:
    """Tell whether the procuring side may see who deposited: never for a lot that ended without an opening."""
    if record.status not in UNAWARDED:
        return True
    steps = (
        canonical.from_bytes(bytes(e.payload)) for e in journal.of_lot(record.id, tag="tender:lot:status")
    )
    return any(step["to"] == LotState.OPENING for step in steps)


def access_lot(reader: Holder, lot_id: uuid.UUID) -> LotRecord:
    """Return a lot whose deposits a reader may see after T: the side that procures, or its supervisor; else 404."""
    if reader.kind is SeatKind.SUPERVISOR:
        if not tender.serves(reader, lot_id, SeatKind.SUPERVISOR):
            raise Http404
        return tender.access_public_lot(lot_id)
    record = tender.access_own_lot(reader, lot_id)
    if not record.is_public:
        raise Http404
    return record


def access_deposits(reader: Holder, lot_id: uuid.UUID) -> list[DepositRow]:
    """Return a lot's deposits with their details, by bidder; [] before T."""
    record = access_lot(reader, lot_id)
    if hidden(record):
        return []
    rows = DepositRow.objects.filter(lot_id=lot_id).select_related("guarantee")
    return list(rows.prefetch_related("transfers__refund", "decisions").order_by("bidder", "form"))


def access_deposit(reader: Holder, deposit_id: uuid.UUID) -> DepositRow:
    """Return a deposit of a lot of the reader's side; else 404."""
    row = DepositRow.objects.filter(pk=deposit_id).select_related("guarantee").first()
    if row is None or hidden(access_lot(reader, row.lot_id)):
        raise Http404
    return row


def access_decision(reader: Holder, decision_id: uuid.UUID) -> Decision:
    """Return a decision on a deposit of the reader's side; else 404."""
    row = Decision.objects.filter(pk=decision_id).first()
    if row is None:
        raise Http404
    access_deposit(reader, row.deposit_id)
    return row


def access_own(reader: Holder) -> list[DepositRow]:
    """Return the deposits of the reader's organisation on lots whose deadline has come, newest first."""
    rows = DepositRow.objects.filter(bidder=reader.organisation.credit_code).select_related("guarantee")
    return list(rows.prefetch_related("transfers__refund", "decisions").order_by("-state_at", "pk")[:500])


def lots_of(rows: Iterable[DepositRow]) -> dict[uuid.UUID, LotRecord]:
    """Return the lots of deposits by id, for showing their codes and titles."""
    return {lot_id: tender.lot(lot_id) for lot_id in {row.lot_id for row in rows}}


def access_issued(reader: Holder) -> list[Guarantee]:
    """Return the guarantees that name the reader's organisation as issuer, as opened bids showed them."""
    rows = Guarantee.objects.filter(issuer=reader.organisation.credit_code).select_related("deposit")
    return list(rows.order_by("-deposit__state_at", "number")[:500])


def institutions(kind: str) -> list[Institution]:
    """Return the institutions of a kind that serve now, by price, then name."""
    rows = Institution.objects.filter(kind=kind, active=True).select_related("organisation")
    return list(rows.order_by("fee_rate", "fee_floor", "organisation__name"))


def prices(amount: Decimal) -> list[Price]:
    """Return what every issuer asks for a guarantee of an amount, the cheapest first."""
    found = [
        Price(row, amounts.premium(amount, rate=row.fee_rate, floor=row.fee_floor))
        for row in institutions(Institution.Kind.ISSUER)
    ]
    return sorted(found, key=lambda one: (one.fee, one.issuer.organisation.name))


def access_missing(reader: Holder, lot_id: uuid.UUID) -> list[Missing]:
    """Return the bidders of an opened lot who gave no deposit; [] before its opening has ended."""
    record = access_lot(reader, lot_id)
    if record.status in HIDDEN | UNAWARDED | {LotState.CLOSED, LotState.OPENING}:
        return []
    given = set(DepositRow.objects.filter(lot_id=lot_id).values_list("bidder", flat=True))
    found = []
    for bidder, (fate, _) in fates(lot_id).items():
        party = accounts.party_by_code(bidder) if fate is Fate.VALID and bidder not in given else None
        if party is not None:
            wanted = required_of(record, party)
            state = DepositState.EXEMPT if wanted.exempt else DepositState.UNPAID
            found.append(Missing(party.name, bidder, wanted.amount, state))
    return found


def access_totals(reader: Holder, lot_id: uuid.UUID) -> dict[str, Decimal]:
    """Return the money of a lot from its ledger: at the bank, held, under way, kept; zeros before T."""
    record = access_lot(reader, lot_id)
    booked = () if hidden(record) else movements(lot_id)
    found = dict.fromkeys(("bank", "held", "transit", "kept"), NOTHING)
    for account, amount in ledger.balances(booked).items():
        found[account.partition("/")[0]] += abs(amount)
    return found


def all_institutions() -> list[Institution]:
    """Return every institution, those that serve no more too, for the operator."""
    rows = Institution.objects.select_related("organisation")
    return list(rows.order_by("kind", "organisation__name", "pk"))


def access_institution(institution_id: uuid.UUID) -> Institution:
    """Return an institution; 404 for an unknown one."""
    row = Institution.objects.filter(pk=institution_id).select_related("organisation").first()
    if row is None:
        raise Http404
    return row


def bank() -> Institution | None:
    """Return the bank that holds deposits now."""
    return next(iter(institutions(Institution.Kind.BANK)), None)


def issuer_by_code(credit_code: str) -> Institution | None:
    """Return an issuer by its organisation's credit code, also one that issues no more."""
    rows = Institution.objects.filter(kind=Institution.Kind.ISSUER, organisation__credit_code=credit_code)
    return rows.select_related("organisation").first()


def account_of(lot_id: uuid.UUID) -> LotAccount | None:
    """Return a lot's account at its bank; None where no bank takes money for it."""
    rows = LotAccount.objects.filter(pk=lot_id, bank__isnull=False)
    return rows.select_related("bank__organisation").first()


def movements(lot_id: uuid.UUID) -> tuple[Movement, ...]:
    """Return the ledger of a lot in the order in which it was booked."""
    rows = LedgerMovement.objects.filter(lot_id=lot_id).order_by("pk")
    return tuple(Movement(row.reference, row.debit, row.credit, row.amount, row.trigger) for row in rows)


def balance(lot_id: uuid.UUID, account: str) -> Decimal:
    """Return an account's balance in yuan: the sum of its postings."""
    return ledger.balances(movements(lot_id)).get(account, NOTHING)


def call(pk: int) -> Call:
    """Return a call that is known to exist."""
    return Call.objects.select_related("institution__organisation").get(pk=pk)


def calls_waiting() -> list[Call]:
    """Return the calls that failed at least once and wait for another try, for the operator."""
    rows = Call.objects.filter(answered_at__isnull=True, attempts__gt=0)
    return list(rows.select_related("institution__organisation").order_by("made_at", "pk")[:200])


def due_calls(*, now: datetime, limit: int) -> list[int]:
    """Return the calls whose time has come."""
    rows = Call.objects.filter(answered_at__isnull=True, next_at__lte=now).order_by("next_at", "pk")
    return list(rows.values_list("pk", flat=True)[:limit])


def open_decisions(lot_ids: Iterable[uuid.UUID]) -> list[Decision]:
    """Return the decisions on deposits of lots that wait for the second person, oldest first."""
    rows = Decision.objects.filter(deposit__lot_id__in=list(lot_ids), decided_at__isnull=True)
    return list(rows.select_related("deposit").order_by("proposed_at", "pk"))


def due_back(lot_ids: Iterable[uuid.UUID]) -> list[DepositRow]:
    """Return the deposits of lots that are due and not yet back, the most urgent first."""
    states = (DepositState.DUE, DepositState.RETURNING)
    rows = DepositRow.objects.filter(lot_id__in=list(lot_ids), state__in=states)
    return list(rows.order_by("due_at", "pk"))
