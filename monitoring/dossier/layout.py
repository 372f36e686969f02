"""Where each fact of a lot stands in its dossier, and what the public edition shows of it (docs/formats.md 7)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bidding.domain.notice import OPENING
from bidding.domain.statements import container_name, share_name
from bidding.queries.evidence import BidEvidence, LotEvidence, Message, Signed
from kernel import storage
from kernel.chains import Logged
from kernel.domain import canonical, leaves
from monitoring.dossier.bag import Source, Stored
from monitoring.dossier.facts import Facts, LogFacts, size_of
from tender.domain.lifecycle import LotState

OPEN_MESSAGES = frozenset({"ready", "consent"})
"""Messages around an opening that the public edition shows, of the bids that it may name."""
PUBLISHED = ("candidates", "result", "award", "contract")
NAMING = frozenset({"bidding:hall:names", "bidding:lot:opened", "bidding:lot:record"})
"""Public acts that name bidders; the public edition of a lot that failed unopened names none."""
_UNSAFE = re.compile(r"[^\w-]")


@dataclass(frozen=True, slots=True)
class Item:
    """A file of the dossier: what the auditors read, and what everybody reads; None where that is nothing."""

    name: str
    whole: Source | None
    public: Source | None
    own: bool = False
    """True where each edition has a form of its own and nothing is withheld."""

    @property
    def withheld(self) -> bool:
        """Whether the public edition leaves something of it out."""
        return not self.own and self.public != self.whole


def items(facts: Facts) -> Iterator[Item]:
    """Yield every file of a lot's dossier but those that describe the dossier itself."""
    held = facts.bidding
    shown = {one.bid for one in held.bids if one.opened}
    yield from _terms(facts)
    if held.closing is not None:
        yield _closing(held, held.closing, shown)
    for bid in held.bids:
        yield from _bid(bid)
    if held.table is not None:
        yield from _hall(held, held.table, shown=not facts.nameless)
    messages = [each for each in held.messages if each.checkpoint and held.table is not None]
    yield from _checkpoints(facts, messages)
    for draw in held.draws:
        name = f"draws/{draw.number}-{_safe(draw.stratum)}.json"
        yield Item(name, _json(draw.record), _json(draw.public))
    for said in held.draw_messages:
        yield from _signed(f"draws/{said.number}/{said.kind}-{said.sender}", said.signed, shown=True)
    if facts.reached(LotState.EVALUATED):
        yield from _evaluation(facts)
    for kind in PUBLISHED:
        if kind in facts.publications:
            yield from _publication(facts, kind)
    yield _entries(facts.log, nameless=facts.nameless)
    yield _everybody("certificates/roots.pem", facts.roots.encode())
    yield _everybody("policy.txt", facts.policy.encode())


def _everybody(name: str, source: Source) -> Item:
    return Item(name, source, source)


def _auditors(name: str, source: Source) -> Item:
    return Item(name, source, None)


def _if(shown: bool, name: str, source: Source) -> Item:
    return _everybody(name, source) if shown else _auditors(name, source)


def _json(value: Any) -> bytes:
    return canonical.to_bytes(value)


def _safe(text: str) -> str:
    return _UNSAFE.sub("_", text)


def _terms(facts: Facts) -> Iterator[Item]:
    yield _everybody("edition.toml", facts.record.edition.text.encode())
    yield _everybody("calendar.json", _json({"years": facts.years}))
    yield _everybody("notice.json", _json(facts.record.notice))
    for number, document in enumerate(facts.addenda, start=1):
        yield _everybody(f"addenda/{number}.json", document)


def _closing(held: LotEvidence, closing: Signed, shown: set[str]) -> Item:
    """Lay out the closing list; of bids that were not opened the public reads only the salted hash."""
    value = canonical.from_bytes(closing.document)
    lines = {one.hash: one for one in held.lines}

    def laid_out(readable: set[str]) -> bytes:
        rows = [lines[digest] for digest in value["lines"]]
        return _json(
            {
                "closing": value,
                "signature": canonical.b64(closing.signature),
                "lines": [
                    {"salt": one.salt.hex(), "line": canonical.from_bytes(one.line)}
                    if one.bid in readable
                    else None
                    for one in rows
                ],
            }
        )

    return Item("closing.json", laid_out({one.bid for one in held.lines}), laid_out(shown))


def _bid(one: BidEvidence) -> Iterator[Item]:
    yield from _signed(f"statements/{one.bid}", one.statement, shown=one.opened)
    yield from _signed(f"seals/{one.bid}", one.seal, shown=one.opened)
    if one.withdrawal is not None and one.withdrawal_record is not None:
        yield from _signed(f"withdrawals/{one.bid}", one.withdrawal, shown=False)
        yield from _signed(f"withdrawals/{one.bid}.record", one.withdrawal_record, shown=False)
    for part in one.parts:
        public = one.opened and part.name == OPENING
        stored = Stored(storage.path(part.sha256), part.length)
        yield _if(public, f"containers/{one.bid}/{container_name(part.name)}", stored)
        if part.key:
            yield _if(public, f"keys/{one.bid}/{part.name}.txt", f"{part.key}\n".encode())
    for share in one.shares:
        place = share_name(share.part, share.custodian).removeprefix("shares/")
        yield _auditors(f"shares/{one.bid}/{place}", Stored(storage.path(share.sha256), share.length))


