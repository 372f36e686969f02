"""From the closing list to the opening record: custodians, consents, draws, keys, the table."""

import secrets
from datetime import timedelta

from bidding.domain import faults, messages, opening
from bidding.domain.faults import Cause, Outcome
from bidding.domain.statements import container_name, share_name
from bidding.sealing import custodians
from kernel.domain import canonical
from tests.verifier import drawing_steps, lots, parties
from tests.verifier.making import Bid, Making


def begin(m: Making) -> None:
    """Begin the opening: custodians look at their shares, bidders consent, coefficients are drawn."""
    m.step("opening", "begin_opening")
    m.cited = m.change("cited", m.ledger.checkpoint(m.now + timedelta(minutes=1)))
    m.put("log/checkpoints/{}.txt".format(m.cited.split("\n")[1]), m.cited.encode())
    m.wait(minutes=5)
    for role in m.notice["custodians"]:
        _ready(m, role["role"])
    for bid in listed(m):
        if m.plan.mode == "consent" and bid.index != m.plan.silent:
            _consent(m, bid)
    if m.plan.coefficients:
        drawing_steps.run(m, m.asked[0], withheld=m.plan.withheld)


def listed(m: Making) -> list[Bid]:
    """Return the bids that the closing list holds valid, by arrival."""
    return [one for one in m.bids if one.line.get("status") == "valid"]


def opened(m: Making) -> list[Bid]:
    """Return the bids that are opened."""
    return [one for one in listed(m) if m.plan.mode == "custodians" or one.consent]


def _ready(m: Making, role: str) -> None:
    results = []
    for bid in listed(m):
        for part in m.plan.parts:
            file = (bid.folder / share_name(part, role)).read_bytes()
            place = custodians.Place(bid.statement, part, role)
            found = custodians.examine(file, m.custody_keys[role], place)
            results.append(messages.result(bid.id, part, good=found.share is not None))
    value = messages.ready(
        lot=m.lot,
        custodian=role,
        closing=canonical.digest(m.closing),
        checkpoint=canonical.sha256(m.cited.encode()),
        results=results,
    )
    m.send("ready", role, value, keeper(role), public=True)


def keeper(role: str) -> parties.Party:
    """Return the institution that is a custodian."""
    return parties.party(lots.KEEPERS[lots.ROLES.index(role)])


def _consent(m: Making, bid: Bid) -> None:
    value = messages.consent(
        bid.statement.context("opening"),
        statement=bid.statement.hash,
        closing=canonical.digest(m.closing),
        nonce=secrets.token_bytes(32),
    )
    bid.consent = m.send("consent", bid.id, value, parties.party(parties.BIDDERS[bid.index]), public=True)


def release(m: Making) -> None:
    """Sign the release list, have the custodians release, and publish the keys."""
    m.wait(minutes=10)
    reason = "custodians" if m.plan.mode == "custodians" else "consent"
    drawn = [
        {"name": one["stratum"], "value": one["taken"][0], "draw": one["draw_id"]}
        for one in m.draws
        if one["take"] == 1
    ]
    value = opening.build_release_list(
        tender=m.tender,
        lot=m.lot,
        closing=canonical.digest(m.closing),
        mode=m.plan.mode,
        bids={one.id: (reason, one.consent) for one in opened(m)},
        coefficients=drawn,
    )
    value = m.change("release_list", value)
    m.put_signed("release", value, m.sign(value))
    m.log("bidding:lot:release_list", value)
    m.wait(minutes=2)
    for role in lots.ROLES[: m.notice["threshold"]]:
        _release(m, role, canonical.digest(value))
    m.said = {**m.said, "release_list": value}


def _release(m: Making, role: str, release_list: str) -> None:
    shares = []
    for bid in opened(m):
        for part in m.plan.parts:
            file = (bid.folder / share_name(part, role)).read_bytes()
            found = custodians.examine(
                file, m.custody_keys[role], custodians.Place(bid.statement, part, role)
            )
            assert found.share is not None, found.problem
            shares.append(found.share)
    value = messages.release(
        lot=m.lot,
        custodian=role,
        closing=canonical.digest(m.closing),
        release_list=release_list,
        checkpoint=canonical.sha256(m.cited.encode()),
        shares=shares,
    )
    m.send("release", role, value, keeper(role), public=False)


def tabulate(m: Making) -> None:
    """Publish the opening table, then the record that host and witness sign."""
    m.wait(minutes=3)
    rows = []
    for bid in listed(m):
        good = bid in opened(m)
        decision = faults.Decision(Outcome.OPENED, None, "")
        if not good:
            decision = faults.Decision(Outcome.DEEMED_REVOKED, Cause.CONSENT_ABSENT, "")
        fields = canonical.from_bytes((m.folder / f"bid-{m.bids.index(bid)}" / "opening.json").read_bytes())
        rows.append(
            opening.Row(
                bid=bid.id,
                bidder=bid.statement.bidder,
                name=parties.BIDDERS[bid.index].organisation,
                received_at=bid.line["received_at"],
                statement=bid.statement.hash,
                addenda=bid.statement.addenda,
                decision=decision,
                fields=fields if good else None,
            )
        )
    listed_value = m.said["release_list"]
    value = opening.build_table(
        tender=m.tender,
        lot=m.lot,
        closing=canonical.digest(m.closing),
        release=canonical.digest(listed_value),
        rows=rows,
        coefficients=listed_value["coefficients"],
    )
    m.table = m.change("table", value)
    m.put_signed("table", m.table, m.sign(m.table))
    m.log("bidding:lot:opened", m.table)
    m.wait(minutes=20)
    record = opening.build_record(
        tender=m.tender,
        lot=m.lot,
        table=canonical.digest(m.table),
        objections=(),
        confirmations=[
            {"bidder": row.bidder, "answer": "deemed", "at": canonical.instant(m.now)} for row in rows
        ],
        pauses=(),
        ended_at=m.now,
    )
    record = m.change("record", record)
    m.put("opening.json", record)
    m.put("opening-host.p7s", m.sign(record, parties.party(m.said.get("host", parties.HOST))))
    m.put("opening-witness.p7s", m.sign(record, parties.party(m.said.get("witness", parties.WITNESS))))
    m.log("bidding:lot:record", record)
    m.step("opened", "finish_opening")


def put_bids(m: Making) -> None:
    """Put the closing list and the bids into the dossier, in public only those that were opened."""
    shown = {one.id for one in opened(m)} if m.plan.reaches("opened") else set()
    whole = {"closing": m.closing, "signature": canonical.b64(m.said["signed"]), "lines": m.said["lines"]}
    part = [one if one and one["line"]["bid"] in shown else None for one in m.said["lines"]]
    m.files["closing.json"] = (canonical.to_bytes(whole), canonical.to_bytes(whole | {"lines": part}))
    for bid in m.bids:
        public = bid.id in shown
        m.put_signed(f"statements/{bid.id}", bid.statement.value, bid.signature, public=public)
        m.put_signed(f"seals/{bid.id}", bid.seal, bid.record_signature, public=public)
        for name in m.plan.parts:
            container = (bid.folder / container_name(name)).read_bytes()
            first = public and name == "opening"
            m.put(f"containers/{bid.id}/{name}.age", m.change("container", container), public=first)
            for role in lots.ROLES:
                file = (bid.folder / share_name(name, role)).read_bytes()
                m.put(f"shares/{bid.id}/{name}/{role}.age", file, public=False)
            if public:
                m.put(f"keys/{bid.id}/{name}.txt", f"{bid.sealed.keys[name]}\n".encode(), public=first)
