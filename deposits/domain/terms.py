"""Whether a guarantee covers what the document asks (E-04, T-20): findings for the committee, which alone decides."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from accounts.domain.certificates import CertificateFacts
from deposits.domain.guarantees import Guarantee, Stated
from kernel.domain import money
from kernel.domain.refusals import Refused
from tender.domain import instants, periods
from tender.domain.rulebook import FrozenEdition

TERMS = "guarantee_terms"
VALIDITY = "validity_from_deadline"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a guarantee must cover: the lot, both parties by credit code, yuan in full, T, and the end of validity."""

    tender: str
    lot: str
    beneficiary: str
    principal: str
    amount: Decimal
    deadline: datetime
    valid_until: datetime


def valid_until(deadline: datetime, validity_days: int) -> datetime:
    """Return until when a guarantee must run: as long as bids are valid (T-20)."""
    return periods.validity_end(deadline, validity_days)


def judge(
    edition: FrozenEdition,
    found: Guarantee,
    wanted: Wanted,
    *,
    signer: CertificateFacts | None,
    signature_fault: str = "",
) -> tuple[Refused, ...]:
    """Return everything in which a guarantee departs from what is wanted; () when it covers it.

    `signer` is whom the verified signature names, None with the reason in `signature_fault` when it does not
    hold. Which terms are asked is the value of the edition's rule E-04.
    """
    rule = edition.rule(TERMS)
    return (
        *_of_this_lot(rule.id, found, wanted),
        *_signed(rule.id, found, signer, signature_fault),
        *(
            finding
            for code in rule.codes()
            for finding in _CHECKS[code](_rule_of(edition, code), found, wanted)
        ),
    )


def differences(edition: FrozenEdition, found: Guarantee, stated: Stated | None) -> tuple[Refused, ...]:
    """Return in what a guarantee departs from what the bid's opening fields say of it."""
    rule = edition.rule(TERMS).id
    if stated is None:
        return (Refused(rule, "guarantee_not_stated", {"number": found.number}),)
    here, there = Stated.of(found).as_json(), stated.as_json()
    names = [name for name in here if here[name] != there[name]]
    if not names:
        return ()
    return (Refused(rule, "guarantee_differs_from_opening", {"differences": ", ".join(names)}),)


def unreadable(edition: FrozenEdition, number: str, why: str) -> Refused:
    """Return the finding for a stated guarantee whose plain text is not there (E-07): never a ground by itself."""
    return Refused(edition.rule(TERMS).id, "guarantee_unreadable", {"number": number, "why": why})


def disowned(
    edition: FrozenEdition, number: str, answer: Mapping[str, str], *, sha256: str, standing: bool
) -> tuple[Refused, ...]:
    """Return what the issuer's answer takes from a guarantee: not in force, or another document under the number."""
    rule = edition.rule(TERMS).id
    found = []
    if not standing:
        facts = {"number": number, "state": answer.get("state", "")}
        found.append(Refused(rule, "guarantee_not_in_force", facts))
    if sha256 and answer.get("sha256", "") not in ("", sha256):
        found.append(Refused(rule, "guarantee_differs_at_issuer", {"number": number}))
    return tuple(found)


def unverifiable(edition: FrozenEdition, number: str, issuer: str) -> Refused:
    """Return the finding for an issuer that has no registered address to be asked at."""
    return Refused(edition.rule(TERMS).id, "issuer_not_registered", {"number": number, "issuer": issuer})


def _of_this_lot(rule: str, found: Guarantee, wanted: Wanted) -> Iterator[Refused]:
    if (found.tender, found.lot) != (wanted.tender, wanted.lot):
        yield Refused(rule, "guarantee_of_other_lot", {"number": found.number, "lot": found.lot})


def _signed(rule: str, found: Guarantee, signer: CertificateFacts | None, fault: str) -> Iterator[Refused]:
    if signer is None:
        yield Refused(rule, "guarantee_not_signed", {"number": found.number, "why": fault})
    elif signer.credit_code != found.issuer.credit_code or signer.person is not None:
        facts = {"certificate": signer.organisation, "issuer": found.issuer.name}
        yield Refused(rule, "guarantee_signed_by_another", facts)


def _before_deadline(rule: str, found: Guarantee, wanted: Wanted) -> Iterator[Refused]:
    if found.issued_at >= wanted.deadline:
        facts = {"at": instants.clock(found.issued_at), "deadline": instants.clock(wanted.deadline)}
        yield Refused(rule, "guarantee_issued_late", facts)


def _amount(rule: str, found: Guarantee, wanted: Wanted) -> Iterator[Refused]:
    if found.amount < wanted.amount:
        facts = {"given": money.grouped(found.amount), "required": money.grouped(wanted.amount)}
        yield Refused(rule, "deposit_short", facts)


def _beneficiary(rule: str, found: Guarantee, wanted: Wanted) -> Iterator[Refused]:
    if found.beneficiary.credit_code != wanted.beneficiary:
        facts = {"beneficiary": found.beneficiary.credit_code, "wanted": wanted.beneficiary}
        yield Refused(rule, "guarantee_for_another", facts)


def _principal(rule: str, found: Guarantee, wanted: Wanted) -> Iterator[Refused]:
    if found.principal.credit_code != wanted.principal:
        facts = {"principal": found.principal.credit_code, "bidder": wanted.principal}
        yield Refused(rule, "guarantee_of_another", facts)


def _validity(rule: str, found: Guarantee, wanted: Wanted) -> Iterator[Refused]:
    if found.valid_from > wanted.deadline:
        facts = {"opens": instants.clock(found.valid_from), "deadline": instants.clock(wanted.deadline)}
        yield Refused(rule, "guarantee_begins_late", facts)
    if found.valid_until < wanted.valid_until:
        facts = {"closes": instants.until(found.valid_until), "needed": instants.until(wanted.valid_until)}
        yield Refused(rule, "guarantee_ends_early", facts)


def _rule_of(edition: FrozenEdition, code: str) -> str:
    return edition.rule(VALIDITY if code == "validity" else TERMS).id


_CHECKS: Mapping[str, Callable[[str, Guarantee, Wanted], Iterator[Refused]]] = {
    "before_deadline": _before_deadline,
    "amount": _amount,
    "beneficiary": _beneficiary,
    "principal": _principal,
    "validity": _validity,
}
