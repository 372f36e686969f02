"""A custodian's acts on a lot: give a fresh key, report on its shares after T, release them once for all bids."""

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from accounts.domain.cms import SignatureError
from bidding.domain import custody as rules, messages, notice as notices, opening
from bidding.domain.custody import RULE
from bidding.domain.notice import CONSENT, Notice
from bidding.domain.shapes import ShapeError
from bidding.domain.statements import Statement, parse_statement
from bidding.kit import answers, closings, files, keeping, notices as terms, waiting
from bidding.kit.closings import Closing
from bidding.kit.errors import KitError, RefusedError, Told
from bidding.kit.identity import Act
from bidding.kit.keeping import Case, CustodyKey
from bidding.kit.session import Kit
from bidding.sealing import custodians
from bidding.sealing.age1 import ID as DEFAULT_SUITE
from bidding.sealing.custodians import Finding, Place
from kernel.domain import canonical

Answer = Mapping[str, Any]
Files = Mapping[tuple[str, str], bytes]
"""Share files of this custodian: (bid, part) -> bytes."""
NO_SHARE = "no share"
"""Stands for the words of a share that was bad: a release names every part of every listed bid or is refused."""


@dataclass(frozen=True, slots=True)
class Custody:
    """What a custodian found true of a lot before it acts: notice, own key, closing list, statements of valid bids."""

    case: Case
    key: CustodyKey
    notice: Notice
    closing: Closing
    statements: Mapping[str, Statement]
    stated: Files
    lodged: Files
    answer: Answer

    def act(self, value: dict[str, Any], name: str) -> Act:
        """Sign a message and keep a copy before it is sent."""
        act = Act.of(value, self.case.kit.identity)
        self.case.keep(name, act)
        return act


def give_key(kit: Kit, options: argparse.Namespace) -> dict[str, Any]:
    """Make a fresh key for a lot, sign it and send it; a lot has one key of this custodian and never a second."""
    row = keeping.lots(answers.items(kit.server.get("/api/custody"), "custody"), options.lot)
    if not keeping.key_is_wanted(row):
        raise KitError("custody_key_given", lot=options.lot)
    return send_key(Case(kit, options.lot), answers.text(row, "role"))


def send_key(case: Case, role: str) -> dict[str, Any]:
    """Send the lot's key, made now if there is none; an answer that was lost is made good by the same key."""
    kit = case.kit
    key = case.key() if case.has_key() else case.new_key(role, DEFAULT_SUITE)
    if key.role != role:
        raise KitError("custody_key_role", lot=case.lot, made=key.role, role=role)
    act = Act.of(notices.custodian_key(case.lot, role, key.recipient), kit.identity)
    case.keep("custodian-key", act)
    kit.server.act(f"/api/lots/{case.lot}/custodian-key", act)
    kit.console.say("custody_key_sent", lot=case.lot, role=role, recipient=key.recipient)
    return {"lot": case.lot, "role": role, "recipient": key.recipient}


def ready(kit: Kit, options: argparse.Namespace) -> dict[str, Any]:
    """Examine every share of the valid bids and report on it, under the one closing list."""
    answer = _when(kit, options, closings.is_logged)
    if not report_is_due(Case(kit, options.lot), answer):
        kit.console.say("reported_before", lot=options.lot)
        return {"lot": options.lot, "again": False}
    return report(examine(kit, answer, options.lot))


def release(kit: Kit, options: argparse.Namespace) -> dict[str, Any]:
    """Release this custodian's shares of all listed bids, once the signed release list is there and true."""

    def listed(answer: Answer) -> bool:
        return closings.is_logged(answer) and answer.get("release") is not None

    answer = _when(kit, options, listed)
    if answers.flag(answer, "release_given"):
        kit.console.say("released_before", lot=options.lot)
        return {"lot": options.lot, "again": False}
    return give_shares(examine(kit, answer, options.lot))


def fetch(kit: Kit, lot: str) -> dict[str, Any]:
    """Return what the platform shows this custodian of a lot."""
    return answers.mapping(kit.server.get(f"/api/custody/{lot}"), "custody")


def examine(kit: Kit, answer: Answer, lot: str) -> Custody:
    """Check all that a custodian relies on, with its own trust folder; raises KitError or RefusedError."""
    case = Case(kit, lot)
    notice, key = terms.answered(kit, lot, answer).good(), case.key()
    role = notice.custodian(key.role)
    if (role.recipient, role.credit_code) != (key.recipient, kit.identity.credit_code):
        raise KitError("notice_names_another_key", lot=lot, role=key.role)
    closing = closings.read(kit, notice, answer)
    if not closing.is_whole():
        raise KitError("closing_lines_missing", shown=len(closing.lines), stated=len(closing.value["lines"]))
    case.refuse_earlier(notice.deadline)
    closings.may_act(kit, notice, closing, case.closing)
    statements = _statements(kit, notice, closing, answer)
    stated = {
        (answers.text(row, "bid"), answers.text(row, "part")): answers.binary(row, "file")
        for row in answers.rows(answer, "shares")
    }
    lodged = _lodged(kit, key.role, closing, statements, answer)
    return Custody(case, key, notice, closing, statements, stated, lodged, answer)


