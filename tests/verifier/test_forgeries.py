"""Forgers who own the platform: every hash, manifest, log entry and platform signature is consistent, the lie is not.

Each row of the tables changes one kind of document before it is hashed, signed and logged. Where a document's kind is
in `unsigned`, its signer did not take part: the forger keeps the signature that he has.
"""

import copy
import dataclasses
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from kernel.domain import canonical, notes
from tests.verifier import dossier_builder, drawing_steps, ledger, lots, parties
from tests.verifier.judging import judge, run, said

PUBLIC, AUDIT = 0, 1
BOTH = (PUBLIC, AUDIT)
DAY = timedelta(days=1)
OPENING = dataclasses.replace(lots.SMALL, until="opened")
HALL = {"table", "release_list", "ready", "record"}


def build(plan=lots.SMALL, changes=None, **more):
    fresh = {kind: one.fresh() if isinstance(one, First) else one for kind, one in (changes or {}).items()}
    return dossier_builder.build(plan, fresh, **more)


def broken(built, edition):
    """Return the stages that the verifier calls broken, and all that it says."""
    report = judge(built.bags[edition].packed(), built.trust)
    assert report["stages"]["bag"]["status"] == "ok", "the forger packs well"
    return {one["stage"] for one in report["broken"]}, said(report)


def put(*path: Any) -> Callable[[Any], Any]:
    """Return a change that puts its last argument at the path before it."""

    def change(value):
        place = value
        for key in path[:-2]:
            place = place[key]
        place[path[-2]] = path[-1]

    return change


@dataclasses.dataclass(frozen=True)
class First:
    """A change of the first of many documents of a kind; each lot that is built begins anew."""

    change: Callable[[Any], Any]

    def fresh(self) -> Callable[[Any], Any]:
        done = []

        def change(found):
            if done:
                return found
            done.append(True)
            return self.change(found)

        return change


def last_row(value):
    """Return a change of the opening table's last opened row."""

    def change(table):
        rows = [row for row in table["bids"] if row["outcome"] == "opened"]
        value(rows[-1], rows)

    return change


def swap_fields(row, rows):
    row["fields"], rows[0]["fields"] = rows[0]["fields"], row["fields"]


def unopen(row, _rows):
    row.update(outcome="deemed_revoked", cause="consent_absent", fields=None)


def lower(row, _rows):
    row["fields"] = row["fields"] | {"price": "9000000.00"}


def without_last(rows):
    return rows[:-1]


def twice(table):
    table["bids"].append(copy.deepcopy(table["bids"][-1]))


def one_short(table):
    table["bids"].pop()


def stripped(count):
    """Return a change that takes the last signatures off a checkpoint."""

    def change(note):
        return "\n".join(note.split("\n")[: -1 - count]) + "\n"

    return change


def revived(rows):
    """Count the replaced bid as valid again."""
    for row in rows:
        if row["status"] == "superseded":
            row["status"], row["by"] = "valid", None


def gone(rows):
    """Say of the first valid bid that it was withdrawn."""
    row = next(row for row in rows if row["status"] == "valid")
    row["status"], row["by"] = "withdrawn", "ab" * 32


def hidden(rows):
    """Leave the first valid bid out of the closing list."""
    rows.remove(next(row for row in rows if row["status"] == "valid"))


def reordered(record):
    record["order"][0], record["order"][1] = record["order"][1], record["order"][0]


def other_taken(record):
    record["taken"][0], record["reserve"][0] = record["reserve"][0], record["taken"][0]


def other_value(record):
    name = next(iter(record["contributions"]))
    record["contributions"][name] = "ab" * 32


def pushed_out(record):
    """Pass over an expert who was never asked."""
    record["skips"].append({"id": record["reserve"][-1], "rule": "R-03", "reason": "declined"})
    record["reserve"].pop()


def one_more_contributor(payload):
    payload["contributors"] = payload["contributors"] | {"regulator": "seat"}


def nobody(payload):
    payload["contributors"] = {}


def the_platform_alone(payload):
    payload["contributors"] = {"platform": "seat"}


