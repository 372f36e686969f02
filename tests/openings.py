"""Everybody around an opening as the tests play them: witnesses, custodians, host, bidders, and the ticker's rounds."""

from dataclasses import dataclass, field
from datetime import timedelta

from accounts import actions as account_actions, queries as accounts
from bidding import queries
from bidding.actions import (
    consenting,
    counting,
    ending,
    examining,
    hosting,
    keeping,
    objecting,
    opening,
    pausing,
    progress,
)
from bidding.domain import messages, statements
from bidding.models import Bid, Hall
from bidding.queries import facts
from bidding.sealing import age, custodians
from bidding.sealing.custodians import Place
from kernel import clock, keys, log, sequencer, storage, witnesses
from kernel.domain import canonical, notes
from kernel.models import LogCheckpoint
from kernel.witness import Witness
from tender import queries as tender
from tender.actions import stepping
from tests import bidders, cast, contributors, factories

FIRMS = tuple(f"bidder{n}" for n in range(1, 8))
KEEPERS = contributors.KEEPERS
ROLES = tuple(KEEPERS)
SECOND = timedelta(seconds=1)


class Watch:
    """Three witnesses in this process, and the policy file that names them."""

    def __init__(self, home, monkeypatch):
        self.witnesses = {
            name: Witness(home / name, f"{name}.test/witness", keys.log_verifier())
            for name in ("north", "south", "west")
        }
        lines = [f"log {keys.log_verifier()}"]
        lines += [f"witness {name} {one.verifier}" for name, one in self.witnesses.items()]
        path = home / "policy.txt"
        path.write_text("\n".join([*lines, "group two 2 north south west", "quorum two"]) + "\n")
        witnesses.policy.cache_clear()
        monkeypatch.setattr("django.conf.settings.WITNESS_POLICY", str(path))

    def tick(self, *names):
        """One tick of the log, cosigned by the named witnesses or all."""
        sequencer.tick(now=clock.now())
        newest = LogCheckpoint.objects.order_by("-size").first()
        for name in names or self.witnesses:
            one = self.witnesses[name]
            known, _ = one._state()
            path = [canonical.b64(step) for step in log.consistency(known, newest.size)]
            line = one.add_checkpoint("\n".join([f"old {known}", *path]) + "\n\n" + newest.note)
            note = notes.Note.parse(newest.note + line)
            key_name, raw = note.signatures[-1]
            log.add_cosignature(newest.size, name, key_name, raw)
        return str(log.note_of(newest.size))