def _signed(stem: str, one: Signed, *, shown: bool, form: str = "json") -> Iterator[Item]:
    yield _if(shown, f"{stem}.{form}", one.document)
    yield _if(shown, f"{stem}.p7s", one.signature)


def _hall(held: LotEvidence, table: Signed, *, shown: bool) -> Iterator[Item]:
    """Lay out what the opening made once its table is there: before, nothing in it can be judged as a whole."""
    counted = _counted(held)
    for number, message in enumerate(held.messages, start=1):
        public = shown and message.kind in OPEN_MESSAGES
        public = public and (message.kind != "consent" or message in counted)
        stem = f"custody/{number}-{message.kind}-{message.sender}"
        form = "json" if message.readable else "bin"
        yield from _signed(stem, message.signed, shown=public, form=form)
    if held.release is not None:
        yield from _signed("release", held.release, shown=shown)
    yield from _signed("table", table, shown=shown)
    if held.record is not None:
        yield _if(shown, "opening.json", held.record.document)
        yield _if(shown, "opening-host.p7s", held.record.signature)
        yield _if(shown, "opening-witness.p7s", held.witness_signature)


def _counted(held: LotEvidence) -> list[Message]:
    """Return the consents that counted: of each that the release list names the last, for it was well signed."""
    listed = canonical.from_bytes(held.release.document)["bids"] if held.release else []
    wanted = {(one["bid"], one["consent"]) for one in listed}
    sent = [(one.sender, canonical.sha256(one.signed.document), one) for one in held.messages]
    found = {
        (bid, digest): one for bid, digest, one in sent if one.kind == "consent" and (bid, digest) in wanted
    }
    return list(found.values())


def _checkpoints(facts: Facts, messages: Sequence[Message]) -> Iterator[Item]:
    """Lay out the checkpoints that the shown messages cite, each with the log's growth to the dossier's own."""
    yield _everybody("log/checkpoint.txt", facts.log.checkpoint.encode())
    public = {m.checkpoint for m in messages if m.kind in OPEN_MESSAGES and not facts.nameless}
    names = _checkpoint_names({m.checkpoint for m in messages})
    for text, name in names.items():
        yield _if(text in public, name, text.encode())
    whole = _growth(facts.log, list(names))
    yield Item("log/consistency.json", whole, _growth(facts.log, [t for t in names if t in public]), own=True)


def _checkpoint_names(texts: set[str]) -> dict[str, str]:
    """Return text -> file, by size; several texts of one size differ in their cosignatures and get a number."""
    found: dict[str, str] = {}
    for text in sorted(texts, key=lambda text: (size_of(text), text)):
        size = size_of(text)
        number = sum(size_of(other) == size for other in found)
        found[text] = f"log/checkpoints/{size}{f'-{number + 1}' if number else ''}.txt"
    return found


def _growth(log: LogFacts, texts: Sequence[str]) -> bytes:
    sizes = [size_of(text) for text in texts]
    return _json(
        [
            {"from": size, "to": log.size, "path": [step.hex() for step in log.consistency[size]]}
            for size in sizes
        ]
    )


def _evaluation(facts: Facts) -> Iterator[Item]:
    if facts.scores is None or facts.report is None:
        return
    yield _auditors("scores.json", _json(facts.scores))
    yield _auditors("report.json", _json(facts.report))
    for one in facts.signatures:
        signed = Signed(one.document, one.signature)
        yield from _signed(f"signatures/{one.purpose}-{_safe(one.name)}-{one.number}", signed, shown=False)


def _publication(facts: Facts, kind: str) -> Iterator[Item]:
    found = facts.publications[kind]
    yield _everybody(f"{kind}.json", found.document)
    if found.signature:
        yield _everybody(f"{kind}.p7s", found.signature)
    if found.counter_signature:
        yield _everybody(f"{kind}-counter.p7s", found.counter_signature)


def _entries(found: LogFacts, *, nameless: bool) -> Item:
    """Lay out the log; the public reads public acts whole, of all others their place and hash alone."""
    acts = list(zip(found.acts, found.proofs, strict=True))

    def shown(act: Logged) -> bool:
        return act.public and not (nameless and act.entry.tag in NAMING)

    return Item(
        "log/entries.json",
        _json([_entry(act, proof) for act, proof in acts]),
        _json([_entry(act, proof) if shown(act) else _hidden(act) for act, proof in acts]),
    )


def _entry(act: Logged, proof: leaves.Proof) -> dict[str, Any]:
    return {
        "hash": act.hash.hex(),
        "entry": act.entry.as_json(),
        "salt": act.salt.hex(),
        "payload": canonical.from_bytes(act.payload),
        "proof": proof.as_json(),
    }


def _hidden(act: Logged) -> dict[str, Any]:
    return {"chain": act.entry.chain, "seq": act.entry.seq, "hash": act.hash.hex()}
