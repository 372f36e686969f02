"""The scene of the access table: one city in which every route has something to open, and people of two sides."""

import uuid
from dataclasses import dataclass
from decimal import Decimal

from accounts import actions as account_actions, queries as accounts
from accounts.domain.seats import SeatKind
from bidding import queries as bidding
from bidding.actions import hosting, objecting as hall_objecting
from bidding.models import SignedRecord
from bidding.queries import draws
from demo import cast as city
from deposits.actions import configuring
from deposits.domain.entries import Entry
from deposits.models import Decision, Deposit
from evaluation.actions import amending, clarifying, pooling, replacing, reviewing
from evaluation.domain.committee import Change
from evaluation.models import BusySpan, Expert, Interest, Invitation, Place, Representative, Site
from kernel import clock, sequencer, storage
from monitoring.models import Alert, DossierFile, Market
from tender import queries as tender
from tender.actions import changing, drafting, objecting
from tender.domain.objections import Kind
from tender.models import Publication
from tests import bidders, cast, factories
from tests.access.rows import BARE, VISITOR, outsider
from tests.evaluation import world as evaluations
from tests.evaluation.world import HOUR
from tests.monitoring import world as screens
from tests.monitoring.casework import Casework
from tests.openings import Opening, Watch

LATER = "2026-04-24T01:30:00.000Z"
AFTERWARDS, LATEST = "2026-04-10T09:00:00.000Z", "2026-05-20T01:30:00.000Z"
FIRMS = ("bidder1", "bidder2", "bidder3")
PEOPLE = {
    SeatKind.CLERK: "clerk",
    SeatKind.REVIEWER: "reviewer",
    SeatKind.AGENCY: "agent",
    SeatKind.BIDDER: "bidder1",
    SeatKind.HOST: "host",
    SeatKind.WITNESS: "witness",
    SeatKind.CUSTODIAN: "keeper-notary",
    SeatKind.SUPERVISOR: "supervisor",
    SeatKind.ISSUER: "issuer",
    SeatKind.OPERATOR: "operator",
    SeatKind.AUDITOR: "auditor",
    SeatKind.ARCHIVIST: "archivist",
    outsider(SeatKind.CLERK): "clerk-hospital",
    outsider(SeatKind.REVIEWER): "reviewer-hospital",
    outsider(SeatKind.BIDDER): "bidder2",
    outsider(SeatKind.HOST): "host-hospital",
    outsider(SeatKind.WITNESS): "witness-away",
    outsider(SeatKind.CUSTODIAN): "keeper-hospital",
    outsider(SeatKind.SUPERVISOR): "supervisor-finance",
}
"""Who asks as which reader; the experts are known once they are drawn."""


@dataclass
class Scene:
    """What paths may name, and who asks."""

    names: dict
    people: dict

    def path(self, row):
        """A row's path with the scene's things in it."""
        return row.path.format(**self.names)

    def data(self, row):
        """A row's data with the scene's things in it."""
        named = {f"{{{name}}}": str(found) for name, found in self.names.items()}
        return {
            key: named.get(value, value) if isinstance(value, str) else value
            for key, value in row.data.items()
        }

    def readers(self):
        """Every reader with its username, whether its second factor is shown."""
        yield VISITOR, "", False
        yield BARE, "bidder1", False
        yield from ((reader, username, True) for reader, username in self.people.items())


