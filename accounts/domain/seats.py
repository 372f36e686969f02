"""Seats: a role held for an organisation. One account has one seat, and never another (rule A-06)."""

from enum import StrEnum


class SeatKind(StrEnum):
    """The kinds of seat; their Chinese names are in the glossary."""

    CLERK = "procuring_clerk"
    REVIEWER = "procuring_reviewer"
    AGENCY = "agency_lead"
    BIDDER = "bidder"
    EXPERT = "expert"
    HOST = "host"
    WITNESS = "centre_witness"
    CUSTODIAN = "custodian"
    SUPERVISOR = "supervisor"
    ISSUER = "issuer"
    OPERATOR = "operator"
    AUDITOR = "security_auditor"
    ARCHIVIST = "archivist"


ORGANISATION_SEATS = frozenset({SeatKind.BIDDER, SeatKind.CUSTODIAN, SeatKind.ISSUER})
"""Seats that sign with their organisation's certificate (机构证书), which holds no personal data."""

PROCURING_SEATS = frozenset({SeatKind.CLERK, SeatKind.REVIEWER, SeatKind.HOST, SeatKind.AGENCY})
"""Seats that act for the side that procures."""


def certificate_is_personal(kind: str) -> bool:
    """Tell whether a seat's certificate names the person."""
    return kind not in ORGANISATION_SEATS