def report_is_due(case: Case, answer: Answer) -> bool:
    """Tell whether the platform lacks this custodian's report, or one on shares that were dealt anew since."""
    if not answers.flag(answer, "ready_given"):
        return True
    anew = lodgings(answer)
    return bool(anew) and case.reported() != anew


def report(custody: Custody) -> dict[str, Any]:
    """Decrypt every share of the valid bids here, and send which are ready and which are bad, with proof.

    The first report speaks of the shares that the statements name; a later one, where a bidder dealt anew, of
    those.
    """
    kit, lot = custody.case.kit, custody.case.lot
    again = answers.flag(custody.answer, "ready_given")
    results, counts = [], {"ready": 0, "bad": 0}
    for bid, statement in sorted(custody.statements.items()):
        for part in sorted(custody.notice.parts):
            anew = again and (bid, part) in custody.lodged
            found = (
                _lodged_finding(custody, statement, part)
                if anew
                else _stated_finding(custody, statement, part)
            )
            row = messages.result(bid, part, good=found.share is not None, proof=found.proof)
            counts[row["result"]] += 1
            results.append(row)
            if found.share is None:
                _say_bad(kit, bid, part, found)
    value = messages.ready(
        lot=lot,
        custodian=custody.key.role,
        closing=custody.closing.hash,
        checkpoint=custody.closing.checkpoint_hash,
        results=results,
    )
    told = _send(custody, "ready", value)
    custody.case.note_report(lodgings(custody.answer) if again else [])
    kit.console.say("reported", lot=lot, **counts)
    return {"lot": lot, "closing": custody.closing.hash, **counts, **told, "again": again}


def give_shares(custody: Custody) -> dict[str, Any]:
    """Check the release list, remember it for good, and send this custodian's shares of all its bids in one message."""
    kit, lot = custody.case.kit, custody.case.lot
    data, value = _release_list(custody)
    first = files.remember(custody.case.release, data)
    if first != data:
        facts = {"answered": canonical.sha256(first), "asked": canonical.sha256(data)}
        raise RefusedError("must_not_act", [Told(RULE, "another_release_list", facts)], by="kit")
    shares, missing = [], []
    for bid in (row["bid"] for row in value["bids"]):
        for part in custody.notice.parts:
            found = _best_finding(custody, custody.statements[bid], part)
            if found.share is None:
                missing.append({"bid": bid, "part": part, "why": found.problem})
                _say_bad(kit, bid, part, found)
            context = custody.statements[bid].context(part)
            shares.append(found.share or rules.share(context, custody.key.role, NO_SHARE))
    message = messages.release(
        lot=lot,
        custodian=custody.key.role,
        closing=custody.closing.hash,
        release_list=canonical.sha256(data),
        checkpoint=custody.closing.checkpoint_hash,
        shares=shares,
    )
    told = _send(custody, "release", message)
    kit.console.say("released", lot=lot, bids=len(value["bids"]), shares=len(shares) - len(missing))
    return {"lot": lot, "release": canonical.sha256(data), "shares": len(shares), "missing": missing, **told}


def lodgings(answer: Answer) -> list[str]:
    """Return the hashes of the lodgings of an answer, sorted: what makes another report due."""
    found = {answers.maybe_text(row, "document") for row in answers.rows(answer, "lodged")}
    return sorted(canonical.sha256(text.encode("utf-8")) for text in found if text is not None)


def _when(kit: Kit, options: argparse.Namespace, due: Any) -> dict[str, Any]:
    def attempt() -> dict[str, Any] | None:
        answer = fetch(kit, options.lot)
        return answer if due(answer) else None

    found = waiting.until(options.wait, attempt)
    if found is None:
        raise KitError("too_early", lot=options.lot)
    return found


def _statements(kit: Kit, notice: Notice, closing: Closing, answer: Answer) -> dict[str, Statement]:
    """Return the statements of the valid bids, each signed by its bidder and named by its line."""
    lines, found = closings.valid(closing.lines), {}
    for row in answers.rows(answer, "statements"):
        data = answers.text(row, "statement").encode("utf-8")
        try:
            statement = parse_statement(canonical.from_bytes(data), notice)
            if statement.bid not in lines:
                continue
            at = canonical.parse_instant(lines[statement.bid]["received_at"])
            kit.trust.signed_by(statement.value, answers.binary(row, "signature"), statement.bidder, at)
        except (canonical.NotCanonicalError, ShapeError, SignatureError) as error:
            raise KitError("statement_bad", why=error) from error
        _same(lines[statement.bid], statement)
        found[statement.bid] = statement
    absent = sorted(lines.keys() - found.keys())
    if absent:
        raise KitError("statements_missing", bids=", ".join(absent))
    return found


def _same(line: Mapping[str, Any], statement: Statement) -> None:
    if (line["statement"], line["bidder"]) != (statement.hash, statement.bidder):
        raise KitError(
            "statement_bad", why=f"the closing list names another statement of bid {statement.bid}"
        )