def one_person(payload):
    payload["contributors"] = dict.fromkeys(payload["contributors"], f"seat:{parties.HOST.seat}")


def only_the_centre(values):
    return {"centre": values["centre"]}


def one_commit_less(payload):
    payload["commits"].pop("centre")


def fewer_ids(payload):
    payload["strata"][0]["ids"] = payload["strata"][0]["ids"][1:]


def better_mean(scores):
    row = scores["summary"][-1]
    item = next(iter(row["items"]))
    row["items"][item] = "25.00"


def other_rank(scores):
    rows = scores["summary"]
    rows[0]["rank"], rows[1]["rank"] = rows[1]["rank"], rows[0]["rank"]


def better_price_score(document):
    document["price"][-1]["score"] = "60.00"


def another_benchmark(document):
    document["benchmark"] = "9000000.00"


def easier_formula(document):
    document["parameters"]["E1"] = "1"


def unrejected(document):
    document["rejected"] = []


def above_full(sheet):
    sheet["items"][0]["score"] = "26.00"
    sheet["totals"][0]["total"] = "36.00"


def wrong_sum(sheet):
    sheet["totals"][0]["total"] = "99.00"


def other_order(report):
    report["candidates"] = report["candidates"][::-1]


def second_first(report):
    rows = report["ranking"]
    rows[0]["rank"], rows[1]["rank"] = rows[1]["rank"], rows[0]["rank"]


def short_list(document):
    document["candidates"] = document["candidates"][:1]


def dearer(document):
    document["winner"] = document["winner"] | {"price": "9999999.00"}


def same_office(notice):
    notice["custodians"][2]["credit_code"] = notice["custodians"][1]["credit_code"]


def own_key(notice):
    notice["custodians"][2]["recipient"] = notice["custodians"][1]["recipient"]


def unsigned_key(notice):
    notice["custodians"][2]["signature"] = notice["custodians"][1]["signature"]


def another_file(record):
    record["files"][0]["sha256"] = "ab" * 32


def dropped_consent(release):
    release["bids"].pop()


def no_consent(release):
    release["bids"][0]["consent"] = None


def one_chain_less(closing):
    closing["chains"].pop()


def nothing_ready(message):
    message["results"] = []


def one_share_less(message):
    message["shares"].pop()


def closed_early(step):
    if step["to"] == "closed":
        step["at"] = "2026-03-25T01:00:00.000Z"


def jumped(step):
    if step["to"] == "evaluated":
        step["from"] = "opened"


