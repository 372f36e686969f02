"""The kit against the real platform: from enrolment to opened bids, over a line that is cut and with a killed process."""

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from accounts import actions as account_actions, queries as accounts
from accounts.domain import certificates, cms
from accounts.domain.seats import SeatKind
from bidding import queries
from bidding.actions import hosting, objecting
from bidding.domain import statements
from bidding.kit import keys
from bidding.kit.home import SEAT_DOMAIN
from bidding.models import Hall, OpeningObjection
from bidding.queries import draws
from bidding.sealing import age
from demo import cast as people
from kernel import clock
from kernel.domain import canonical
from tender import queries as tender
from tender.actions import drafting, publishing
from tests import cast, factories
from tests.conftest import ROOT
from tests.kit.conftest import PASSPHRASE
from tests.kit.live import Platform, until

KEEPERS = {"procuring_entity": "keeper-bureau", "centre": "keeper-centre", "third": "keeper-notary"}
OFFICERS = ("host", "witness", "supervisor")
FIRMS = ("bidder1", "bidder2", "bidder3", "bidder4")
BIG = 6 * 1024 * 1024


@dataclass
class City:
    """Everybody around one lot, the staff in this process, the others each with a home of their own."""

    platform: Platform
    folder: Path
    actors: dict
    run: object
    move: object

    def home(self, name):
        """A person's home."""
        return self.folder / "homes" / name

    def kit(self, name, *arguments):
        """Run the kit as a person."""
        given = (
            "--trust",
            self.platform.trust,
            "--server",
            self.platform.url,
            "--patience",
            "20",
            *arguments,
        )
        return self.run(self.home(name), *given)

    def enrol(self, name):
        """Give a person a seat and let it enrol by the kit."""
        person = people.person(name)
        code = account_actions.make_seat(
            account_actions.NewSeat(
                username=name,
                kind=SeatKind(person.seat),
                credit_code=people.institution(person.institution).credit_code,
                person_name=person.name,
                resident_number=person.resident_number,
            ),
            actor="system",
            now=clock.now(),
        )
        return self.kit(name, "enrol", "--code", code).good()

    def give_home(self, name):
        """Give a person of this process, which enrolled without the kit, a home with its key and certificate."""
        home = self.home(name)
        home.mkdir(parents=True)
        actor = self.actors[name]
        (home / "certificate.pem").write_bytes(certificates.to_bundle([actor.certificate]))
        (home / "key.pem").write_bytes(keys.to_pem(cast.key_of(name), ""))
        (home / "seat.json").write_bytes(canonical.to_bytes({"domain": SEAT_DOMAIN}))

    def draft(self):
        """A draft of a works lot whose custodians are named and have given no key yet."""
        clerk, now = self.actors["clerk"].holder, clock.now()
        project = drafting.create_project(
            clerk,
            now=now,
            code="E5108000001",
            title="晴川市滨河路改造工程",
            regime="T",
            category="works",
            region="510900",
            centre=accounts.party_by_code(people.institution("centre").credit_code).id,
        )
        lot = drafting.create_lot(clerk, project, now=now, title="滨河路一标段")
        drafting.set_terms(clerk, lot, factories.works_terms(), now=now)
        drafting.add_file(clerk, lot, "招标文件.pdf", b"%PDF-1.7 sample", now=now)
        for name in OFFICERS:
            drafting.assign_officer(clerk, lot, self.actors[name].holder.id, now=now)
        for role, name in KEEPERS.items():
            seat = next(one for one in accounts.holders(kind=SeatKind.CUSTODIAN) if one.username == name)
            drafting.assign_custodian(clerk, lot, role, seat.id, now=now)
        return lot

    def publish(self, lot):
        """Publish by two people."""
        publishing.submit(self.actors["clerk"].holder, lot, now=clock.now())
        publishing.approve(self.actors["reviewer"].holder, lot, now=clock.now())
        publishing.publish(self.actors["reviewer"].holder, lot, now=clock.now())

    def paper(self, name, size=2000):
        """A document of a bidder."""
        path = self.folder / f"{name}.pdf"
        path.write_bytes(b"%PDF-1.7 " + os.urandom(size))
        return path

    def seal(self, name, lot, *more, price="9800000.00", size=2000):
        """Seal a bid as a bidder; returns its id."""
        fields = ("--price", price, "--enterprise", "medium", "--period", "180", "--quality", "合格")
        return self.kit(name, "seal", lot, *fields, "--documents", self.paper(name, size), *more).good()[
            "bid"
        ]


@pytest.fixture
def city(store, moved, kit):
    actors = {a.username: a for a in cast.found_city("clerk", "reviewer", *OFFICERS)}
    platform = Platform(store)
    try:
        yield City(platform, store, actors, kit, moved)
    finally:
        platform.stop()


def step_is(lot, *steps):
    return lambda: Hall.objects.get(pk=lot).step in steps


