"""What seats and enterprise sizes are called on pages, as English message ids."""

from collections.abc import Mapping

from accounts.domain.seats import SeatKind


def _(message: str) -> str:
    """Mark a message for the catalogue; the page that shows it translates it."""
    return message


SEATS: Mapping[str, str] = {
    SeatKind.CLERK: _("Procuring clerk"),
    SeatKind.REVIEWER: _("Procuring reviewer"),
    SeatKind.AGENCY: _("Agency lead"),
    SeatKind.BIDDER: _("Bidder"),
    SeatKind.EXPERT: _("Expert"),
    SeatKind.HOST: _("Host"),
    SeatKind.WITNESS: _("Centre witness"),
    SeatKind.CUSTODIAN: _("Custodian"),
    SeatKind.SUPERVISOR: _("Supervisor"),
    SeatKind.ISSUER: _("Guarantee issuer"),
    SeatKind.OPERATOR: _("Operator"),
    SeatKind.AUDITOR: _("Security auditor"),
    SeatKind.ARCHIVIST: _("Archivist"),
}
SIZES: Mapping[str, str] = {
    "large": _("large enterprise"),
    "medium": _("medium enterprise"),
    "small": _("small enterprise"),
    "micro": _("micro enterprise"),
    "other": _("no enterprise"),
}
