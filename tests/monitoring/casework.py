"""A case as tests need it, brought to where they begin by the supervisors' own acts."""

from datetime import date, timedelta

from kernel import clock
from monitoring.actions import cases, ending, hearing
from monitoring.domain.cases import Asking, Minutes, Upload
from monitoring.models import Alert, Case, CaseQuestion

WEEK = timedelta(days=7)
REASON = "两家投标文件作者相同，需核查"
QUESTION = "请说明投标文件的编制过程"
PEOPLE = [("唐监督", "晴川市发展和改革委员会"), ("万监督", "晴川市财政局")]


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

    def confer(self, ruling="police"):
        """Record a conference."""
        held = Minutes(date(2026, 3, 24), PEOPLE, "经研判，涉嫌串通投标。", ruling)
        ending.confer(self.first, self.id, held, now=clock.now())
        return self

    def hand_over(self):
        """Make the package."""
        return ending.hand_over(self.first, self.id, now=clock.now())

    def propose_closing(self, outcome):
        """Propose how it ends."""
        ending.propose_closing(self.first, self.id, outcome, "核查完毕", now=clock.now())
        return self

    def closed(self, outcome):
        """Close it by two people."""
        self.propose_closing(outcome)
        ending.close(self.second, self.id, now=clock.now())
        return self