@dataclass
class Opening:
    """One lot from publication to its signed opening record."""

    actors: dict
    lot: object
    move: object
    watch: Watch
    folder: object
    bids: dict = field(default_factory=dict)
    sealed: dict = field(default_factory=dict)
    checkpoint: str = ""

    # bidders

    def submit(self, *names, spoil=None, **more):
        """Seal and upload bids; `spoil(statement, folder)` may change what is declared."""
        for name in names:
            folder = self.folder / name
            price = f"{9_500_000 + 10_000 * int(name.removeprefix('bidder'))}.00"
            sealed = bidders.seal_files(self.actors[name], self.lot, folder, price=price, **more)
            if spoil is not None:
                spoil(sealed.statement, folder)
            bid = bidders.declare(self.actors[name], self.lot, sealed, folder)
            bidders.upload(bid, folder)
            bid.refresh_from_db()
            assert bid.state == "sealed"
            self.bids[name], self.sealed[name] = bid, sealed

    def bid(self, name):
        return Bid.objects.get(pk=self.bids[name].pk)

    def statement(self, name):
        return queries.statement_of(self.bid(name), queries.notice_of(tender.lot(self.lot)))

    def consent(self, *names, sign_as=None, **changes):
        row = None
        for name in names or self.bids:
            statement = self.statement(name)
            value = messages.consent(
                statement.context("opening"),
                statement=statement.hash,
                closing=self.hall.closing_sha256,
                nonce=bytes(32),
            )
            value.update(changes)
            actor = self.actors[name]
            signature = (sign_as or actor).sign(value)
            row = consenting.consent(
                actor.holder, self.bids[name].pk, canonical.to_bytes(value), signature, now=clock.now()
            )
        return row

    def lodge(self, name, keys_of=None, **changes):
        statement = self.statement(name)
        value = messages.lodging(
            statement.context("opening"),
            closing=self.hall.closing_sha256,
            nonce=bytes(32),
            parts=custodians.lodge(keys_of or self.sealed[name].keys, statement),
        )
        value.update(changes)
        actor = self.actors[name]
        row = consenting.lodge(
            actor.holder, self.bids[name].pk, canonical.to_bytes(value), actor.sign(value), now=clock.now()
        )
        self.checkpoint = self.watch.tick()
        return row

    def confirm(self, *names, word="confirmed"):
        for name in names or self.bids:
            objecting.confirm(self.actors[name].holder, self.bids[name].pk, word, now=clock.now())

    # the clock and the ticker

    @property
    def hall(self):
        return Hall.objects.get(pk=self.lot)

    @property
    def record(self):
        return tender.lot(self.lot)

    def run(self):
        """What the ticker does in a round or two, one thing after the other."""
        for _ in range(4):
            for lot in progress.due(now=clock.now(), limit=9):
                progress.advance(lot, now=clock.now())
            for row in pausing.due_to_lapse(now=clock.now(), limit=9):
                pausing.lapse(row, now=clock.now())
            for lot in examining.due(now=clock.now(), limit=9):
                examining.record(lot, examining.measure(lot), now=clock.now())
            for lot in opening.due(now=clock.now(), limit=9):
                opening.publish(lot, opening.prepare(lot), now=clock.now())
            for lot in ending.due_to_end(now=clock.now(), limit=9):
                ending.end(lot, now=clock.now())

    def to_due(self):
        """Move to the nominal end of the step and let the ticker work."""
        self.move(to=self.hall.due_at)
        self.run()

    def close(self):
        """Let T pass, count the bids, and have the closing list witnessed."""
        self.move(to=tender.lot(self.lot).deadline + SECOND)
        stepping.close_due(self.lot, now=clock.now())
        self.watch.tick()
        assert counting.count(self.lot, now=clock.now())
        counting.begin(self.lot, now=clock.now())
        self.move(seconds=2)
        self.checkpoint = self.watch.tick()
        self.run()

    # the hall

    def host(self, act, *args, **kwargs):
        return act(self.actors["host"].holder, self.lot, *args, now=clock.now(), **kwargs)

    def show_names(self):
        self.host(hosting.show_names)

    def ask(self, kind, reason="链路中断"):
        return self.host(pausing.ask, kind, reason)

    def answer(self, number, *, countersign=True):
        witness = self.actors["witness"].holder
        return pausing.answer(witness, self.lot, number, countersign=countersign, now=clock.now())

    # custodians

    def key(self, role):
        return str(factories.KEPT_KEYS[self.lot, role])

    def findings(self, role, *, lodged=False, say=None):
        """What a custodian finds in its share files; `say` overrides (bid, part) -> result."""
        stands = facts.ledger(self.hall, queries.notice_of(tender.lot(self.lot)))
        found = []
        for bid in stands.bids:
            statement = queries.statement_of(bid, stands.notice)
            for part in statement.parts:
                if say and (str(bid.pk), part.name) in say:
                    found.append(say[str(bid.pk), part.name])
                    continue
                anew = lodged and bid.pk in stands.lodgings
                place = Place(statement, part.name, role, anew)
                file = self.share_file(stands, bid, place)
                one = custodians.examine(file, self.key(role), place)
                good = one.share is not None
                found.append(
                    messages.result(str(bid.pk), part.name, good=good, proof=None if good else one.proof)
                )
        return found

    @staticmethod
    def share_file(stands, bid, place):
        if place.lodged:
            document = canonical.from_bytes(bytes(stands.lodgings[bid.pk].document))
            return canonical.unb64(document["parts"][place.part][place.role])
        return storage.get(place.file)

    def ready(self, *roles, lodged=False, checkpoint=None, say=None, **changes):
        row = None
        note = checkpoint or self.checkpoint
        for role in roles or ROLES:
            value = messages.ready(
                lot=str(self.lot),
                custodian=role,
                closing=self.hall.closing_sha256,
                checkpoint=canonical.sha256(note.encode()),
                results=self.findings(role, lodged=lodged, say=say),
            )
            value.update(changes)
            row = self.send(role, keeping.ready, value, note)
        return row

    def release(self, *roles, lodged=(), false=(), drop=(), checkpoint=None, **changes):
        """Release shares: of the bids in `lodged` the lodged ones; false ones for the bids in `false`."""
        row = None
        note = checkpoint or self.checkpoint
        for role in roles or ROLES:
            shares = self.shares(role, lodged, false, drop)
            value = messages.release(
                lot=str(self.lot),
                custodian=role,
                closing=self.hall.closing_sha256,
                release_list=self.hall.release_sha256,
                checkpoint=canonical.sha256(note.encode()),
                shares=shares,
            )
            value.update(changes)
            row = self.send(role, keeping.release, value, note)
        return row

    def shares(self, role, lodged, false, drop):
        stands = facts.ledger(self.hall, queries.notice_of(tender.lot(self.lot)))
        listed = {one["bid"] for one in canonical.from_bytes(bytes(self.hall.release))["bids"]}
        found = []
        for bid in stands.bids:
            if str(bid.pk) not in listed or bid.pk in drop:
                continue
            statement = queries.statement_of(bid, stands.notice)
            for part in statement.parts:
                place = Place(statement, part.name, role, bid.pk in lodged)
                file = self.share_file(stands, bid, place)
                suite_file_key = age.decrypt_bytes(file, [age.Identity.parse(self.key(role))])
                share = canonical.from_bytes(suite_file_key)
                if bid.pk in false:
                    share = {**share, "mnemonic": " ".join(["academic"] * 33)}
                found.append(share)
        return found

    def send(self, role, act, value, note):
        actor = self.actors[KEEPERS[role]]
        return act(
            actor.holder, self.lot, canonical.to_bytes(value), actor.sign(value), note, now=clock.now()
        )

    # longer ways

    def to_phase_a(self, *names):
        """Bids in, counted, names shown; in mode consent up to the window."""
        self.submit(*(names or FIRMS))
        self.close()
        self.show_names()
        if self.hall.step == "names" and self.record.notice["mode"] == "consent":
            self.host(hosting.hear_names)

    def draw_coefficients(self, *names):
        row = contributors.the_draw(self.lot)
        contributors.reveal(self.actors, row, *names)

    def commit(self):
        contributors.commit(self.actors, contributors.the_draw(self.lot))

    def sign_record(self, *names):
        for name in names or ("host", "witness"):
            self.sign(name, "opening-record")

    def sign(self, name, purpose):
        actor = self.actors[name]
        for row in accounts.access_signature_requests(actor.holder):
            if row.purpose == purpose:
                value = canonical.from_bytes(bytes(row.document))
                account_actions.sign_request(actor.holder, row.pk, actor.sign(value), now=clock.now())

    def finish(self):
        """From the table to the signed record, everybody confirming."""
        self.host(hosting.hear_objections)
        self.confirm()
        self.run()
        self.sign_record()
        self.run()

    def table(self):
        return canonical.from_bytes(bytes(self.hall.table))

    def outcomes(self):
        """Name of each firm -> (outcome, cause) in the opening table."""
        found = {row["bid"]: (row["outcome"], row["cause"]) for row in self.table()["bids"]}
        return {name: found[str(bid.pk)] for name, bid in self.bids.items()}


def begin(home, move, monkeypatch, *, firms=FIRMS, **terms):
    """A published lot of the city with its witnesses and actors."""
    actors = {a.username: a for a in cast.found_city(*factories.STAFF, *firms)}
    if terms.get("coefficients") == []:
        method = factories.works_terms()["method"]
        terms["method"] = {**method, "parameters": {**method["parameters"], "K": "0.02"}}
    lot = factories.published(actors, **terms)
    return Opening(actors, lot, move, Watch(home / "witnesses", monkeypatch), home / "bids")


def spoil_share(lot, role, part="opening", content=b"nonsense"):
    """Return what spoils one share of a bid as its bidder declares it: the file is not the stated share."""
    recipient = factories.KEPT_KEYS[lot, role].recipient

    def spoil(statement, folder):
        file = age.encrypt_bytes(content, recipient)
        (folder / "out" / statements.share_name(part, role)).write_bytes(file)
        place = next(one for one in statement["parts"] if one["name"] == part)
        place["shares"][role]["file"] = canonical.sha256(file)

    return spoil