T, BEFORE_T = "2026-03-26T01:00:00.000Z", "2026-03-26T00:59:59.000Z"
LIES = {
    # the notice and what moves it
    "one custodian is enough": ("notice", put("threshold", 1), "notice", "custodians"),
    "two custodians of one institution": ("notice", same_office, "notice", "not independent"),
    "two custodians with one key": ("notice", own_key, "notice", "not independent"),
    "a key without its signature": ("notice", unsigned_key, "notice", "notice.json"),
    "a law rewritten": ("edition", lambda text: text + "\n", "edition", "edition.toml"),
    "T after nineteen days": ("addendum", put("deadline", "2026-03-19T01:00:00.000Z"), "notice", "T"),
    "T moved earlier": ("addendum", put("deadline", "2026-03-24T00:59:00.000Z"), "notice", "T"),
    "a false date": ("addendum", put("published_at", "2026-03-03T02:00:00.000Z"), "notice", "contradicts"),
    # bids until T
    "a container exchanged": ("container", First(lambda data: data[::-1]), "openings", "opening.age"),
    "bids counted before T": ("closing", put("counted_at", BEFORE_T), "closing", "counted before T"),
    "bids miscounted": ("closing", put("valid", 5), "table|closing", "valid bid"),
    "a chain left out": ("closing", one_chain_less, "closing", "chains"),
    "closed before T": ("tender:lot:status", closed_early, "state", "not at T"),
    "a state passed over": ("tender:lot:status", jumped, "state", "steps in the log"),
    # the opening
    "a price that the key does not open": ("table", last_row(lower), "openings", "other fields"),
    "prices swapped": ("table", last_row(swap_fields), "openings", "other fields"),
    "a bid twice in the table": ("table", twice, "table", "every valid bid once"),
    "a bid not in the table": ("table", one_short, "table", "every valid bid once"),
    "a consenting bid kept closed": ("table", last_row(unopen), "closing|table", "json"),
    "opened without consent": ("release_list", no_consent, "release", "release.json"),
    "opened without being listed": ("release_list", dropped_consent, "table", "outcome"),
    "a coefficient not drawn": ("release_list", put("coefficients", 0, "value", "0.99"), "release", "K"),
    "custodians of another list": ("ready", put("closing", "ab" * 32), "custody", "closing"),
    "a record of another table": ("record", put("table", "ab" * 32), "record", "table"),
    # draws
    "an order not of the seed": ("draw:civil", reordered, "draws", "2-civil"),
    "another expert taken": ("draw:civil", other_taken, "draws", "2-civil"),
    "a value nobody committed to": ("draw:cost", other_value, "draws", "2-cost"),
    "an expert passed over unasked": ("draw:civil", pushed_out, "draws", "false skip"),
    "a contributor left out": ("bidding:draw:requested", one_more_contributor, "draws", "contributors"),
    "a draw to which nobody contributed": ("bidding:draw:requested", nobody, "draws", "contributors"),
    "a draw of the platform alone": ("bidding:draw:requested", the_platform_alone, "draws", "contributors"),
    "a draw of one person": ("bidding:draw:requested", one_person, "draws", "contributors"),
    "a draw of one value": ("contributions", only_the_centre, "draws", "only 1 contributed"),
    "a value that was passed over": ("bidding:draw:revealing", one_commit_less, "draws", "values"),
    "another value than was signed": ("draw_committed", First(put("commit", "ab" * 32)), "draws", "commit"),
    "a draw given up and asked anew": ("abandoned", lambda _: [False], "draws", "never drawn"),
    "a draw that a living lot voids": ("abandoned", lambda _: [True], "draws", "came to nothing"),
    "a smaller pool": ("bidding:draw:requested", fewer_ids, "draws", "ids"),
    "a draw number missing": ("bidding:draw:requested", put("draw", "x/draw-9"), "draws", "draws in the log"),
    "a coefficient drawn anew": ("draw:K", other_taken, "draws", "1-K"),
    # publications
    "a published price score": ("candidates", better_price_score, "price|candidates", "candidates.json"),
    "a published benchmark": ("candidates", another_benchmark, "price|candidates", "candidates.json"),
    "a published formula": ("candidates", easier_formula, "price|candidates", "candidates.json"),
    "a rejection not published": ("candidates", unrejected, "price|candidates", "candidates.json"),
    "the second one wins": ("winner", lambda bids: bids[1:], "result", "without a ground"),
    "a dearer winner": ("result", dearer, "result", "price"),
    "an award at another price": ("award", dearer, "award", "winner"),
    "a contract at another price": ("contract", put("price", "9999999.00"), "contract", "price"),
    "two days of publication": ("until", lambda end: end - 2 * DAY, "periods", "T-12"),
}
"""Lie -> kind of document, change, the stage that breaks (public|auditors' edition), a word of what is said."""
LIES_TO_AUDITORS = {
    "a bid received at T": ("seal", First(put("received_at", T)), "statements", "not received before T"),
    "a seal of other files": ("seal", First(another_file), "statements", "files"),
    "a withdrawal after T": ("withdrawal_record", put("received_at", T), "statements", "before T"),
    "a replaced bid that counts": ("lines", revived, "closing", "superseded"),
    "a bid never withdrawn": ("lines", gone, "closing", "valid"),
    "a bid left out of the list": ("lines", hidden, "closing", "closing.json"),
    "nothing said to be ready": ("ready", nothing_ready, "custody", "ready"),
    "a mean not of the sheets": ("scores", better_mean, "scores", "summary"),
    "ranks exchanged": ("scores", other_rank, "scores", "summary"),
    "a price score": ("scores", better_price_score, "price", "scores.json, price"),
    "a score above full marks": ("sheet", First(above_full), "scores", "sheets"),
    "a total that is no sum": ("sheet", First(wrong_sum), "scores", "sheets"),
    "a rejection not reported": ("report", unrejected, "report", "rejected"),
    "candidates in another order": ("report", other_order, "report", "candidates"),
    "a ranking not of the scores": ("report", second_first, "report", "ranking"),
    "a member who did not sign": ("signers", without_last, "report", "did not sign"),
    "a list of candidates cut short": ("candidates", short_list, "candidates", "candidates.json"),
}
"""The same of what only auditors can see."""


