"""A stand-in for the platform at the level of HTTP, so that a test can make it lie, fail or fall silent.

It keeps the contract of the API, signs records and closing lists as the platform does, and has a log of its
own. What a test wants to be false it changes in `edit`, what should break in `faults`.
"""

import json
import re
import uuid
from dataclasses import dataclass, field
from datetime import timedelta

import httpx

from accounts.domain import certificates, cms
from bidding.domain import closing as lists, messages, notice as notices, opening, records, statements
from bidding.domain.closing import Line
from bidding.domain.parts import FileFact
from bidding.domain.records import Outcome
from bidding.sealing.suites import SHAPES
from kernel import timemachine
from kernel.domain import canonical, leaves, merkle, notes
from kernel.domain.refusals import Refused
from tests.domain import sealing_world as world

URL = "http://localhost:8000"
SECOND = timedelta(seconds=1)


@dataclass
class Stored:
    """A declared bid: what came with it and how far its parts are."""

    bidder: str
    data: bytes
    signature: bytes
    statement: statements.Statement
    shares: dict
    parts: dict
    state: str = "declared"
    record: dict | None = None


@dataclass
class StandIn:
    """The platform of one lot."""

    world: world.World
    witnesses: tuple = ("north", "west")
    witnessed_after: int = 0
    """Seconds by which cosignatures differ from now."""
    step: str = "waiting"
    platform: world.Party = field(default_factory=lambda: world.party(world.PLATFORM))
    bids: dict = field(default_factory=dict)
    requests: list = field(default_factory=list)
    acts: list = field(default_factory=list)
    edit: dict = field(default_factory=dict)
    faults: list = field(default_factory=list)
    """Functions (request) -> response or None; the first is asked first, and may raise."""
    custody: list = field(default_factory=list)
    draws: list = field(default_factory=list)
    signatures: list = field(default_factory=list)
    closing: dict | None = None
    lines: list = field(default_factory=list)
    release: dict | None = None
    consents: list = field(default_factory=list)
    lodged: list = field(default_factory=list)
    given: dict = field(default_factory=dict)
    tokens: dict = field(default_factory=dict)

    @property
    def transport(self):
        """What carries the kit's HTTP to this stand-in."""
        return httpx.MockTransport(self._answer)

    @property
    def lot(self):
        """The one lot."""
        return self.world.notice["lot"]

    def paths(self, method="POST"):
        """The paths that were asked for, in order."""
        return [one.url.path for one in self.requests if one.method == method]

    def _answer(self, request):
        self.requests.append(request)
        for fault in list(self.faults):
            found = fault(request)
            if found is not None:
                return found
        for method, pattern, handle in ROUTES:
            match = re.fullmatch(pattern, request.url.path)
            if match and method == request.method:
                found = handle(self, request, *match.groups())
                if isinstance(found, httpx.Response):
                    return found
                for path, change in self.edit.items():
                    if re.fullmatch(path, request.url.path):
                        found = change(found) or found
                return httpx.Response(200, json=found)
        return httpx.Response(404, json={"detail": "Not Found"})

    def seat(self, request):
        """The credit code of the token's seat; None for a stranger."""
        return self.tokens.get(request.headers.get("Authorization", "").removeprefix("Bearer "))

    # evidence

    def evidence(self, payload, *, witnesses=None, after=None):
        """Log a payload and return entry, salt, proof and a checkpoint cosigned now (in the moved world)."""
        entry = leaves.Entry(
            tag="a:b:c",
            actor="system",
            at=canonical.instant(timemachine.now()),
            lot=payload["lot"],
            chain=f"lot:{payload['lot']}",
            seq=0,
            prev=leaves.NO_PREVIOUS,
            payload_sha256=canonical.digest(payload),
        )
        salt = bytes(range(32))
        values = leaves.batch_values(b"tick secret", {77: entry.hash(salt)})
        hashes = [merkle.leaf_hash(bytes([n]) * 32) for n in range(3)]
        hashes[1] = merkle.leaf_hash(leaves.batch_root(values))
        proof = leaves.Proof(
            tick=1,
            position=77,
            batch=tuple(leaves.batch_path(values, 77)),
            size=3,
            path=tuple(merkle.inclusion_proof(merkle.nodes(hashes), 1, 3)),
        )
        body = notes.Checkpoint(origin="log.test/tender", size=3, root=merkle.root(hashes)).body()
        note = notes.Note(body, (notes.sign(body, "log.test/tender", self.world.log_key),))
        when = int(timemachine.now().timestamp()) + (self.witnessed_after if after is None else after)
        for name in self.witnesses if witnesses is None else witnesses:
            line = notes.cosign(body, f"{name}.test/witness", self.world.witness_keys[name], when)
            note = note.with_signature(*line)
        return {
            "entry": entry.as_json(),
            "salt": salt.hex(),
            "proof": proof.as_json(),
            "checkpoint": str(note),
        }

    def receipt(self, record, *, submitted=True):
        """Return the receipt of a record."""
        return {
            "domain": records.RECEIPT_DOMAIN,
            "record": record,
            "signature": canonical.b64(self.platform.sign(record)),
            **(
                self.evidence(record)
                if submitted
                else dict.fromkeys(("entry", "salt", "proof", "checkpoint"))
            ),
        }

    def notice(self):
        """The notice as the platform's own code reads it."""
        return notices.parse(self.world.notice, self.world.addenda, SHAPES)

    # the opening

    def count(self, *, step="consent", lines=None):
        """Close the lot: sign and log the closing list of all sealed bids."""
        self.lines = lines or [self.line(one) for one in self.bids.values() if one.record]
        self.closing = lists.build(
            self.notice(),
            counted_at=timemachine.now(),
            salted=self.lines,
            chains=[lists.Chain(f"lot:{self.lot}", 1, "a" * 64)],
        )
        self.step = step

    def line(self, bid, **changes):
        """Return the closing line of a bid, with a salt of its own."""
        value = {
            "bid": bid.statement.bid,
            "bidder": bid.bidder,
            "statement": bid.statement.hash,
            "seal": canonical.digest(bid.record),
            "received_at": bid.record["received_at"],
            "status": "valid",
            "by": None,
            **changes,
        }
        return Line(uuid.uuid4().bytes * 2, value)

    def list_release(self, **reasons):
        """Sign the release list of all valid bids; `reasons` bid -> (reason, consent)."""
        consents = {messages_bid(one): canonical.sha256(one["document"].encode()) for one in self.consents}
        mode = self.world.notice["mode"]
        bids = {
            bid: ("consent", consents[bid]) if mode == "consent" else ("custodians", None)
            for bid in self.bids
            if mode != "consent" or bid in consents
        }
        self.release = opening.build_release_list(
            tender=self.world.notice["tender"],
            lot=self.lot,
            closing=canonical.digest(self.closing),
            mode=mode,
            bids={**bids, **reasons},
            coefficients=[],
        )
        self.step = "release"

    def opening_of(self, seat):
        """What GET /opening answers."""
        found = {
            "step": self.step,
            "mode": self.world.notice["mode"],
            "closing": None,
            "closing_signature": None,
            **dict.fromkeys(("entry", "salt", "proof", "checkpoint")),
            "lines": [],
            "release": None,
            "release_signature": None,
        }
        if self.closing is not None:
            custodian = seat in {one["credit_code"] for one in self.world.notice["custodians"]}
            shown = [one for one in self.lines if custodian or one.value["bidder"] == seat]
            found |= {
                "closing": canonical.to_bytes(self.closing).decode(),
                "closing_signature": canonical.b64(self.platform.sign(self.closing)),
                "lines": [{"salt": one.salt.hex(), "line": one.value} for one in shown],
                **self.evidence(self.closing),
            }
        if self.release is not None:
            found["release"] = canonical.to_bytes(self.release).decode()
            found["release_signature"] = canonical.b64(self.platform.sign(self.release))
        return found


