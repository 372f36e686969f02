"""Reads of monitoring; `access_*` functions open the regulator's pages to supervisors and to nobody else."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet
from django.http import Http404

from accounts import queries as accounts
from accounts.domain.seats import SeatKind
from accounts.queries import Holder
from bidding import queries as bidding
from bidding.domain import opening
from monitoring.domain import record as records
from monitoring.domain.lifecycle import AlertState, DossierState
from monitoring.domain.screens import MINIMUM
from monitoring.models import Alert, Comparison, DossierFile, IndicationRow, ScreenRun, Suspicion
from monitoring.queries import suspicion
from monitoring.queries.regulator import as_regulator as as_regulator
from tender import queries as tender
from tender.queries import LotRecord

COMPARED_LEAST = 20
"""So many other lots with a value make a group in which a lot's own value may be placed."""
AUDIT_SEATS = frozenset({SeatKind.AUDITOR, SeatKind.SUPERVISOR, SeatKind.ARCHIVIST})
"""Who may read the auditors' edition of a dossier."""


def is_opened(lot_id: uuid.UUID) -> bool:
    """Tell whether the prices of a lot have been read out; before that nothing here is computed."""
    return bidding.opening_table(lot_id) is not None


def prices(lot_id: uuid.UUID) -> dict[str, Decimal]:
    """Return bidder -> price that counts, of the opened bids by their arrival; {} before the opening."""
    return {
        bid.bidder: opening.price(bid.fields).amount
        for bid in bidding.opened_bids(lot_id)
        if bid.fields is not None
    }


def screen_run(lot_id: uuid.UUID) -> ScreenRun | None:
    """Return the newest screens of a lot."""
    return ScreenRun.objects.filter(lot_id=lot_id).order_by("-computed_at", "-pk").first()


def comparison(lot_id: uuid.UUID) -> Comparison | None:
    """Return the newest comparison of a lot's bids."""
    return Comparison.objects.filter(lot_id=lot_id).order_by("-number").first()


def indications(lot_id: uuid.UUID) -> list[IndicationRow]:
    """Return the indications of a lot's newest comparison in their order."""
    newest = comparison(lot_id)
    return list(newest.indications.order_by("number")) if newest else []


def alerted(lot_id: uuid.UUID) -> set[str]:
    """Return the hashes of the findings for which a lot has an alert already."""
    rows = Alert.objects.filter(lot_id=lot_id, kind=Alert.Kind.INDICATION)
    return set(rows.values_list("indication__identity", flat=True))


@dataclass(frozen=True, slots=True)
class AlertLine:
    """An alert as the regulator's list shows it."""

    alert: Alert
    lot: LotRecord
    suspicion: Suspicion | None = None

    @property
    def members(self) -> list[str]:
        """The credit codes that an indication ties."""
        return list(self.alert.indication.members) if self.alert.indication else []


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """What narrows the list of alerts; "" narrows nothing. `since` and `until` are months of the notice, 2026-03."""

    status: str = ""
    region: str = ""
    regime: str = ""
    item: str = ""
    buyer: str = ""
    since: str = ""
    until: str = ""
    text: str = ""
    order: str = ""


NEWEST = "newest"


def access_alerts(reader: Holder, kind: Alert.Kind, narrowed: AlertFilter) -> list[AlertLine]:
    """Return the alerts of one kind to a supervisor, else 404: the most suspicious or, where asked, the newest first.

    Indications have no order of suspicion: the newest come first.
    """
    as_regulator(reader)
    rows = Alert.objects.filter(kind=kind).select_related("indication", "run")
    if narrowed.status:
        rows = rows.filter(status=narrowed.status)
    if narrowed.item:
        rows = rows.filter(indication__item=narrowed.item)
    lines = with_lots(rows.order_by("-raised_at", "pk"))
    found = [line for line in lines if _fits(line.lot, narrowed)]
    if kind == Alert.Kind.INDICATION or narrowed.order == NEWEST:
        return found
    return sorted(found, key=lambda line: -line.suspicion.suspicion if line.suspicion else 1.0)


def with_lots(rows: "QuerySet[Alert]") -> list[AlertLine]:
    """Return alerts with their lots and, where they are of statistics, with what the newest run says of them."""
    alerts = list(rows)
    lots = tender.lots({row.lot_id for row in alerts})
    found = suspicion.newest_of({row.lot_id for row in alerts if row.kind == Alert.Kind.STATISTICAL})
    return [
        AlertLine(
            row, lots[row.lot_id], found.get(row.lot_id) if row.kind == Alert.Kind.STATISTICAL else None
        )
        for row in alerts
    ]


def _fits(lot: LotRecord, narrowed: AlertFilter) -> bool:
    words = f"{lot.code} {lot.title} {lot.project} {lot.procuring_entity.name}"
    return (
        (not narrowed.region or lot.region == narrowed.region)
        and (not narrowed.regime or lot.regime == narrowed.regime)
        and _published_within(lot, narrowed)
        and (
            not narrowed.buyer
            or narrowed.buyer.upper() in (lot.procuring_entity.credit_code, lot.procuring_entity.name.upper())
        )
        and narrowed.text.casefold() in words.casefold()
    )


def _published_within(lot: LotRecord, narrowed: AlertFilter) -> bool:
    if lot.published_at is None or not (narrowed.since or narrowed.until):
        return True
    month = f"{lot.published_at.astimezone(tender.ZONE):%Y-%m}"
    return (narrowed.since or month) <= month <= (narrowed.until or month)


