"""Everybody around an evaluation as the tests play them: the pool, the draw, experts at their seats, signatures.

Most tests begin at an opening whose table is written down directly; the whole way through the hall is played in
`test_whole_evaluation.py`.
"""

import io
import json
import uuid
import zipfile
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from accounts import actions as account_actions, queries as accounts
from accounts.domain import certificates
from accounts.domain.seats import SeatKind
from bidding.domain import opening
from bidding.domain.faults import Decision, Outcome
from bidding.models import Bid, BidPart, ClosingLine, Draw, Hall
from bidding.queries import draws
from demo import cast as city
from evaluation.actions import (
    convening,
    inviting,
    pooling,
    requesting,
    reviewing,
    scoring,
    seating,
    signing,
    siting,
)
from evaluation.domain.drafts import Given
from evaluation.models import Invitation, Member, Session
from evaluation.queries import committee, judging, sites
from kernel import clock, journal, storage
from kernel.domain import canonical
from kernel.models import Upload
from tender import queries as tender
from tender.actions import stepping
from tender.domain.lifecycle import Lever, LotState
from tests import bidders, cast, contributors, factories

CIVIL = tuple(f"expert{n}" for n in range(1, 7))
ECONOMICS = tuple(f"expert{n}" for n in range(7, 13))
FIRMS = tuple(f"bidder{n}" for n in range(1, 8))
PRICES = dict(
    zip(FIRMS, ("9600000", "9800000", "10000000", "10300000", "10800000", "9900000", "10100000"), strict=True)
)
HOUR = timedelta(hours=1)
COLLEGE, INSTITUTE = "college", "institute"
DELEGATES = {"delegate": ("bureau", "彭代表", 701), "delegate-hospital": ("hospital", "韦代表", 702)}


def goods_terms(**changes):
    """Terms of a lawful goods lot under the Government Procurement Law, lowest price, small firms favoured."""
    terms = {
        "regime": "G",
        "category": "goods",
        "code": "G5108000001",
        "estimate": "3000000.00",
        "ceiling": "3000000.00",
        "deposit": None,
        "mode": "custodians",
        "coefficients": [],
        "method": {
            "formula": "lowest_price",
            "parameters": {"sme_deduction": "0.10"},
            "price_full": "30",
            "items": [
                {"id": "tech", "title": "技术响应", "full": "50", "kind": "subjective"},
                {"id": "service", "title": "服务承诺", "full": "20", "kind": "objective"},
            ],
        },
    }
    return {**terms, **changes}


def enrol_delegate(username):
    """Give the procuring entity an expert's seat of its own, for its member of the committee."""
    return enrol_expert(username, *DELEGATES[username])


def enrol_expert(username, institution, name, number):
    """Give an institution one more expert's seat."""
    own = city.institution(institution)
    new = account_actions.NewSeat(
        username=username,
        kind=SeatKind.EXPERT,
        credit_code=own.credit_code,
        person_name=name,
        resident_number=city.resident_number(number),
    )
    code = account_actions.make_seat(new, actor="system", now=clock.now())
    subject = certificates.Subject(credit_code=own.credit_code, organisation=own.name)
    request = certificates.build_request(cast.key_of(username), subject)
    account_actions.enrol(code, request, "", now=clock.now())
    return cast.Actor(username)


def pool_csv(*rows):
    """The pool as its operator writes it."""
    lines = ["username,title,years,majors,region,employers"]
    lines += [",".join(row) for row in rows]
    return "\n".join(lines).encode()


def pool_rows(**employers):
    """Rows of all experts of the tests: civil engineers here, economists in the other city."""
    found = []
    for names, major, region, employer in (
        (CIVIL, "civil", city.REGION, COLLEGE),
        (ECONOMICS, "economics", city.AWAY_REGION, INSTITUTE),
    ):
        for name in names:
            code = city.institution(employers.get(name, employer)).credit_code
            found.append((name, "高级工程师", "12", major, region, f"{code} 2018-01-01.."))
    return found


