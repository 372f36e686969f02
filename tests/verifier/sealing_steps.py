"""From the notice to the closing list: what bidders seal, what the platform records of it."""

import secrets
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from bidding.domain import closing, notice as terms, opening, records, statements
from bidding.domain.notice import Reading
from bidding.domain.records import Outcome
from bidding.sealing import seal, suites
from kernel.domain import canonical, leaves, notes
from tender.domain import addenda, document
from tests.verifier import drawing_steps, lots, parties
from tests.verifier.lots import local
from tests.verifier.making import Bid, Json, Making

TEXT = "技术标 " * 40


def announce(m: Making) -> None:
    """Publish the notice, and an addendum where the plan moves T."""
    law, (kept, m.custody_keys) = lots.edition(m.plan.regime), lots.custodians(m.lot)
    m.now = local("2026-03-02 09:00")
    stated = lots.terms(m.plan, m.tender, m.lot, kept)
    review = document.check(stated, law, lots.calendar(), published_at=m.now)
    assert review, review.refusals
    m.notice = m.change("notice", document.build_notice(stated, law, published_at=m.now))
    m.put("edition.toml", m.change("edition", law.text).encode())
    m.put("calendar.json", {"years": {"2026": lots.years()["2026"]}})
    m.put("notice.json", m.notice)
    m.put("policy.txt", m.keys.policy())
    m.put("certificates/roots.pem", parties.certificates.to_bundle([parties.authority().certificate]))
    m.log("tender:notice:published", m.notice)
    m.step("published", "publish")
    drawing_steps.request_coefficients(m)
    if m.plan.moved is not None:
        _amend(m)
    m.said = {"notice": terms.parse(m.notice, m.addenda, suites.SHAPES)}
    m.ledger.tick()


def _amend(m: Making) -> None:
    m.now = local("2026-03-04 10:00")
    addendum = addenda.build_addendum(
        tender=m.tender,
        lot=m.lot,
        notice=canonical.digest(m.notice),
        number=1,
        previous=None,
        published_at=m.now,
        text="工期改为 200 日",
        deadline=m.plan.moved,
        reseal=True,
        documents=(),
    )
    m.addenda.append(m.change("addendum", addendum))
    m.put("addenda/1.json", m.addenda[0])
    m.log("tender:notice:amended", m.addenda[0])


def take_bids(m: Making) -> None:
    """Let every bidder seal; then one replaces its bid and one withdraws."""
    m.now = m.plan.due.replace(hour=0) - timedelta(days=3)
    for index, price in enumerate(m.plan.prices):
        m.wait(hours=2)
        m.bids.append(take_bid(m, index, price, chain=secrets.token_hex(16)))
    if m.plan.replaced is not None:
        old = next(one for one in m.bids if one.index == m.plan.replaced)
        m.wait(hours=1)
        price, chain = f"{Decimal(old.price) - 1000:.2f}", old.act.entry.chain.partition("/")[2]
        m.bids.append(take_bid(m, old.index, price, chain=chain, supersedes=old.statement.hash))
    if m.plan.withdrawn is not None:
        m.wait(hours=1)
        withdraw(m, next(one for one in m.bids if one.index == m.plan.withdrawn))
    m.ledger.tick()


def take_bid(m: Making, index: int, price: str, *, chain: str, supersedes: str | None = None) -> Bid:
    """Seal one bid and record its arrival."""
    bidder, folder = parties.BIDDERS[index], m.folder / f"bid-{len(m.bids)}"
    sealed = seal.seal_bid(
        Reading(m.read, ()),
        bidder=bidder.credit_code,
        files=_content(m, index, price, folder),
        folder=folder / "sealed",
        supersedes=supersedes,
        client_time=m.now,
    )
    stated = m.change("statement", sealed.statement)
    statement = statements.parse_statement(stated, m.read)
    signature = m.sign(stated, parties.party(bidder))
    m.wait(seconds=1)
    record = m.change(
        "seal",
        records.build_seal_record(
            statement,
            signature=signature,
            files=sealed.files,
            received_at=m.now,
            deadline=m.plan.due,
            outcome=Outcome.ACCEPTED,
        ),
    )
    act = m.log("bidding:bid:sealed", record, chain=chain, public=False)
    return Bid(index, price, sealed, statement, signature, folder / "sealed", record, m.sign(record), act)


def _content(m: Making, index: int, price: str, folder: Path) -> dict[str, dict[str, Path]]:
    folder.mkdir(parents=True)
    size = "small" if index % 3 == 2 else "large"
    fields = opening.build_fields(
        price=Decimal(price),
        period_days=200 - index,
        quality="合格",
        enterprise=size,
        terms=(("预付款", "30"),),
    )
    (folder / "opening.json").write_bytes(canonical.to_bytes(m.change("fields", fields)))
    (folder / "技术标.txt").write_text(TEXT)
    found = {"opening": {"opening.json": folder / "opening.json"}}
    for part in m.plan.parts[1:]:
        found[part] = {"技术标.txt": folder / "技术标.txt", "a/b.txt": folder / "技术标.txt"}
    return found


def withdraw(m: Making, bid: Bid) -> None:
    """Withdraw a bid and record it."""
    value = m.change("withdrawal", statements.build_withdrawal(bid.statement, secrets.token_bytes(32)))
    signature = m.sign(value, parties.party(parties.BIDDERS[bid.index]))
    record = records.build_withdrawal_record(
        bid.statement,
        withdrawal=canonical.digest(value),
        signature=signature,
        received_at=m.now,
        deadline=m.plan.due,
        outcome=Outcome.ACCEPTED,
    )
    record = m.change("withdrawal_record", record)
    m.log("bidding:bid:withdrawn", record, chain=bid.act.entry.chain.partition("/")[2], public=False)
    m.withdrawals.append((value, record))
    m.put_signed(f"withdrawals/{bid.id}", value, signature, public=False)
    m.put_signed(f"withdrawals/{bid.id}.record", record, m.sign(record), public=False)


def close(m: Making) -> None:
    """Fix the bids of T in the closing list, sign and log it, and have the log's checkpoint cosigned."""
    m.now = m.change("closed_at", m.plan.due)
    m.step("closed", "close")
    m.wait(seconds=5)
    kept = [one.seal for one in m.bids]
    found = m.change("lines", closing.lines(kept, [record for _, record in m.withdrawals]))
    salted = [closing.Line(secrets.token_bytes(32), line) for line in found]
    chains = [closing.Chain(*head) for head in m.ledger.heads()]
    value = closing.build(m.read, counted_at=m.now, salted=salted, chains=chains)
    m.closing = m.change("closing", value)
    m.wait(seconds=1)
    m.log("bidding:lot:closed", m.closing)
    by_hash = {one.hash: {"salt": one.salt.hex(), "line": one.value} for one in salted}
    m.said = {
        **m.said,
        "lines": [by_hash.get(mark) for mark in m.closing["lines"]],
        "signed": m.sign(m.closing),
    }
    for bid in m.bids:
        bid.line = next((one for one in found if one["bid"] == bid.id), {})
    m.ledger.tick()


def receipt(m: Making, bid: Bid, note: str | None) -> Json:
    """Return a bidder's receipt, "submitted" with a checkpoint of the log as it stands."""
    if note is None:
        return records.build_receipt(bid.seal, bid.record_signature)
    return records.build_receipt(
        bid.seal,
        bid.record_signature,
        entry=bid.act.entry,
        salt=bid.act.salt,
        proof=leaves.Proof.from_json(m.ledger.proof(bid.act)),
        checkpoint=notes.Note.parse(note),
    )
