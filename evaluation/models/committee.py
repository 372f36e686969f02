"""The committee of a lot: its sitting, how its experts were drawn and called, who sits where, who left."""

from django.db import models

from evaluation.domain.lifecycle import InvitationState, MemberState, SessionState
from evaluation.models.pool import Expert, Place, Site

NAME = 20
"""Length of a pseudonym."""


class Session(models.Model):
    """The sitting of a lot's committee: when, under whose lead, where it stands, and until when it waits.

    `avoid` are the organisations that the applicant listed, credit code -> ground; `extended` counts the times
    that members found the time too short; `round` counts the ballots for the leader.
    """

    lot = models.OneToOneField("tender.Lot", models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, default=SessionState.PREPARING)
    state_at = models.DateTimeField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    avoid = models.JSONField(default=dict)
    requested_by = models.ForeignKey("accounts.Seat", models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True)
    similarity_due_at = models.DateTimeField(null=True)
    leader = models.ForeignKey("evaluation.Member", models.PROTECT, null=True, related_name="+")
    round = models.PositiveSmallIntegerField(default=1)
    extended = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)
    reopen_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(starts_at__lt=models.F("ends_at")), name="a_session_has_time"
            )
        ]
        indexes = [models.Index(fields=["state", "starts_at"])]


class ExpertDraw(models.Model):
    """A draw of experts for a session; the draw itself, its commitments and its order, is bidding's."""

    draw = models.OneToOneField("bidding.Draw", models.PROTECT, primary_key=True, related_name="+")
    session = models.ForeignKey(Session, models.PROTECT, related_name="draws")
    number = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=200)
    requested_at = models.DateTimeField()
    drawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "number"], name="numbered_expert_draws")]


class DrawnStratum(models.Model):
    """A stratum of a draw: the major, the site and how many are taken; `exhausted_at` when its reserve ran out."""

    draw = models.ForeignKey(ExpertDraw, models.PROTECT, related_name="strata")
    name = models.CharField(max_length=40)
    major = models.CharField(max_length=40)
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    take = models.PositiveSmallIntegerField()
    exhausted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draw", "name"], name="one_drawn_stratum_per_name")]


class Pseudonym(models.Model):
    """The name under which one draw knows one expert, eligible or not; fresh for each draw."""

    draw = models.ForeignKey(ExpertDraw, models.PROTECT, related_name="pseudonyms")
    expert = models.ForeignKey(Expert, models.PROTECT, related_name="+")
    name = models.CharField(max_length=NAME, unique=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draw", "expert"], name="one_pseudonym_per_draw")]


class Invitation(models.Model):
    """An expert's place in the order of a stratum, and what came of it; `skip` is the reason of the draw record.

    `absent_due_at` is set when the call is accepted, and set anew when the sitting is moved.
    """

    stratum = models.ForeignKey(DrawnStratum, models.PROTECT, related_name="invitations")
    pseudonym = models.ForeignKey(Pseudonym, models.PROTECT, related_name="invitations")
    order = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, default=InvitationState.PENDING)
    notified_at = models.DateTimeField(null=True)
    answer_due_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    absent_due_at = models.DateTimeField(null=True)
    words = models.CharField(max_length=200, blank=True)
    skip = models.CharField(max_length=20, blank=True)
    skipped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stratum", "order"], name="one_place_in_the_order"),
            models.UniqueConstraint(fields=["stratum", "pseudonym"], name="once_in_the_order"),
        ]
        indexes = [
            models.Index(fields=["state", "answer_due_at"]),
            models.Index(fields=["state", "absent_due_at"]),
        ]


class Representative(models.Model):
    """A member whom the procuring entity names, under a pseudonym of its own."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="representatives")
    seat = models.ForeignKey("accounts.Seat", models.PROTECT, related_name="+")
    name = models.CharField(max_length=NAME, unique=True)
    named_by = models.CharField(max_length=60)
    named_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["session", "seat"], name="named_once", condition=models.Q(ended_at__isnull=True)
            )
        ]


class SeatCode(models.Model):
    """A code, good once, by which the person behind a pseudonym signs in at one place; only its hash is kept."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="codes")
    name = models.CharField(max_length=NAME)
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)
    issued_by = models.CharField(max_length=60)
    issued_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)
    void_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["session", "name"],
                name="one_open_code_per_name",
                condition=models.Q(used_at__isnull=True, void_at__isnull=True),
            ),
            models.UniqueConstraint(
                fields=["place"],
                name="one_open_code_per_place",
                condition=models.Q(used_at__isnull=True, void_at__isnull=True),
            ),
        ]


class Member(models.Model):
    """Who sits on the committee: the pseudonym, the seat behind it, where it sits, and how far it is.

    `freed_at` when the place is free again; `sheet` is the signed score sheet that counts.
    """

    session = models.ForeignKey(Session, models.PROTECT, related_name="members")
    name = models.CharField(max_length=NAME, unique=True)
    kind = models.CharField(max_length=14)
    seat = models.ForeignKey("accounts.Seat", models.PROTECT, related_name="+")
    invitation = models.OneToOneField(Invitation, models.PROTECT, null=True, related_name="member")
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, default=MemberState.SEATED)
    signed_in_at = models.DateTimeField()
    voted_at = models.DateTimeField(null=True)
    wants_time = models.BooleanField(default=False)
    sheet = models.ForeignKey("evaluation.Sheet", models.PROTECT, null=True, related_name="+")
    freed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["place"], name="one_member_per_place", condition=models.Q(freed_at__isnull=True)
            ),
            models.UniqueConstraint(
                fields=["session", "seat"],
                name="one_place_per_member",
                condition=~models.Q(state=MemberState.REPLACED),
            ),
        ]


class Declaration(models.Model):
    """A member's word, before it sees any document, that nothing ties it to the parties shown (C-09)."""

    member = models.OneToOneField(Member, models.PROTECT, related_name="declaration")
    parties = models.JSONField()
    conflict = models.BooleanField()
    text = models.TextField(blank=True)
    at = models.DateTimeField()


class Ballot(models.Model):
    """A member's vote for the leader in one round."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="ballots")
    round = models.PositiveSmallIntegerField()
    choice = models.ForeignKey(Member, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "round"], name="one_ballot_a_round")]


class Replacement(models.Model):
    """A member who leaves: on which ground, proposed by one seat and confirmed by another, and who came.

    A member's own declaration needs nobody's consent: then both names are empty. `into` is empty until
    the one who comes has signed in.
    """

    session = models.ForeignKey(Session, models.PROTECT, related_name="replacements")
    out = models.ForeignKey(Member, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=20)
    words = models.TextField()
    proposed_by = models.CharField(max_length=60, blank=True)
    proposed_at = models.DateTimeField()
    confirmed_by = models.CharField(max_length=60, blank=True)
    confirmed_at = models.DateTimeField(null=True)
    into = models.ForeignKey(Member, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["out"], name="replaced_once"),
            models.CheckConstraint(
                condition=models.Q(confirmed_by="") | ~models.Q(confirmed_by=models.F("proposed_by")),
                name="four_eyes_on_a_replacement",
            ),
        ]