def test_from_enrolment_to_opened_bids(city):
    lot = prepare(city)
    bids = submit_bids(city, lot)
    for name in OFFICERS:
        assert len(city.kit(name, "draw-watch", "--once").good()["done"]) == 1
    late = city.seal("bidder4", lot)
    city.move(to=tender.lot(lot).deadline + timedelta(seconds=1))
    told = city.kit("bidder4", "upload", late)
    assert (told.code, told.value["refusals"][0]["rule"]) == (1, "S-02")
    assert "招标投标法 第二十八条" in told.text
    kept = city.kit("bidder4", "verify-receipt", told.value["file"]).good()["receipts"][0]
    assert (kept["outcome"], kept["reason"]) == ("refused", "late_bid")
    open_names(city, lot, bids)
    report(city, lot, bad={})
    consent(city, bids)
    until("the coefficients are drawn", step_is(lot, "coefficients", "release"))
    for name in OFFICERS:
        city.kit(name, "draw-reveal").good()
    release(city, lot)
    table = read_out(city, lot, bids)
    assert draws.coefficients(lot) == table["coefficients"]
    end(city, lot, bids)
    assert "Traceback" not in city.platform.log()


def test_a_bad_share_is_dealt_anew_and_a_withheld_value_opened(city):
    lot = prepare(city)
    bids = {}
    for number, name in enumerate(FIRMS[:3]):
        bids[name] = city.seal(name, lot, price=f"{9 + number}500000.00")
        if name == "bidder1":
            for role in ("centre", "third"):
                spoil_share(city, name, bids[name], role)
        assert city.kit(name, "upload", bids[name], "--wait", "30").good()["standing"] == "submitted"
    for name in OFFICERS:
        city.kit(name, "draw-commit").good()
    city.move(to=tender.lot(lot).deadline + timedelta(seconds=1))
    open_names(city, lot, bids)
    report(city, lot, bad={"keeper-centre": 1, "keeper-notary": 1})
    city.kit("bidder1", "lodge", bids["bidder1"], "--wait", "30").good()
    for name in KEEPERS.values():
        until("a new report is wanted", lambda name=name: reported_again(city, name, lot))
    consent(city, bids)
    until("the coefficients are due", step_is(lot, "coefficients"))
    for name in ("host", "witness"):
        city.kit(name, "draw-reveal").good()
    assert city.kit("keeper-notary", "draw-open").good()["draws"] == []
    [draw] = draws.draws_of(lot)
    city.move(to=draw.reveal_due_at + timedelta(seconds=1))
    for name in ("keeper-notary", "keeper-bureau"):
        [done] = city.kit(name, "custody-watch", "--once").good()["done"]
        assert done["opened"] == ["supervisor"]
    release(city, lot)
    read_out(city, lot, bids)
    assert "Traceback" not in city.platform.log()


def prepare(city):
    """Everybody enrolled, the custodians' keys given, the lot published."""
    for name in (*KEEPERS.values(), *FIRMS):
        enrolled = city.enrol(name)
        assert enrolled["username"] == name
    for name in OFFICERS:
        city.give_home(name)
    lot = city.draft()
    watcher, *others = KEEPERS.values()
    [done] = city.kit(watcher, "custody-watch", "--once").good()["done"]
    assert done["act"] == f"custodian-key {lot}"
    for name in others:
        city.kit(name, "custodian-key", lot).good()
    assert city.kit(others[0], "custodian-key", lot).value["error"] == "custody_key_given"
    city.publish(lot)
    return lot