@dataclass
class World:
    """One lot and everybody around its evaluation."""

    actors: dict
    lot: uuid.UUID
    move: object
    bids: dict = field(default_factory=dict)
    experts: tuple = CIVIL + ECONOMICS

    @property
    def record(self):
        return tender.lot(self.lot)

    @property
    def session(self):
        return Session.objects.get(lot_id=self.lot)

    @property
    def bench(self):
        return judging.bench_of(self.lot)

    def holder(self, name):
        return self.actors[name].holder

    def journal(self, tag):
        return [json.loads(bytes(row.payload)) for row in journal.of_lot(self.lot, tag=tag)]

    # pool and sites

    def furnish(self, **employers):
        """The pool imported, two sites with four places each."""
        operator = self.holder("operator")
        report = pooling.import_pool(operator, "pool.csv", pool_csv(*pool_rows(**employers)), now=clock.now())
        assert report.errors == []
        for name, region, centre in (("晴川", city.REGION, "centre"), ("遂和", city.AWAY_REGION, "away")):
            organisation = accounts.party_by_code(city.institution(centre).credit_code).id
            site = siting.save_site(
                operator,
                name=name,
                region=region,
                organisation=organisation,
                address=f"{name}交易大厦",
                now=clock.now(),
            )
            for n in range(1, 5):
                siting.add_place(
                    operator,
                    site.pk,
                    room=f"{name}-{1 + n % 2}",
                    number=f"{n:02d}",
                    device=f"{name}:{n}",
                    now=clock.now(),
                )

    # the draw

    def request(self, *, after=2 * HOUR, length=6 * HOUR, avoid=()):
        starts_at = clock.now() + after
        return requesting.request_draw(
            self.holder("clerk"),
            self.lot,
            starts_at=starts_at,
            ends_at=starts_at + length,
            avoid=avoid,
            now=clock.now(),
        )

    def draw(self, number=None):
        """Commit and reveal the newest draw of experts."""
        row = Draw.objects.filter(lot_id=self.lot).order_by("-number").first()
        contributors.commit(self.actors, row)
        contributors.reveal(self.actors, row)
        assert row.state == "drawn"
        return row

    def called(self, state="notifying"):
        rows = Invitation.objects.filter(stratum__draw__session__lot_id=self.lot, state=state)
        return list(rows.select_related("pseudonym__expert", "stratum").order_by("stratum__name", "order"))

    def username(self, invitation):
        return accounts.holder(invitation.pseudonym.expert.seat_id).username

    def accept_all(self):
        while self.called():
            for one in self.called():
                inviting.accept(self.holder(self.username(one)), one.pk, now=clock.now())

    # the seats

    def let_in(self, *names):
        """The witness gives a code at the door, the person signs in with it; names are pseudonyms, default all."""
        witness = self.holder("witness")
        _, own = sites.access_site_session(witness, self.lot)
        for one in sites.expected(self.session, own):
            if names and one.name not in names:
                continue
            code = seating.issue_code(witness, self.lot, one.name, now=clock.now()).code
            seating.sign_in(self.person(one.name), code, now=clock.now())

    def person(self, name):
        """The seat behind a pseudonym."""
        from evaluation.models import Pseudonym, Representative

        row = Representative.objects.filter(name=name).first()
        seat = row.seat_id if row else Pseudonym.objects.get(name=name).expert.seat_id
        return accounts.holder(seat)

    def name_delegate(self):
        return seating.name_representative(
            self.holder("clerk"), self.lot, self.holder(self.delegate).id, now=clock.now()
        )

    @property
    def delegate(self):
        return "delegate"

    def members(self):
        return committee.live_members(self.session)

    def member(self, index=0):
        return accounts.holder(self.members()[index].seat_id)

    def holders(self):
        return [accounts.holder(member.seat_id) for member in self.members()]

    def seat_committee(self):
        """From the request to all signed in."""
        self.request()
        self.draw()
        self.accept_all()
        self.name_delegate()
        self.let_in()

    # the opening, written down

    def open(self, prices=None, *, small=(), fields=True):
        """Bids opened with these prices; `small` firms are small enterprises."""
        prices = prices or PRICES
        deadline = self.record.deadline
        if clock.now() < deadline:
            self.move(to=deadline + timedelta(seconds=1))
        rows = []
        for number, (name, price) in enumerate(prices.items()):
            holder = self.holder(name)
            received = deadline - HOUR + timedelta(minutes=number)
            bid = _bid(self.lot, holder, received)
            self.bids[name] = str(bid.pk)
            value = opening.build_fields(
                price=Decimal(price),
                period_days=180,
                quality="合格",
                enterprise="small" if name in small else "medium",
                terms=[["项目负责人", "王工"]],
            )
            rows.append(
                opening.Row(
                    bid=str(bid.pk),
                    bidder=holder.organisation.credit_code,
                    name=holder.organisation.name,
                    received_at=canonical.instant(received),
                    statement=bid.statement_sha256,
                    addenda=0,
                    decision=Decision(Outcome.OPENED, None, "The bid was opened."),
                    fields=value,
                )
            )
        drawn = (
            [{"name": "K", "value": "0.02", "draw": f"{self.lot}/draw-1"}]
            if self.record.notice["coefficients"]
            else []
        )
        table = opening.build_table(
            tender=self.record.tender,
            lot=str(self.lot),
            closing="c" * 64,
            release="e" * 64,
            rows=rows,
            coefficients=drawn,
        )
        Hall.objects.filter(pk=self.lot).update(
            step="ended", due_at=None, table=canonical.to_bytes(table), table_sha256=canonical.digest(table)
        )
        stepping.close_due(self.lot, now=clock.now())
        for lever in (Lever.BEGIN_OPENING, Lever.FINISH_OPENING):
            stepping.step(self.lot, lever, actor="system", now=clock.now())

    def put_documents(self, name, files):
        """An opened plain part of a bid, as the opening leaves it in the store."""
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w", zipfile.ZIP_STORED) as archive:
            listed = [
                {"name": n, "sha256": canonical.sha256(c), "length": len(c)} for n, c in sorted(files.items())
            ]
            archive.writestr("manifest.json", canonical.to_bytes({"files": listed}))
            for file, content in sorted(files.items()):
                archive.writestr(file, content)
            archive.writestr(".pad", b"\0" * 100)
        upload = Upload.objects.create(
            owner="x",
            purpose="test",
            reference=uuid.uuid4().hex,
            length=1,
            sha256="0" * 64,
            created_at=clock.now(),
        )
        BidPart.objects.create(
            bid_id=self.bids[name],
            name="documents",
            sha256=uuid.uuid4().hex * 2,
            length=1,
            recipient=uuid.uuid4().hex,
            upload=upload,
            plain_sha256=storage.put(data.getvalue()),
        )

    # the sitting

    def begin(self):
        return convening.begin(self.holder("witness"), self.lot, now=clock.now())

    def declare_all(self):
        for member in self.members():
            if member.state == "seated":
                convening.declare(accounts.holder(member.seat_id), self.lot, conflict=False, now=clock.now())

    def elect(self, leader=None):
        leader = leader or next(m.name for m in self.members() if m.kind == "expert")
        for holder in self.holders():
            convening.vote_leader(holder, self.lot, leader, now=clock.now())

    @property
    def leader(self):
        return accounts.holder(self.session.leader.seat_id)

    def similarity(self, *indications):
        report = {"lot": str(self.lot), "groups": [], "indications": list(indications)}
        return reviewing.take_similarity(self.lot, report, now=clock.now())

    def to_review(self):
        """A committee that sits, has declared, elected, read the comparison and begun its review."""
        self.seat_committee()
        assert self.begin() == ()
        self.declare_all()
        self.elect()
        self.similarity()
        reviewing.begin_review(self.leader, self.lot, now=clock.now())

    def breach(self, holder, firm, clause="V-03.not_qualified"):
        return reviewing.find_breach(
            holder, self.lot, self.bids[firm], clause, page="12", reason="资质证书过期", now=clock.now()
        )

    def cast_all(self):
        for member in self.members():
            if member.state == "declared":
                reviewing.cast(accounts.holder(member.seat_id), self.lot, now=clock.now())

    def conclude(self):
        return reviewing.conclude(self.leader, self.lot, now=clock.now())

    def to_scoring(self, *, reject=()):
        self.to_review()
        for firm in reject:
            for holder in self.holders()[:3]:
                self.breach(holder, firm)
        self.cast_all()
        return self.conclude()

    def marks(self, place, *, objective="10", subjective=None):
        """The marks that a member gives: alike in facts, a little apart in judgement."""
        items = self.record.notice["method"]["items"]
        found = []
        for number, bid in enumerate(self.bench.remaining):
            for item in items:
                given = objective if item["kind"] == "objective" else subjective or str(20 + number + place)
                found.append(Given(bid, item["id"], given))
        return found

    def score(self, index, given=None, **submitted):
        """A member fills its sheet, hands it in and signs it."""
        holder = self.member(index)
        scoring.save_marks(holder, self.lot, given or self.marks(index), now=clock.now())
        sheet = scoring.submit(holder, self.lot, now=clock.now(), **submitted)
        self.sign(holder, "score-sheet")
        return sheet

    def score_all(self):
        for index, member in enumerate(self.members()):
            if member.state == "voted":
                self.score(index)

    def sign(self, holder, purpose):
        actor = self.actors.get(holder.username) or cast.Actor(holder.username)
        signed = 0
        for row in accounts.access_signature_requests(holder):
            if row.purpose == purpose:
                value = canonical.from_bytes(bytes(row.document))
                account_actions.sign_request(holder, row.pk, actor.sign(value), now=clock.now())
                signed += 1
        return signed

    def merits(self):
        for bid in self.bench.remaining:
            signing.set_merit(
                self.leader, self.lot, bid, strengths="方案完整", weaknesses="工期偏紧", now=clock.now()
            )

    def lay(self):
        self.merits()
        return signing.lay(self.leader, self.lot, now=clock.now())

    def sign_report(self, *indexes):
        holders = self.holders()
        for index in indexes or range(len(holders)):
            self.sign(holders[index], "evaluation-report")

    def to_signed(self):
        from evaluation.actions import checking

        self.score_all()
        assert checking.sum_up(self.leader, self.lot, now=clock.now()) == []
        self.lay()
        self.sign_report()
        assert self.record.status is LotState.EVALUATED