def lie(kind, change):
    """Build the lot of a lie: those of the opening go no further, for the platform's own evaluation refuses them."""
    return build(OPENING if kind in HALL else lots.SMALL, {kind: change})


@pytest.mark.parametrize("name", LIES)
def test_a_consistent_lie_is_found(name):
    kind, change, stages, words = LIES[name]
    built = lie(kind, change)
    for edition in BOTH:
        found, told = broken(built, edition)
        assert stages.split("|")[-1 if edition else 0] in found, told
        assert words in told


@pytest.mark.parametrize("name", LIES_TO_AUDITORS)
def test_a_consistent_lie_is_found_by_auditors(name):
    kind, change, stage, words = LIES_TO_AUDITORS[name]
    found, told = broken(lie(kind, change), AUDIT)
    assert stage in found, told
    assert words in told


SIGNED = {
    "statement": ("statement", put("client_time", "2026-03-01T00:00:00.000Z"), "statements"),
    "seal record": ("seal", First(put("received_at", "2026-03-20T00:00:00.000Z")), "statements"),
    "consent": ("consent", put("nonce", canonical.b64(bytes(32))), "custody"),
    "closing list": ("closing", put("counted_at", "2026-03-26T01:00:06.000Z"), "closing"),
    "release list": ("release_list", put("coefficients", 0, "value", "0.99"), "release"),
    "opening table": ("table", last_row(lower), "table"),
    "opening record": ("record", put("ended_at", "2026-03-26T09:00:00.000Z"), "record"),
    "award": ("award", put("issued_at", "2026-04-01T00:00:00.000Z"), "award"),
    "contract": ("contract", put("prepared_at", "2026-04-09T00:00:00.000Z"), "contract"),
}


@pytest.mark.parametrize("name", SIGNED)
@pytest.mark.parametrize("edition", BOTH, ids=["public", "audit"])
def test_what_a_party_signed_cannot_be_rewritten(name, edition):
    kind, change, stage = SIGNED[name]
    built = build(changes={kind: change}, unsigned=[kind])
    found, told = broken(built, edition)
    assert stage in found, told
    assert "InvalidSignature" in told


@pytest.mark.parametrize("kind", ["sheet", "report", "ready", "release", "withdrawal"])
def test_what_a_party_signed_for_auditors_cannot_be_rewritten(kind):
    change = {
        "sheet": wrong_sum,
        "report": other_order,
        "ready": put("checkpoint", "ab" * 32),
        "release": one_share_less,
        "withdrawal": put("nonce", canonical.b64(bytes(32))),
    }[kind]
    found, told = broken(build(changes={kind: change}, unsigned=[kind]), AUDIT)
    assert found, told
    assert "InvalidSignature" in told or kind == "ready"


def test_a_hidden_bid_is_proved_by_its_receipt(tmp_path):
    """The public edition of a list without the bid is consistent: its bidder's receipt against the auditors' is not."""
    built = build(changes={"lines": hidden})
    dossier = dossier_builder.Path(tmp_path / "audit.zip")
    dossier.write_bytes(built.audit.packed())
    trust = tmp_path / "trust"
    trust.mkdir()
    for name, data in built.trust.items():
        (trust / name).write_bytes(data)
    paths = []
    for number, receipt in enumerate(built.receipts):
        paths.append(tmp_path / f"{number}.json")
        paths[-1].write_bytes(canonical.to_bytes(receipt))
    code, report = run(
        "dossier", dossier, "--trust", trust, *(word for path in paths for word in ("--receipt", path))
    )
    assert code == 1
    lost = [one for one in report["receipts"] if one["result"] == "broken"]
    assert len(lost) == 1
    assert "closing list of this lot does not hold the record" in lost[0]["why"]


