"""Sites and their workstations: entered by the operator, before any committee is drawn to sit there."""

import uuid
from datetime import datetime

from django.db import transaction
from django.shortcuts import get_object_or_404

from accounts.queries import Holder
from evaluation.models import Member, Place, SeatCode, Site
from kernel import journal
from kernel.domain.refusals import Refused, RefusedError

REGION_DIGITS = 6


def save_site(
    by: Holder, *, name: str, region: str, organisation: uuid.UUID, address: str, now: datetime
) -> Site:
    """Make or correct a site by its name, which notices use."""
    if len(region) != REGION_DIGITS or not (region.isascii() and region.isdigit()):
        raise RefusedError(Refused("X-01", "region_shape", {"region": region}))
    with transaction.atomic():
        row, _ = Site.objects.update_or_create(
            name=name.strip(),
            defaults={"region": region, "organisation_id": organisation, "address": address.strip()},
        )
        payload = {"site": row.name, "region": region, "organisation": str(organisation)}
        journal.record("evaluation:site:saved", actor=by.actor, at=now, payload=payload)
    return row


def add_place(
    by: Holder, site_id: int, *, room: str, number: str, device: str, camera: str = "", now: datetime
) -> Place:
    """Add a workstation to a site; number and device name it once."""
    with transaction.atomic():
        site = get_object_or_404(Site.objects.select_for_update(), pk=site_id)
        clash = Place.objects.filter(device=device).exclude(site=site, number=number).first()
        if clash is not None:
            raise RefusedError(Refused("X-05", "device_taken", {"device": device, "place": clash.number}))
        row, _ = Place.objects.update_or_create(
            site=site,
            number=number,
            defaults={"room": room, "device": device, "camera": camera, "retired_at": None},
        )
        payload = {"site": site.name, "place": number, "room": room, "device": device}
        journal.record("evaluation:place:added", actor=by.actor, at=now, payload=payload)
    return row


def retire_place(by: Holder, place_id: int, *, now: datetime) -> None:
    """Take a workstation out of use; one at which somebody sits stays."""
    with transaction.atomic():
        row = get_object_or_404(Place.objects.select_for_update(), pk=place_id)
        open_code = SeatCode.objects.filter(place=row, used_at__isnull=True, void_at__isnull=True)
        if open_code.exists() or Member.objects.filter(place=row, freed_at__isnull=True).exists():
            raise RefusedError(Refused("X-05", "place_in_use", {"place": row.number}))
        row.retired_at = now
        row.save(update_fields=["retired_at"])
        payload = {"site": row.site.name, "place": row.number}
        journal.record("evaluation:place:retired", actor=by.actor, at=now, payload=payload)