def submit_bids(city, lot):
    """Four bidders: one's process is killed in the middle, one's line is cut, one replaces, one withdraws."""
    assert city.kit("bidder1", "notice", lot).good()["addenda"] == 0
    bids = {"bidder1": city.seal("bidder1", lot, price="9500000.00", size=BIG)}
    kill_in_the_middle(city, bids["bidder1"])
    told = city.kit("bidder1", "upload", bids["bidder1"], "--wait", "30").good()
    assert (told["outcome"], told["standing"]) == ("accepted", "submitted")
    bids["bidder2"] = city.seal("bidder2", lot, price="9600000.00", size=BIG)
    city.platform.line.cut_after(BIG // 2)
    assert city.kit("bidder2", "upload", bids["bidder2"], "--wait", "30").good()["standing"] == "submitted"
    first = city.seal("bidder3", lot, price="9900000.00")
    city.kit("bidder3", "upload", first, "--wait", "30").good()
    bids["bidder3"] = city.seal("bidder3", lot, price="9700000.00")
    assert city.kit("bidder3", "upload", bids["bidder3"], "--wait", "30").good()["outcome"] == "accepted"
    states = {row["bid"]: row["state"] for row in city.kit("bidder3", "status", lot).good()["bids"]}
    assert states == {first: "superseded", bids["bidder3"]: "sealed"}
    gone = city.seal("bidder4", lot)
    city.kit("bidder4", "upload", gone).good()
    assert city.kit("bidder4", "withdraw", gone, "--wait", "30").good()["standing"] == "submitted"
    for name in FIRMS:
        files = sorted((city.home(name) / "receipts").glob("*.json"))
        rows = city.kit(name, "verify-receipt", *files).good()["receipts"]
        assert {row["standing"] for row in rows} == {"submitted"}
    return bids


def kill_in_the_middle(city, bid):
    """Kill the process that uploads, when half of the bytes are on their way."""
    line = city.platform.line
    line.hold_after(BIG // 2)
    arguments = ["--home", city.home("bidder1"), "--trust", city.platform.trust, "upload", bid]
    running = subprocess.Popen(
        [sys.executable, "-m", "bidding.kit", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "YANGGUANG_PASSPHRASE": PASSPHRASE},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert line.held.wait(30)
    running.send_signal(signal.SIGKILL)
    running.wait(10)
    line.release()
    assert queries.access_own_bids(holder_of("bidder1"))[0].state == "declared"


def holder_of(name):
    kind = SeatKind(people.person(name).seat)
    return next(one for one in accounts.holders(kind=kind) if one.username == name)


def spoil_share(city, name, bid, role):
    """Deal a custodian nonsense in place of its share of the opening part, and sign that."""
    folder = city.home(name) / "bids" / bid
    notice = canonical.from_bytes((folder / "notice.json").read_bytes())
    recipient = next(one["recipient"] for one in notice["custodians"] if one["role"] == role)
    file = age.encrypt_bytes(b"nonsense", age.Recipient.parse(recipient))
    (folder / statements.share_name("opening", role)).write_bytes(file)
    statement = canonical.from_bytes((folder / "statement.json").read_bytes())
    statement["parts"][0]["shares"][role]["file"] = canonical.sha256(file)
    (folder / "statement.json").write_bytes(canonical.to_bytes(statement))
    key = keys.from_pem((city.home(name) / "key.pem").read_bytes(), PASSPHRASE)
    [certificate] = certificates.load_bundle((city.home(name) / "certificate.pem").read_bytes())
    (folder / "statement.p7s").write_bytes(cms.sign_json(statement, key, certificate))


def open_names(city, lot, bids):
    """The bidders check in, the bids are counted, the host shows the names."""
    for name in bids:
        city.kit(name, "check-in", lot).good()
    until("the bids are counted", step_is(lot, "counted", "names"))
    host = city.actors["host"].holder
    until("the names can be shown", lambda: tender.lot(lot).status == "opening")
    hosting.show_names(host, lot, now=clock.now())
    if Hall.objects.get(pk=lot).step == "names":
        hosting.hear_names(host, lot, now=clock.now())


def report(city, lot, *, bad):
    """Every custodian reports on all shares."""
    for name in KEEPERS.values():
        told = city.kit(name, "ready", lot, "--wait", "30").good()
        assert (told["ready"], told["bad"]) == (6 - bad.get(name, 0), bad.get(name, 0))
        assert city.kit(name, "ready", lot).good()["again"] is False


def reported_again(city, name, lot):
    """Report once more when a lodging is shown under a newer checkpoint; tells whether it was."""
    told = city.kit(name, "ready", lot).good()
    return told.get("ready") == 6


def consent(city, bids):
    """Every bidder consents, twice: the second time changes nothing."""
    for name, bid in bids.items():
        assert city.kit(name, "consent", bid, "--wait", "30").good()["judged"] == "given"


def release(city, lot):
    """Every custodian releases, by the watch."""
    until("the release list is there", step_is(lot, "release"))
    for name in KEEPERS.values():
        [done] = city.kit(name, "custody-watch", "--once").good()["done"]
        assert (done["act"], done["missing"]) == (f"release {lot}", [])
        assert city.kit(name, "release", lot).good()["again"] is False


def read_out(city, lot, bids):
    """All prices are in the one table, and are what each bidder's own key shows."""
    until("the prices are read out", step_is(lot, "read_out"), 60)
    table = canonical.from_bytes(bytes(Hall.objects.get(pk=lot).table))
    assert {row["outcome"] for row in table["bids"]} == {"opened"}
    prices = {row["bid"]: row["fields"]["price"] for row in table["bids"]}
    own = {bid: city.kit(name, "open", bid).good()["fields"]["price"] for name, bid in bids.items()}
    assert prices == own
    answer = httpx.get(f"{city.platform.url}/api/lots/{lot}/opening").json()
    assert canonical.from_bytes(answer["table"].encode()) == table
    return table


def end(city, lot, bids):
    """An objection, confirmations, and the record signed by host and witness."""
    host = city.actors["host"].holder
    hosting.hear_objections(host, lot, now=clock.now())
    city.kit("bidder1", "object", lot, "--text", "唱标速度过快").good()
    [raised] = OpeningObjection.objects.filter(lot_id=lot)
    objecting.answer(host, lot, raised.pk, "已重新宣读", now=clock.now())
    until("the record can be confirmed", lambda: confirmed(city, bids), 60)
    until("the record waits for signatures", lambda: city.kit("host", "sign").good()["waiting"], 60)
    for name in ("host", "witness"):
        told = city.kit(name, "sign", "--all").good()
        assert [one["purpose"] for one in told["signed"]] == ["opening-record"]
        assert city.kit(name, "sign", "--all").good() == {
            "ok": True,
            "command": "sign",
            "signed": [],
            "waiting": [],
        }


def confirmed(city, bids):
    """Confirm for every bid; tells whether all words were taken."""
    return all(city.kit(name, "confirm", bid).code == 0 for name, bid in bids.items())