def test_a_bid_withheld_with_the_release_list_changed_to_fit():
    """Left out of the release list and deemed revoked, though it consented and custodians were ready."""
    dropped = []

    def drop(release):
        dropped.append(release["bids"].pop()["bid"])

    def deem(table):
        unopen(next(row for row in table["bids"] if row["bid"] == dropped[0]), [])

    found, told = broken(build(OPENING, {"release_list": drop, "table": deem}), AUDIT)
    assert "table" in found
    assert "withheld" in told


@pytest.mark.parametrize("edition", BOTH, ids=["public", "audit"])
def test_a_consent_that_counted_and_is_called_none(small, edition):
    """What is opaque is read by nobody: a consent that opened a bid is not."""
    bag = small.bags[edition]
    name = next(one for one in bag.files if "-consent-" in one and one.endswith(".json"))
    forged = bag.with_files({name: None, f"{name.removesuffix('json')}bin": bag.files[name]})
    report = judge(forged.packed(), small.trust)
    assert {one["stage"] for one in report["broken"]} == {"custody", "release"}


# draws


@pytest.mark.parametrize("edition", BOTH, ids=["public", "audit"])
def test_a_value_without_its_contributors_signature(small, edition):
    """The platform has the log, and no key of a contributor: it signs itself, with another seat, or not at all."""
    bag, name = small.bags[edition], "draws/1/commit-centre"
    signed = {
        who: parties.party(who).sign(bag.json(f"{name}.json")) for who in (parties.HOST, parties.PLATFORM)
    }
    for forged in ({f"{name}.p7s": data} for data in signed.values()):
        report = judge(bag.with_files(forged).packed(), small.trust)
        assert {one["stage"] for one in report["broken"]} == {"draws"}
        assert "must sign" in said(report)
    name = "draws/1/commit-supervisor"
    stranger = parties.party(parties.REVIEWER).sign(bag.json(f"{name}.json"))
    report = judge(bag.with_files({f"{name}.p7s": stranger}).packed(), small.trust)
    assert f"{name}.json, its signer" in said(report)
    report = judge(bag.with_files({f"{name}.json": None, f"{name}.p7s": None}).packed(), small.trust)
    assert f"{name}.json is missing" in said(report)


def test_a_supervisor_of_the_centre_is_noted(monkeypatch):
    """Nothing in a dossier names the supervising authority: the auditors read who it was."""
    centre = dataclasses.replace(parties.SUPERVISOR, credit_code=parties.CENTRE.credit_code)
    monkeypatch.setitem(drawing_steps.CONTRIBUTORS, "supervisor", centre)
    built = build(OPENING)
    for bag in built.bags:
        report = judge(bag.packed(), built.trust)
        assert report["broken"] == []
        assert [note for note in report["notes"] if "the supervisor is of a party" in note]


@pytest.mark.parametrize("edition", BOTH, ids=["public", "audit"])
def test_a_value_that_too_few_custodians_opened(small, edition):
    name = "draws/1/open-supervisor-centre"
    report = judge(
        small.bags[edition].with_files({f"{name}.json": None, f"{name}.p7s": None}).packed(), small.trust
    )
    assert {one["stage"] for one in report["broken"]} == {"draws"}
    assert "too few custodians" in said(report)


@pytest.mark.parametrize("edition", BOTH, ids=["public", "audit"])
@pytest.mark.parametrize("change", [lambda _: [], lambda _: ["x/draw-9"]], ids=["none", "another"])
def test_a_failed_lot_that_does_not_void_its_draw(change, edition):
    found, told = broken(build(lots.FAILED, {"void": change}), edition)
    assert found == {"draws"}
    assert "came to nothing" in told


# the log and its witnesses