def _bid(lot, holder, received):
    statement = canonical.to_bytes({"bid": uuid.uuid4().hex})
    bid = Bid.objects.create(
        id=uuid.uuid4(),
        lot_id=lot,
        organisation_id=holder.organisation.id,
        seat_id=holder.id,
        state="opened",
        statement=statement,
        statement_sha256=canonical.sha256(statement),
        signature=b"",
        nonce=uuid.uuid4().hex,
        addenda=0,
        declared_at=received,
        received_at=received,
    )
    ClosingLine.objects.create(bid=bid, salt=b"", line=b"", hash=uuid.uuid4().hex * 2, status="valid")
    return bid


def begin(move, *, firms=FIRMS, published_at=None, **terms):
    """A published lot of the city with its committee's people; furnished with pool and sites."""
    actors = {
        a.username: a for a in cast.found_city(*factories.STAFF, "operator", *firms, *CIVIL, *ECONOMICS)
    }
    actors["delegate"] = enrol_delegate("delegate")
    lot = factories.published(actors, **terms)
    world = World(actors, lot, move)
    world.furnish()
    return world


__all__ = [
    "CIVIL",
    "ECONOMICS",
    "FIRMS",
    "HOUR",
    "PRICES",
    "Member",
    "World",
    "begin",
    "bidders",
    "draws",
    "goods_terms",
]
