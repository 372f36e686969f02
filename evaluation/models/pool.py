"""The pool of experts and the sites where committees sit."""

from django.db import models


class Expert(models.Model):
    """What the pool knows of an expert's seat; majors and region are codes."""

    seat = models.OneToOneField("accounts.Seat", models.PROTECT, related_name="+")
    title = models.CharField(max_length=80)
    years = models.PositiveSmallIntegerField()
    majors = models.JSONField(default=list)
    region = models.CharField(max_length=6)
    enabled = models.BooleanField(default=True)
    suspended_until = models.DateField(null=True)
    penalised_until = models.DateField(null=True)
    note = models.TextField(blank=True)
    updated_at = models.DateTimeField()


class Employment(models.Model):
    """An employer of an expert by credit code; `until_date` is the last day, null while it lasts."""

    expert = models.ForeignKey(Expert, models.CASCADE, related_name="employments")
    employer = models.CharField(max_length=18)
    from_date = models.DateField()
    until_date = models.DateField(null=True)


class Interest(models.Model):
    """An organisation that an expert declared: an interest of its own, of a relative, or an authority it serves."""

    class Kind(models.TextChoices):
        """What ties the expert to the organisation."""

        INTEREST = "interest"
        RELATIVE = "relative"
        REGULATOR = "regulator"

    expert = models.ForeignKey(Expert, models.CASCADE, related_name="interests")
    organisation = models.CharField(max_length=18)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    note = models.CharField(max_length=200, blank=True)
    declared_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["expert", "organisation", "kind"],
                name="declared_once",
                condition=models.Q(withdrawn_at__isnull=True),
            )
        ]


class BusySpan(models.Model):
    """A time for which an expert cannot come, half-open."""

    expert = models.ForeignKey(Expert, models.CASCADE, related_name="busy")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(starts_at__lt=models.F("ends_at")), name="a_busy_span_has_time"
            )
        ]


class PoolImport(models.Model):
    """One import of the pool: the file by its hash, how many rows came in, which did not and why."""

    name = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    done = models.PositiveIntegerField()
    errors = models.JSONField(default=list)
    by = models.CharField(max_length=60)
    at = models.DateTimeField()


class PoolLimits(models.Model):
    """How often an expert may sit, as the pool's operator set it; the newest row counts (R-07)."""

    sessions = models.PositiveSmallIntegerField(null=True)
    window_days = models.PositiveSmallIntegerField(null=True)
    cooling_days = models.PositiveSmallIntegerField(null=True)
    by = models.CharField(max_length=60)
    at = models.DateTimeField()


class Site(models.Model):
    """A place where committees sit, run by a trading centre."""

    name = models.CharField(max_length=40, unique=True)
    region = models.CharField(max_length=6)
    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    address = models.CharField(max_length=200)


class Place(models.Model):
    """A workstation (机位) of a site: its room, its device and its camera; one member sits at it at a time."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="places")
    room = models.CharField(max_length=40)
    number = models.CharField(max_length=20)
    device = models.CharField(max_length=80)
    camera = models.CharField(max_length=80, blank=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "number"], name="one_number_per_place"),
            models.UniqueConstraint(fields=["device"], name="one_device_per_place"),
        ]