@pytest.mark.parametrize(
    ("kind", "change", "stage", "words"),
    [
        ("checkpoint", stripped(2), "log", "too few witnesses"),
        ("checkpoint", stripped(3), "log", "too few witnesses"),
        ("cited", stripped(2), "custody", "no two witnesses"),
    ],
)
@pytest.mark.parametrize("edition", BOTH, ids=["public", "audit"])
def test_too_few_witnesses(kind, change, stage, words, edition):
    found, told = broken(build(changes={kind: change}), edition)
    assert stage in found, told
    assert words in told


def resigned(keys, *, at=None, names=("north", "south", "west"), log=True):
    """Return a change that signs a checkpoint's body anew, by these witnesses and perhaps not by the log."""

    def change(text):
        old = notes.Note.parse(text)
        found = notes.Note(old.body, (notes.sign(old.body, ledger.ORIGIN, keys.log),) if log else ())
        for name in names:
            seconds = int(at.timestamp()) if at else 1_800_000_000
            found = found.with_signature(
                *notes.cosign(old.body, f"{name}.test/w", keys.witnesses[name], seconds)
            )
        return str(found)

    return change


def test_witnesses_who_saw_the_closing_list_before_t():
    keys = ledger.Keys()
    early = resigned(keys, at=lots.SMALL.due - timedelta(seconds=1))
    found, told = broken(build(changes={"cited": early}, keys=keys), PUBLIC)
    assert "custody" in found
    assert "at or after T" in told


@pytest.mark.parametrize("edition", BOTH, ids=["public", "audit"])
def test_a_log_that_its_key_did_not_sign(edition):
    keys = ledger.Keys()
    built = build(changes={"checkpoint": resigned(keys, log=False)}, keys=keys)
    found, told = broken(built, edition)
    assert "log" in found
    assert "not signed by the log" in told
    other = build(
        changes={"checkpoint": resigned(dataclasses.replace(keys, log=ledger.Keys().log))}, keys=keys
    )
    assert "log" in broken(other, edition)[0]


def test_witnesses_whom_nobody_trusts(small):
    """A whole forged world: its own log and witnesses agree with one another, and not with the trust folder."""
    world = build()
    for bag in world.bags:
        assert judge(bag.packed(), None)["broken"] == []
        report = judge(bag.packed(), small.trust)
        assert {one["stage"] for one in report["broken"]} >= {"log"}


def test_an_old_checkpoint():
    """The log as it stood when the opening began knows nothing of what came after."""
    seen = []

    def remember(text):
        seen.append(text)
        return text

    built = build(changes={"cited": remember, "checkpoint": lambda _text: seen[0]})
    for edition in BOTH:
        found, told = broken(built, edition)
        assert "log" in found
        assert "not under the checkpoint" in told


def test_a_cited_log_that_did_not_grow_into_this_one():
    def fork(rows):
        rows[0]["path"][0] = "ab" * 32

    for edition in BOTH:
        found, told = broken(build(changes={"consistency": fork}), edition)
        assert "log" in found
        assert "another one" in told


def cut_off(entries):
    """Drop the last act of the lot's public chain."""
    own = min(one["entry"]["chain"] for one in entries if "entry" in one)
    rows = [one for one in entries if (one.get("entry") or one)["chain"] == own]
    entries.remove(rows[-1])


def without_chain(entries):
    """Drop one bidder's private chain."""
    names = sorted({(one.get("entry") or one)["chain"] for one in entries})
    return [one for one in entries if (one.get("entry") or one)["chain"] != names[-1]]


def rewritten(entries):
    """Give an act another payload, with its hash."""
    one = next(one for one in entries if "entry" in one and one["entry"]["seq"] == 3)
    one["payload"] = {**one["payload"], "note": "x"}
    one["entry"]["payload_sha256"] = canonical.digest(one["payload"])


def relinked(entries):
    """Exchange two neighbours of a chain with their numbers."""
    rows = [one for one in entries if "entry" in one]
    rows[1]["entry"]["seq"], rows[2]["entry"]["seq"] = 2, 1
    place = entries.index(rows[1])
    entries[place], entries[place + 1] = entries[place + 1], entries[place]