def build(folder, move, monkeypatch):
    """Play the scene up to its moment: one lot before T, one opened, one before its committee."""
    actors = {
        a.username: a
        for a in cast.found_city(
            *sorted(
                {
                    *PEOPLE.values(),
                    *factories.STAFF,
                    *evaluations.FIRMS,
                    *evaluations.CIVIL,
                    *evaluations.ECONOMICS,
                }
            )
        )
    }
    actors["delegate"] = evaluations.enrol_delegate("delegate")
    opening = Opening(
        actors, factories.published(actors), move, Watch(folder / "witnesses", monkeypatch), folder / "bids"
    )
    judged = evaluations.World(actors, factories.published(actors, code="E5108000003"), move)
    judged.furnish()
    lot = factories.published(actors, code="E5108000002", deadline=LATER)
    names = {**_before(actors, lot, folder), **_drafts(actors)}
    names.update(_opened(opening))
    names.update(_watched(actors, opening))
    names.update(_pursued(actors))
    names.update(_judged(judged))
    names["message"] = accounts.access_messages(actors["reviewer"].holder)[0].pk
    names["nothing"] = uuid.uuid4()
    sequencer.tick(now=clock.now())
    sitting = {judged.leader.username, *(one.username for one in judged.holders())}
    idle = next(name for name in judged.experts if name not in sitting)
    people = {**PEOPLE, SeatKind.EXPERT: judged.leader.username, outsider(SeatKind.EXPERT): idle}
    return Scene(names, people)


def _before(actors, lot, folder):
    """A published lot with an objection to its document, an addendum, and a bid whose parts have not come."""
    objection = objecting.raise_objection(
        actors["bidder1"].holder, lot, Kind.DOCUMENT, "业绩要求过高", now=clock.now()
    )
    request = account_actions.request_signature(
        actors["reviewer"].holder.id,
        {"domain": "yangguang/award/v1", "lot": str(lot)},
        purpose="sample",
        reference=str(lot),
        title="滨河路一标段",
        now=clock.now(),
    )
    sealed = bidders.seal_files(actors["bidder1"], lot, folder / "before")
    bid = bidders.declare(actors["bidder1"], lot, sealed, folder / "before")
    return {
        "lot": lot,
        "project": tender.lot(lot).project_id,
        "file": tender.files(lot)[0].sha256,
        "objection": objection,
        "request": request.pk,
        "seat": actors["clerk"].holder.id,
        "upload": bidding.parts(bid.pk)[0].upload_id,
        "draw": draws.draws_of(lot)[0].id,
    }


def _drafts(actors):
    """A draft of the same side, and one of the hospital, which the bureau's seats must not see."""
    clerk = actors["clerk-hospital"].holder
    project = drafting.create_project(
        clerk,
        now=clock.now(),
        code="E5108000009",
        title="设备采购",
        regime="G",
        category="goods",
        region="510800",
        centre=accounts.party_by_code(city.institution("centre").credit_code).id,
    )
    return {
        "draft": factories.draft(actors, code="E5108000004", documents_until=AFTERWARDS, deadline=LATEST),
        "foreign": drafting.create_lot(clerk, project, now=clock.now(), title="影像设备"),
    }


def _opened(it):
    """A lot whose opening ended, with an addendum before T, a question to the witness and an objection in the hall."""
    changing.propose_addendum(
        it.actors["clerk"].holder, it.lot, now=clock.now(), text="更正错字", deadline=None, affects_bids=False
    )
    changing.publish_addendum(it.actors["reviewer"].holder, it.lot, now=clock.now())
    it.submit(*FIRMS)
    it.commit()
    it.close()
    it.show_names()
    it.ask("pause")
    it.answer(1, countersign=False)
    it.host(hosting.hear_names)
    it.ready()
    it.consent()
    it.draw_coefficients()
    it.release()
    it.run()
    objection = hall_objecting.raise_objection(
        it.actors["bidder2"].holder, it.lot, "唱标过快", now=clock.now()
    )
    it.host(hall_objecting.answer, objection.pk, "已重读")
    it.finish()
    assert it.hall.step == "ended"
    return {
        "opened": it.lot,
        "bid": it.bids["bidder1"].pk,
        "record": SignedRecord.objects.get(bid=it.bids["bidder1"].pk).sha256,
        "hall_objection": objection.pk,
    }