def access_alert(reader: Holder, alert_id: uuid.UUID) -> AlertLine:
    """Return an alert with its lot to a supervisor; else 404."""
    as_regulator(reader)
    found = list(with_lots(Alert.objects.filter(pk=alert_id).select_related("indication", "run")))
    if not found:
        raise Http404
    return found[0]


def access_lot(reader: Holder, lot_id: uuid.UUID) -> LotRecord:
    """Return an opened lot to a supervisor; else 404."""
    as_regulator(reader)
    record = tender.find_published(lot_id)
    if record is None or not is_opened(lot_id):
        raise Http404
    return record


def lot_alerts(lot_id: uuid.UUID) -> list[Alert]:
    """Return the alerts of a lot, oldest first."""
    rows = Alert.objects.filter(lot_id=lot_id).select_related("indication", "run")
    return list(rows.order_by("raised_at", "pk"))


@dataclass(frozen=True, slots=True)
class ScreenLine:
    """One screen of a lot for a page: its value or why it has none, and where it stands among other lots."""

    name: str
    value: float | None
    missing: str
    sign: str
    least: int
    others: tuple[float, ...]

    @property
    def place(self) -> float | None:
        """The share of other lots' values below this one; None where there is no value or no group."""
        if self.value is None or len(self.others) < COMPARED_LEAST:
            return None
        return records.place_among(self.value, self.others)


def screen_lines(run: ScreenRun) -> list[ScreenLine]:
    """Return the values of a run in the order of the pages, each beside those of other lots of its kind."""
    others = _others(run)
    return [
        ScreenLine(
            name=name,
            value=float(kept["value"]) if "value" in kept else None,
            missing=kept.get("missing", ""),
            sign=str(records.SIGNS.get(name, "")),
            least=MINIMUM.get(name, 1),
            others=tuple(others[name]),
        )
        for name in records.named()
        if (kept := run.values[name])
    ]


def _others(run: ScreenRun) -> Mapping[str, list[float]]:
    """Return the values of the other lots of one regime and category: works are not compared with goods."""
    rows = ScreenRun.objects.filter(version=run.version, regime=run.regime, category=run.category)
    found: dict[str, list[float]] = {name: [] for name in records.named()}
    for values in rows.exclude(lot_id=run.lot_id).order_by("pk").values_list("values", flat=True):
        for name, kept in values.items():
            if "value" in kept:
                found[name].append(float(kept["value"]))
    return found


@dataclass(frozen=True, slots=True)
class OpenedPrice:
    """A line of the file from which anybody recomputes a lot's screens."""

    bidder: str
    name: str
    amount: Decimal


def opened_prices(lot_id: uuid.UUID) -> list[OpenedPrice]:
    """Return the opened prices of a lot by their arrival."""
    amounts = prices(lot_id)
    return [
        OpenedPrice(bid.bidder, bid.name, amounts[bid.bidder])
        for bid in bidding.opened_bids(lot_id)
        if bid.bidder in amounts
    ]


def dossiers(lot_id: uuid.UUID, edition: str) -> list[DossierFile]:
    """Return the made dossiers of a lot in one edition, newest first."""
    rows = DossierFile.objects.filter(lot_id=lot_id, edition=edition, state=DossierState.MADE)
    return list(rows.order_by("-made_at", "pk"))


def open_request(lot_id: uuid.UUID, edition: str) -> DossierFile | None:
    """Return the dossier of an edition that is asked for and not made yet."""
    return DossierFile.objects.filter(lot_id=lot_id, edition=edition, state=DossierState.ASKED).first()


def access_public_dossier(lot_id: uuid.UUID, sha256: str) -> DossierFile:
    """Return a made public dossier of a published lot by its hash; else 404."""
    tender.access_public_lot(lot_id)
    return _made(lot_id, "public", sha256)


def access_audit_dossier(reader: Holder, lot_id: uuid.UUID, sha256: str) -> DossierFile:
    """Return a made auditors' dossier to those who may read it; else 404."""
    if reader.kind not in AUDIT_SEATS:
        raise Http404
    tender.access_public_lot(lot_id)
    return _made(lot_id, "audit", sha256)


def access_dossier_lot(reader: Holder, lot_id: uuid.UUID) -> LotRecord:
    """Return a published lot to those who may read its auditors' dossier; else 404."""
    if reader.kind not in AUDIT_SEATS:
        raise Http404
    return tender.access_public_lot(lot_id)


def _made(lot_id: uuid.UUID, edition: str, sha256: str) -> DossierFile:
    rows = DossierFile.objects.filter(lot_id=lot_id, edition=edition, sha256=sha256, state=DossierState.MADE)
    found = rows.order_by("-made_at").first()
    if found is None:
        raise Http404
    return found


def regulators(lot_id: uuid.UUID) -> list[Holder]:
    """Return the supervisors to be told of a lot: its own, else all."""
    own = tender.officer(lot_id, SeatKind.SUPERVISOR)
    return [own] if own else accounts.holders(kind=SeatKind.SUPERVISOR)


def unseen(kind: Alert.Kind) -> int:
    """Return how many alerts of a kind nobody has seen."""
    return Alert.objects.filter(kind=kind, status=AlertState.NEW).count()