def messages_bid(row):
    """The bid of a consent row."""
    return canonical.from_bytes(row["document"].encode())["bid"]


def body_of(request):
    """The JSON of a request."""
    return json.loads(request.content)


def enrol(fake, request):
    body = body_of(request)
    if body["code"] != "the code":
        return httpx.Response(400, json={"detail": "the enrolment code is unknown or was used"})
    public, _ = certificates.read_request(body["request_pem"].encode())
    root = world.authority()
    certificate = certificates.issue(
        public,
        world.BIDDER,
        issuer=root.certificate,
        issuer_key=root.key,
        serial=7,
        not_before=world.FROM,
        not_after=world.UNTIL,
    )
    return {
        "seat": str(uuid.uuid4()),
        "kind": "bidder",
        "username": "bidder1",
        "organisation": world.BIDDER.organisation,
        "credit_code": world.BIDDER.credit_code,
        "certificate_pem": certificates.to_bundle([certificate]).decode(),
    }


def challenge(fake, request):
    return {"domain": "yangguang/sign-in/v1", "origin": URL, "nonce": uuid.uuid4().hex * 2}


def sign_in(fake, request):
    body = body_of(request)
    found = cms.verify_json(
        body["document"].encode(),
        canonical.unb64(body["signature"]),
        fake.world.trust.roots,
        timemachine.now(),
        domain="yangguang/sign-in/v1",
    )
    token = uuid.uuid4().hex
    fake.tokens[token] = found.signer.credit_code
    return {
        "token": token,
        "seat": str(uuid.uuid4()),
        "kind": "bidder",
        "credit_code": found.signer.credit_code,
    }


