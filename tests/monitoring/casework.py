"""A case as tests need it, brought to where they begin by the supervisors' own acts."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import actions as accounts, queries as seats
from accounts.domain.seats import SeatKind
from accounts.models import Seat
from demo import cast as city
from kernel import clock
from kernel.domain.refusals import RefusedError
from monitoring.actions import cases, ending, hearing
from monitoring.domain.cases import Asking, Minutes, Upload
from monitoring.models import Alert, Case, CaseQuestion
from tests import cast
from tests.monitoring import world

WEEK = timedelta(days=7)
REASON = "两家投标文件作者相同，需核查"
QUESTION = "请说明投标文件的编制过程"
PEOPLE = [("唐监督", "晴川市发展和改革委员会"), ("万监督", "晴川市财政局")]


def begin(opened, *others):
    """Raise the flags of an opened lot, enrol the second supervisor and others; returns their casework."""
    world.relay()
    world.work()
    for username in ("supervisor-finance", *others):
        opened.actors[username] = cast.enrol(username)
    return Casework(opened.actors)


def third():
    """A third supervisor, who has no part in a case; made once."""
    regulator, number = city.institution("regulator"), city.resident_number(977)
    new = accounts.NewSeat("supervisor-third", SeatKind.SUPERVISOR, regulator.credit_code, "丁监督", number)
    accounts.make_seat(new, actor="system", now=clock.now())
    return seats.holder(Seat.objects.get(user__username="supervisor-third").pk)


def refused(act, *args):
    """Return the rule and the reason with which an act is refused."""
    with pytest.raises(RefusedError) as caught:
        act(*args, now=clock.now())
    return caught.value.refusal.rule, caught.value.refusal.reason


def indication(item):
    """The alert of an item of article 40."""
    return Alert.objects.get(indication__item=item)


class Casework:
    """One case between two supervisors of the scene; `first` proposes and handles, `second` confirms."""

    def __init__(self, actors, first="supervisor", second="supervisor-finance"):
        self.actors, self.first, self.second = actors, actors[first].holder, actors[second].holder
        self.id = None

    @property
    def row(self):
        """The case as it stands."""
        return Case.objects.get(pk=self.id)

    def propose(self, alerts=None):
        """Propose a case on alerts, by default on all."""
        chosen = [row.pk for row in alerts or Alert.objects.order_by("raised_at", "pk")]
        self.id = cases.propose(self.first, chosen, REASON, now=clock.now())
        return self

    def opened(self, alerts=None):
        """Bring a case to its opening."""
        self.propose(alerts)
        cases.confirm(self.second, self.id, self.first.id, now=clock.now())
        return self

    def attach(self, data=b"%PDF-1.7 bank record", name="流水.pdf", about="银行流水，依法调取"):
        """Freeze a file in it; returns its number."""
        return cases.attach(self.first, self.id, name, data, about, now=clock.now())

    def ask(self, *firms, shown=()):
        """Ask firms by their people's names."""
        codes = [self.code(name) for name in firms]
        asked = Asking(codes, QUESTION, clock.now() + WEEK, shown)
        hearing.ask(self.first, self.id, asked, now=clock.now())
        return self

    def code(self, username):
        """The credit code of a person's organisation."""
        return self.actors[username].holder.organisation.credit_code

    def question(self, username):
        """The newest question to a person's firm."""
        return CaseQuestion.objects.filter(case_id=self.id, firm=self.code(username)).latest("round")

    def reply(self, username, text="各自独立编制", file=None):
        """Reply for a firm."""
        upload = Upload("说明.pdf", file) if file else None
        question = self.question(username).pk
        hearing.reply(self.actors[username].holder, question, text, upload, now=clock.now())

    def go_on(self):
        """End the hearing."""
        hearing.go_on(self.first, self.id, now=clock.now())
        return self

    def heard(self, firm="bidder1"):
        """Ask a firm, take its reply and end the hearing."""
        self.ask(firm).reply(firm)
        return self.go_on()

    def confer(self, ruling="police"):
        """Record a conference of today."""
        held = Minutes(timezone.localdate(clock.now()), PEOPLE, "经研判，涉嫌串通投标。", ruling)
        ending.confer(self.first, self.id, held, now=clock.now())
        return self

    def hand_over(self):
        """Make the package, as another person than who recorded the conference."""
        return ending.hand_over(self.second, self.id, now=clock.now())

    def propose_closing(self, outcome):
        """Propose how it ends."""
        ending.propose_closing(self.first, self.id, outcome, "核查完毕", now=clock.now())
        return self

    def closed(self, outcome):
        """Close it by two people."""
        self.propose_closing(outcome)
        ending.close(self.second, self.id, now=clock.now())
        return self
