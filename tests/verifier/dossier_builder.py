"""Complete made-up dossiers in both editions, honest ones and such as a forger would make with all hashes consistent."""

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from accounts.domain import certificates
from kernel.domain import canonical
from tests.verifier import drawing_steps, evaluating_steps, opening_steps, parties, sealing_steps
from tests.verifier.bagging import Bag, withheld
from tests.verifier.lots import Plan
from tests.verifier.making import Change, Making


@dataclass(frozen=True)
class Built:
    """A lot's dossiers, the trust folder's files, and what its bidders hold."""

    making: Making = field(repr=False)
    public: Bag = field(repr=False)
    audit: Bag = field(repr=False)
    trust: Mapping[str, bytes] = field(repr=False)
    receipts: tuple[dict[str, Any], ...] = field(repr=False)

    @property
    def bags(self) -> tuple[Bag, Bag]:
        """Both editions."""
        return self.public, self.audit


def build(
    plan: Plan, changes: Mapping[str, Change] | None = None, *, unsigned: Iterable[str] = (), **more: Any
) -> Built:
    """Make a lot by its plan; `changes` are a forger's, by kind of document, each of which must have been used."""
    with tempfile.TemporaryDirectory() as folder:
        m = Making(plan, Path(folder), changes or {}, frozenset(unsigned), **more)
        sealing_steps.announce(m)
        sealing_steps.take_bids(m)
        note = m.ledger.checkpoint(m.now)
        receipts = tuple(sealing_steps.receipt(m, bid, note) for bid in m.bids)
        if plan.until != "published":
            sealing_steps.close(m)
            _go_on(m)
            opening_steps.put_bids(m)
        else:
            _without_bids(m)
        m.ledger.tick()
        m.wait(minutes=1)
        return _built(m, receipts)


def _go_on(m: Making) -> None:
    if m.plan.until == "failed":
        m.step("failed", "fail")
        drawing_steps.void(m)
        return
    opening_steps.begin(m)
    opening_steps.release(m)
    opening_steps.tabulate(m)
    if m.plan.reaches("evaluated"):
        evaluating_steps.evaluate(m)
    if m.plan.reaches("contracted"):
        evaluating_steps.decide(m)


def _without_bids(m: Making) -> None:
    """Before the closing list no dossier holds an act of a bidder."""
    own = f"lot:{m.lot}"
    m.said = {**m.said, "shown": own}
    for name in [name for name in m.files if name.startswith("withdrawals/")]:
        del m.files[name]


def _built(m: Making, receipts: tuple[dict[str, Any], ...]) -> Built:
    note = m.change("checkpoint", m.ledger.checkpoint(m.now))
    m.put("log/checkpoint.txt", note.encode())
    m.put("log/consistency.json", m.change("consistency", [m.ledger.consistency(m.cited)] if m.cited else []))
    audit = {name: data for name, (data, _) in m.files.items()}
    public = {name: data for name, (_, data) in m.files.items() if data is not None}
    shown = {canonical.sha256(data) for data in public.values()}
    audit["log/entries.json"] = canonical.to_bytes(m.change("entries", _entries(m, None)))
    public["log/entries.json"] = canonical.to_bytes(m.change("public_entries", _entries(m, shown)))
    rows = withheld(audit, public)
    audit["withheld.json"] = canonical.to_bytes(rows)
    public["withheld.json"] = canonical.to_bytes([{k: row[k] for k in ("name", "hash")} for row in rows])
    facts = {"domain": "yangguang/dossier/v1", "lot": m.lot, "state": m.state}
    facts["exported_at"] = canonical.instant(m.now)
    for files, edition in ((public, "public"), (audit, "audit")):
        files["edition.json"] = canonical.to_bytes(facts | {"edition": edition})
    unused = set(m.changes) - m.used
    assert not unused, f"the forger changed nothing by {unused}"
    trust = {
        "roots.pem": certificates.to_bundle([parties.authority().certificate]),
        "platform.txt": f"{certificates.fingerprint(m.platform.certificate)}\n".encode(),
        "policy.txt": m.keys.policy(),
    }
    return Built(m, Bag(m.plan.code, public), Bag(m.plan.code, audit), trust, receipts)


def _entries(m: Making, shown: set[str] | None) -> list[dict[str, Any]]:
    """Return log/entries.json: all of it, or what the public edition may show."""
    own, rows, private = f"lot:{m.lot}", [], m.plan.until == "published"
    acts = sorted(m.ledger.acts, key=lambda one: (one.entry.chain, one.entry.seq))
    for one in [one for one in acts if not private or one.entry.chain == own]:
        named = {canonical.digest(one.payload)} | {
            value for value in one.payload.values() if isinstance(value, str)
        }
        if shown is not None and not one.public and not (one.entry.chain == own and named & shown):
            rows.append({"chain": one.entry.chain, "seq": one.entry.seq, "hash": one.hash.hex()})
            continue
        facts = {"hash": one.hash.hex(), "entry": one.entry.as_json(), "salt": one.salt.hex()}
        rows.append(facts | {"payload": one.payload, "proof": m.ledger.proof(one)})
    return rows