def notice_answer(fake, request, lot):
    return {
        "notice": fake.world.notice,
        "addenda": fake.world.addenda,
        "edition": None,
        **fake.evidence(fake.world.notice),
    }


def declare(fake, request, lot):
    body = body_of(request)
    data = body["statement"].encode()
    statement = statements.parse_statement(canonical.from_bytes(data), fake.notice())
    known = fake.bids.get(statement.bid)
    if known is None:
        known = Stored(
            bidder=fake.seat(request),
            data=data,
            signature=canonical.unb64(body["signature"]),
            statement=statement,
            shares={
                part: {role: canonical.unb64(text) for role, text in dealt.items()}
                for part, dealt in body["shares"].items()
            },
            parts={part.name: {"upload": str(uuid.uuid4()), "data": b""} for part in statement.parts},
        )
        fake.bids[statement.bid] = known
        refusal = late(fake)
        if refusal is not None:
            del fake.bids[statement.bid]
            return refuse(fake, known, refusal)
    return {
        "bid": statement.bid,
        "state": known.state,
        "uploads": {
            part.name: {
                "url": f"/upload/{known.parts[part.name]['upload']}",
                "length": part.length,
                "offset": len(known.parts[part.name]["data"]),
            }
            for part in statement.parts
        },
        "receipt": None if known.record is None else fake.receipt(known.record),
    }


def late(fake):
    if timemachine.now() >= fake.notice().deadline:
        return Refused("S-02", "late_bid", {"late_by": "1 s"})
    return None


def refuse(fake, bid, refusal):
    record = records.build_refusal_record(
        bid.statement.value,
        signature=bid.signature,
        files=[],
        received_at=timemachine.now(),
        deadline=fake.notice().deadline,
        refusal=refusal,
    )
    told = {
        "rule": refusal.rule,
        "reason": refusal.reason,
        "facts": refusal.facts,
        "article": "招标投标法 第二十八条",
        "sentence": "逾期送达。",
    }
    return httpx.Response(422, json={**told, "refusals": [told], "receipt": fake.receipt(record)})


def upload_of(fake, upload):
    for bid in fake.bids.values():
        for name, part in bid.parts.items():
            if part["upload"] == upload:
                return bid, bid.statement.part(name), part
    raise AssertionError("no such upload")


def head(fake, request, upload):
    _, _, part = upload_of(fake, upload)
    return httpx.Response(200, headers={"Upload-Offset": str(len(part["data"]))})


def patch(fake, request, upload):
    bid, _, part = upload_of(fake, upload)
    assert request.headers["Tus-Resumable"] == "1.0.0"
    if fake.seat(request) != bid.bidder:
        return httpx.Response(401)
    if int(request.headers["Upload-Offset"]) != len(part["data"]):
        return httpx.Response(409, headers={"Upload-Offset": str(len(part["data"]))})
    take(fake, bid, part, request.content)
    return httpx.Response(204, headers={"Upload-Offset": str(len(part["data"]))})


def take(fake, bid, part, data):
    """Add bytes to a part; with the last one of the last part the bid is judged."""
    part["data"] += data
    facts = {one.name: one for one in bid.statement.parts}
    if bid.record or any(len(bid.parts[name]["data"]) < one.length for name, one in facts.items()):
        return
    files = [
        FileFact(statements.container_name(name), canonical.sha256(bid.parts[name]["data"]), one.length)
        for name, one in facts.items()
    ]
    files += [
        FileFact(statements.share_name(part, role), canonical.sha256(data), len(data))
        for part, dealt in bid.shares.items()
        for role, data in dealt.items()
    ]
    broken = any(canonical.sha256(bid.parts[name]["data"]) != one.sha256 for name, one in facts.items())
    bid.state = "refused" if broken else "sealed"
    bid.record = records.build_seal_record(
        bid.statement,
        signature=bid.signature,
        files=files,
        received_at=timemachine.now(),
        deadline=fake.notice().deadline,
        outcome=Outcome.REFUSED if broken else Outcome.ACCEPTED,
        refusal=Refused("S-01", "bytes_differ") if broken else None,
    )


def receipt(fake, request, bid):
    found = fake.bids[bid]
    return fake.receipt(found.record)