def _watched(actors, it):
    """What stands around the opened lot: an alert, dossiers, a deposit with a decision laid, a publication."""
    screens.relay()
    screens.work()
    files = {}
    for edition in ("public", "audit"):
        data = b"PK " + edition.encode()
        files[f"{edition}_dossier"] = storage.put(data)
        DossierFile.objects.create(
            lot_id=it.lot,
            edition=edition,
            state="made",
            asked_by="system",
            asked_at=clock.now(),
            sha256=files[f"{edition}_dossier"],
            size=len(data),
            log_size=1,
            made_at=clock.now(),
        )
    party = actors["bidder1"].holder.organisation
    deposit = Deposit.objects.create(
        lot_id=it.lot,
        bidder=party.credit_code,
        name=party.name,
        form="transfer",
        amount=Decimal(400000),
        required=Decimal(400000),
        state="held",
        state_at=clock.now(),
    )
    decision = Decision.objects.create(
        deposit=deposit,
        kind="return",
        reason="双方同意",
        proposed_by=actors["clerk"].holder.actor,
        proposed_at=clock.now(),
    )
    institution = configuring.save_institution(
        actors["operator"].holder,
        Entry(kind="issuer", credit_code=city.institution("bank").credit_code, base_url="http://127.0.0.1:9"),
        now=clock.now(),
    )
    Publication.objects.create(
        lot_id=it.lot, kind="result", document=b"{}", sha256="0" * 64, published_at=clock.now()
    )
    return {
        **files,
        "alert": Alert.objects.order_by("raised_at", "pk").first().pk,
        "market": Market.objects.get().pk,
        "lesson": screens.lesson(actors["supervisor"].holder).pk,
        "deposit": deposit.pk,
        "decision": decision.pk,
        "institution": institution,
    }


def _pursued(actors):
    """A case on the opened lot's flags: one firm was asked and replied with a file, and the package is made."""
    case = Casework(actors).opened()
    number = case.attach()
    case.ask("bidder1", shown=[number])
    case.reply("bidder1", file=b"%PDF-1.7 reply")
    package = case.go_on().confer("police").hand_over()
    return {
        "case": case.id,
        "evidence": number,
        "asked": case.question("bidder1").pk,
        "package": package.sha256,
    }


def _judged(w):
    """A lot whose committee has reviewed and is at its marks, and what its leader left behind on the way."""
    w.open()
    w.put_documents("bidder1", {"方案.pdf": b"%PDF-1.7 plan"})
    w.seat_committee()
    assert w.begin() == ()
    w.declare_all()
    w.elect()
    w.similarity()
    reviewing.begin_review(w.leader, w.lot, now=clock.now())
    breach = w.breach(w.leader, "bidder7")
    w.cast_all()
    w.conclude()
    leader, bid = w.leader, w.bids["bidder1"]
    expert = Expert.objects.get(seat_id=leader.id)
    correction = amending.propose_price(leader, w.lot, bid, "9600001.00", "大小写不一致", now=clock.now())
    question = clarifying.ask(leader, w.lot, bid, "工期请说明", clock.now() + HOUR, now=clock.now())
    interest = pooling.declare_interest(
        leader, city.institution("agency").credit_code, next(iter(Interest.Kind)), "", now=clock.now()
    )
    pooling.mark_busy(leader, clock.now() + 100 * HOUR, clock.now() + 101 * HOUR, now=clock.now())
    invitation = Invitation.objects.get(
        stratum__draw__session__lot_id=w.lot, pseudonym__expert=expert, skip=""
    )
    replaced = w.members()[-1].name
    replacing.propose(w.holder("witness"), w.lot, replaced, Change.HEALTH, "突发疾病", now=clock.now())
    return {
        "judged": w.lot,
        "judged_bid": bid,
        "breach": breach.pk,
        "correction": correction.pk,
        "clarification": question.pk,
        "expert": expert.pk,
        "interest": interest.pk,
        "absence": BusySpan.objects.get(expert=expert).pk,
        "invitation": invitation.pk,
        "member": w.members()[0].name,
        "representative": Representative.objects.get().name,
        "replaced": replaced,
        "expert_draw": w.session.draws.get().number,
        "site": Site.objects.order_by("pk").first().pk,
        "place": Place.objects.order_by("pk").last().pk,
    }