@pytest.mark.parametrize(
    ("change", "stage"),
    [
        (cut_off, ("files", "state", "contract")),
        (without_chain, ("closing",)),
        (rewritten, ("log",)),
        (relinked, ("log",)),
    ],
)
@pytest.mark.parametrize("edition", BOTH, ids=["public", "audit"])
def test_a_log_told_otherwise(change, stage, edition):
    kind = ("public_entries", "entries")[edition]
    found, told = broken(build(changes={kind: change}), edition)
    assert found & set(stage), told


def test_a_step_of_the_lot_that_is_shown_as_a_hidden_act():
    def hide(entries):
        place = next(n for n, one in enumerate(entries) if one.get("payload", {}).get("to") == "evaluating")
        one = entries[place]
        entries[place] = {"chain": one["entry"]["chain"], "seq": one["entry"]["seq"], "hash": one["hash"]}

    found, told = broken(build(changes={"public_entries": hide}), PUBLIC)
    assert "state" in found
    assert "opened is followed by evaluating" in told


def test_a_late_contract_is_noted():
    """A period that the law makes nobody refuse over is told, and breaks nothing."""
    built = build(changes={"contracted_at": lambda at: at + 40 * DAY})
    for bag in built.bags:
        report = judge(bag.packed(), built.trust)
        assert report["broken"] == []
        assert [note for note in report["notes"] if note.startswith("T-13: ")]


# who signs


def trusted_by(built, small):
    """What strangers had: the roots, log and witnesses of a forged world, the platform's certificate of the true one."""
    return {**built.trust, "platform.txt": small.trust["platform.txt"]}


@pytest.mark.parametrize("edition", BOTH, ids=["public", "audit"])
def test_a_stranger_who_signs_as_the_platform(small, edition):
    built = build(platform=parties.party(parties.STRANGER))
    report = judge(built.bags[edition].packed(), trusted_by(built, small))
    assert {one["stage"] for one in report["broken"]} >= {"closing", "statements", "release", "table"}
    assert "where the platform must sign" in said(report)


@pytest.mark.parametrize("edition", BOTH, ids=["public", "audit"])
def test_a_platform_with_a_foreign_certificate(edition):
    built = build(platform=parties.party(parties.PLATFORM, foreign=True))
    found, told = broken(built, edition)
    assert {"closing", "statements", "table"} <= found, told


@pytest.mark.parametrize("edition", BOTH, ids=["public", "audit"])
def test_a_certificate_that_had_expired(edition):
    until = lots.SMALL.due + timedelta(minutes=10)
    built = build(platform=parties.party(parties.PLATFORM, until=until))
    found, told = broken(built, edition)
    assert "table" in found, told
    assert "closing" not in found, "it was good when it signed the closing list"


def test_two_platforms_in_one_self_declared_dossier(small):
    """Without a trust folder the platform is whoever signed first; another signer after it does not fit."""
    other = parties.party(parties.STRANGER)
    bag = small.public
    forged = bag.with_files({"table.p7s": other.sign(bag.json("table.json"))})
    report = judge(forged.packed(), None)
    assert {one["stage"] for one in report["broken"]} == {"table"}


@pytest.mark.parametrize(
    ("name", "signed", "by", "stage"),
    [
        ("award.p7s", "award.json", parties.STRANGER, "award"),
        ("contract-counter.p7s", "contract.json", parties.BUYER, "contract"),
        ("opening-host.p7s", "opening.json", parties.WITNESS, "record"),
        ("opening-witness.p7s", "opening.json", parties.HOST, "record"),
    ],
)
@pytest.mark.parametrize("edition", BOTH, ids=["public", "audit"])
def test_the_wrong_party_signs(small, name, signed, by, stage, edition):
    bag = small.bags[edition]
    forged = bag.with_files({name: parties.party(by).sign(bag.json(signed))})
    report = judge(forged.packed(), small.trust)
    assert {one["stage"] for one in report["broken"]} == {stage}
    assert "must sign" in said(report)