def own_bids(fake, request, lot):
    return [
        {"bid": name, "state": one.state, "statement": one.data.decode()}
        for name, one in fake.bids.items()
        if one.bidder == fake.seat(request)
    ]


def withdrawal(fake, request, bid):
    body, found = body_of(request), fake.bids[bid]
    value = canonical.from_bytes(body["document"].encode())
    record = records.build_withdrawal_record(
        found.statement,
        withdrawal=statements.parse_withdrawal(value, found.statement),
        signature=canonical.unb64(body["signature"]),
        received_at=timemachine.now(),
        deadline=fake.notice().deadline,
        outcome=Outcome.ACCEPTED,
    )
    found.state = "withdrawn"
    return {"receipt": fake.receipt(record)}


def consent(fake, request, bid):
    body = body_of(request)
    fake.consents.append({"bid": bid, **body})
    return {"judged": "given", "at": canonical.instant(timemachine.now())}


def lodging(fake, request, bid):
    body = body_of(request)
    fake.acts.append(("lodging", bid, body))
    fake.lodged.append({"bid": bid, "document": body["document"], "signature": body["signature"]})
    return {}


def custody_case(fake, request, lot):
    code = fake.seat(request)
    role = next(one["role"] for one in fake.world.notice["custodians"] if one["credit_code"] == code)
    return {
        **fake.opening_of(code),
        "role": role,
        "notice": fake.world.notice,
        "addenda": fake.world.addenda,
        "statements": [
            {"statement": one.data.decode(), "signature": canonical.b64(one.signature)}
            for one in fake.bids.values()
        ],
        "shares": [
            {"bid": name, "part": part, "file": canonical.b64(dealt[role])}
            for name, one in fake.bids.items()
            for part, dealt in one.shares.items()
        ],
        "lodged": fake.lodged,
        "consents": fake.consents if fake.release else [],
        "ready_given": (role, "ready") in fake.given,
        "release_given": (role, "release") in fake.given,
    }


def custodian_says(fake, request, lot, kind):
    body = body_of(request)
    value = messages.parse(
        canonical.from_bytes(body["document"].encode()),
        messages.READY if kind == "ready" else messages.RELEASE,
    )
    assert value["checkpoint"] == canonical.sha256(body["checkpoint"].encode())
    fake.given[value["custodian"], kind] = value
    return {}


def note_act(fake, request, *names):
    fake.acts.append((request.url.path, body_of(request) if request.content else None))
    return {"at": canonical.instant(timemachine.now())}


BID, LOT, UPLOAD = "([0-9a-f-]+)", "([0-9a-f-]+)", "([0-9a-f-]+)"
ROUTES = (
    ("POST", "/api/enrol", enrol),
    ("POST", "/api/sign-in/challenge", challenge),
    ("POST", "/api/sign-in", sign_in),
    ("POST", "/api/sign-in/ticket", lambda fake, request: {"url": f"{URL}/sign-in/ticket/#abc"}),
    ("GET", f"/api/lots/{LOT}/notice", notice_answer),
    ("POST", f"/api/lots/{LOT}/bids", declare),
    ("GET", f"/api/lots/{LOT}/bids", own_bids),
    ("GET", f"/api/lots/{LOT}/opening", lambda fake, request, lot: fake.opening_of(fake.seat(request))),
    ("POST", f"/api/lots/{LOT}/check-in", note_act),
    ("POST", f"/api/lots/{LOT}/opening-objections", note_act),
    ("POST", f"/api/lots/{LOT}/custodian-key", note_act),
    ("HEAD", f"/upload/{UPLOAD}", head),
    ("PATCH", f"/upload/{UPLOAD}", patch),
    ("GET", f"/api/bids/{BID}/receipt", receipt),
    ("POST", f"/api/bids/{BID}/withdrawal", withdrawal),
    ("POST", f"/api/bids/{BID}/consent", consent),
    ("POST", f"/api/bids/{BID}/lodging", lodging),
    ("POST", f"/api/bids/{BID}/confirmation", note_act),
    ("GET", "/api/custody", lambda fake, request: fake.custody),
    ("GET", f"/api/custody/{LOT}", custody_case),
    ("POST", f"/api/custody/{LOT}/(ready|release)", custodian_says),
    ("GET", "/api/draws", lambda fake, request: fake.draws),
    ("POST", "/api/draws/([0-9]+)/(commit|reveal|open)", note_act),
    ("GET", "/api/signatures", lambda fake, request: fake.signatures),
    ("POST", "/api/signatures/([0-9a-f-]+)", note_act),
)