def _lodged(
    kit: Kit, role: str, closing: Closing, statements: Mapping[str, Statement], answer: Answer
) -> dict[tuple[str, str], bytes]:
    """Return the share files that bidders dealt anew to this custodian, those alone that their bidders signed.

    Another could be anybody's: released in place of the stated share it would spoil the bid.
    """
    found: dict[tuple[str, str], bytes] = {}
    for row in answers.rows(answer, "lodged"):
        document = answers.maybe_text(row, "document")
        if document is None:
            kit.console.warn("lodged_unsigned", bid=row.get("bid"))
            continue
        try:
            value = messages.parse(canonical.from_bytes(document.encode("utf-8")), messages.LODGING)
            statement = _lodged_by(value, closing, statements)
            kit.trust.signed_by(value, answers.binary(row, "signature"), statement.bidder, kit.now())
        except (canonical.NotCanonicalError, ShapeError, SignatureError) as error:
            kit.console.warn("lodging_bad", bid=row.get("bid"), why=error)
            continue
        found |= {
            (statement.bid, part): canonical.unb64(dealt[role])
            for part, dealt in value["parts"].items()
            if role in dealt
        }
    return found


def _lodged_by(value: Answer, closing: Closing, statements: Mapping[str, Statement]) -> Statement:
    statement = statements.get(value["bid"])
    if statement is None or value["closing"] != closing.hash:
        raise ShapeError("it is of no valid bid, or of another closing list")
    return statement


def _stated_finding(custody: Custody, statement: Statement, part: str) -> Finding:
    file = custody.stated.get((statement.bid, part))
    if file is None:
        return Finding(None, "the platform has no share file for this custodian")
    return custodians.examine(file, custody.key.key, Place(statement, part, custody.key.role))


def _lodged_finding(custody: Custody, statement: Statement, part: str) -> Finding:
    file = custody.lodged[statement.bid, part]
    return custodians.examine(file, custody.key.key, Place(statement, part, custody.key.role, lodged=True))


def _best_finding(custody: Custody, statement: Statement, part: str) -> Finding:
    """Examine the share that a bidder dealt anew, since only those fit together; else the stated one."""
    if (statement.bid, part) in custody.lodged:
        found = _lodged_finding(custody, statement, part)
        if found.share is not None:
            return found
    return _stated_finding(custody, statement, part)


def _say_bad(kit: Kit, bid: str, part: str, found: Finding) -> None:
    kit.console.warn("share_bad", bid=bid, part=part, why=found.problem, proof="+" if found.proof else "-")


def _release_list(custody: Custody) -> tuple[bytes, dict[str, Any]]:
    """Return the release list as bytes and value, everything in it checked that this custodian can check."""
    kit = custody.case.kit
    signed = answers.signed(custody.answer, "release", "release_signature")
    if signed is None:
        raise KitError("too_early", lot=custody.case.lot)
    data, signature = signed
    try:
        value = opening.parse_release_list(canonical.from_bytes(data))
        kit.trust.signed_by_platform(value, signature, kit.now())
        _check_list(custody, value)
    except (canonical.NotCanonicalError, ShapeError, SignatureError) as error:
        raise KitError("release_bad", why=error) from error
    return data, value


def _check_list(custody: Custody, value: Answer) -> None:
    notice = custody.notice
    named = (value["tender"], value["lot"], value["closing"], value["mode"])
    if named != (notice.tender, notice.lot, custody.closing.hash, notice.mode):
        raise ShapeError("it is of another lot, closing list or mode")
    strangers = sorted({row["bid"] for row in value["bids"]} - custody.statements.keys())
    if strangers:
        raise ShapeError(f"{strangers[0]} is no valid bid of the closing list")
    if value["mode"] == CONSENT:
        _check_consents(custody, value)


def _check_consents(custody: Custody, value: Mapping[str, Any]) -> None:
    """Raise an error unless each bid that is released by consent was consented to by its own bidder."""
    kit, given = custody.case.kit, {}
    for row in answers.rows(custody.answer, "consents"):
        document = answers.text(row, "document").encode("utf-8")
        given[canonical.sha256(document)] = (document, answers.binary(row, "signature"))
    for row in value["bids"]:
        if row["reason"] != "consent":
            continue
        if row["consent"] not in given:
            raise ShapeError(f"the consent of bid {row['bid']} is not shown")
        document, signature = given[row["consent"]]
        consent = messages.parse(canonical.from_bytes(document), messages.CONSENT)
        statement = custody.statements[row["bid"]]
        kit.trust.signed_by(consent, signature, statement.bidder, kit.now())
        wanted = (statement.bid, statement.hash, custody.closing.hash)
        if (consent["bid"], consent["statement"], consent["closing"]) != wanted:
            raise ShapeError(f"the consent of bid {row['bid']} is to something else")


def _send(custody: Custody, name: str, value: dict[str, Any]) -> dict[str, Any]:
    act = custody.act(value, name)
    path = f"/api/custody/{custody.case.lot}/{name}"
    return custody.case.kit.server.act(path, act, checkpoint=custody.closing.checkpoint)
