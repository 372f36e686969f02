"""Guarantees in place of deposits: asked for and fetched at their issuer, so that the platform learns of none."""

import argparse
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from accounts.domain.cms import SignatureError
from bidding.domain.notice import Notice
from bidding.kit import answers, files, notices, words
from bidding.kit.commands import Argument, arg
from bidding.kit.errors import KitError, NetworkError, UsageError
from bidding.kit.home import read_json
from bidding.kit.session import Kit
from bidding.sealing.randomness import fresh
from deposits.domain import calls, envelope, guarantees
from deposits.domain.calls import Account, Application, CallError
from deposits.domain.envelope import AnswerRefusedError, EnvelopeError
from deposits.domain.guarantees import Guarantee, GuaranteeError, Party
from kernel.domain import canonical, money

ISSUERS = "/api/guarantees/issuers"
APPLICATION = "application.json"
NONCE_BYTES = 16
TIMEOUT = httpx.Timeout(30.0, connect=10.0)


@dataclass(frozen=True, slots=True)
class Issuer:
    """An issuer as the platform's public price list names it."""

    name: str
    credit_code: str
    url: str


def run(kit: Kit, options: argparse.Namespace) -> dict[str, Any]:
    """Quote, apply or fetch, with that action's own arguments."""
    act, arguments = _ACTIONS[options.action]
    parser = argparse.ArgumentParser(prog=f"yangguang-kit guarantee {options.action}")
    for one in arguments:
        parser.add_argument(*one.flags, help=words.help_text(one.help, kit.console.lang), **one.options)
    parser.add_argument("--server", help=words.help_text("arg_server", kit.console.lang), default="")
    chosen = parser.parse_args(options.rest)
    kit.server_url = chosen.server or kit.server_url
    return act(kit, chosen)


def quote(kit: Kit, options: argparse.Namespace) -> dict[str, Any]:
    """Ask what a guarantee for a lot's deposit costs, at one issuer or at all, and compare."""
    notice = notices.fetch(kit, options.lot).good()
    amount = options.amount or _asked(notice)
    found = []
    for issuer in _issuers(kit, options.issuer):
        try:
            said = _ask(kit, issuer, calls.QUOTE, {"amount": amount})
            found.append({"issuer": issuer.credit_code, "name": issuer.name, **said})
            fee = calls.field(said, "fee")
            kit.console.say("guarantee_quote", name=issuer.name, issuer=issuer.credit_code, fee=fee)
        except (KitError, CallError) as error:
            kit.console.warn("guarantee_no_quote", name=issuer.name, why=error)
    return {"lot": notice.lot, "amount": amount, "quotes": found}


def apply(kit: Kit, options: argparse.Namespace) -> dict[str, Any]:
    """Apply for a guarantee and fetch it; the same application again is the same order, and costs one fee."""
    notice = notices.fetch(kit, options.lot).good()
    issuer = _one(_issuers(kit, options.issuer))
    folder = _folder(kit, notice, issuer)
    payer = Account(options.fee_account, options.fee_name or kit.identity.facts.organisation)
    wanted = _application(notice, options.amount or _asked(notice), payer)
    kept = files.remember(folder / APPLICATION, canonical.to_bytes(wanted.as_json()))
    said = _ask(kit, issuer, calls.APPLY, canonical.from_bytes(kept))
    if said.get("state") == "rejected":
        raise KitError("guarantee_rejected", name=issuer.name, why=said.get("reason", ""))
    return _fetch(kit, issuer, folder)


def fetch(kit: Kit, options: argparse.Namespace) -> dict[str, Any]:
    """Fetch the guarantee that was applied for, check it, and keep it with its signature beside it."""
    notice = notices.fetch(kit, options.lot).good()
    issuer = _one(_issuers(kit, options.issuer))
    folder = _folder(kit, notice, issuer)
    if not (folder / APPLICATION).exists():
        raise UsageError("guarantee_not_applied", lot=notice.lot, name=issuer.name)
    return _fetch(kit, issuer, folder)


def _fetch(kit: Kit, issuer: Issuer, folder: Path) -> dict[str, Any]:
    path = folder / APPLICATION
    try:
        wanted = Application.from_json(read_json(path))
    except CallError as error:
        raise KitError("file_unreadable", path=path, why=error) from error
    got = _ask(kit, issuer, calls.FETCH, {"order": wanted.order})
    path = folder / guarantees.DOCUMENT_NAME
    if not got.get("document"):
        raise KitError("guarantee_not_issued", name=issuer.name, state=got.get("state", ""))
    document, signature = answers.text(got, "document").encode(), answers.binary(got, "signature")
    found = _checked(kit, document, signature, wanted, issuer)
    files.store(path, document)
    files.store(path.with_suffix(".p7s"), signature)
    kit.console.say("guarantee_issued", number=found.number, amount=money.to_text(found.amount), path=path)
    return {
        "lot": found.lot,
        "number": found.number,
        "issuer": issuer.credit_code,
        "amount": money.to_text(found.amount),
        "valid_until": canonical.instant(found.valid_until),
        "path": str(path),
    }


def _checked(kit: Kit, document: bytes, signature: bytes, wanted: Application, issuer: Issuer) -> Guarantee:
    """Return the guarantee if it is what was ordered and signed by its issuer; raises KitError."""
    try:
        found = guarantees.read(document)
        kit.trust.signed_by(found.as_json(), signature, issuer.credit_code, kit.now())
    except (GuaranteeError, SignatureError) as error:
        raise KitError("guarantee_bad", name=issuer.name, why=error) from error
    here = (found.tender, found.lot, found.principal.credit_code, found.beneficiary, found.amount)
    ordered = (wanted.tender, wanted.lot, kit.identity.credit_code, wanted.beneficiary, wanted.amount)
    if here != ordered or found.issuer.credit_code != issuer.credit_code:
        raise KitError("guarantee_bad", name=issuer.name, why="it is not what was ordered")
    return found


def _application(notice: Notice, amount: str, payer: Account) -> Application:
    owner = notice.value["procuring_entity"]
    return Application(
        order=str(uuid.UUID(bytes=fresh(16), version=4)),
        tender=notice.tender,
        lot=notice.lot,
        code=notice.value["code"],
        title=notice.value["title"],
        beneficiary=Party(owner["name"], owner["credit_code"]),
        amount=money.parse(amount),
        deadline=notice.deadline,
        validity_days=notice.value["validity_days"],
        fee_account=payer,
    )


def _folder(kit: Kit, notice: Notice, issuer: Issuer) -> Path:
    """Where an order is kept: one for a lot and issuer, a new one after each addendum, which may move T."""
    return kit.home.path / "guarantees" / notice.lot / f"{issuer.credit_code}-{len(notice.addenda)}"


def _asked(notice: Notice) -> str:
    asked = notice.value["deposit"]
    if asked is None or "guarantee" not in asked["forms"]:
        raise UsageError("guarantee_not_taken", lot=notice.lot)
    amount: str = asked["amount"]
    return amount


def _issuers(kit: Kit, credit_code: str) -> list[Issuer]:
    listed = answers.items(kit.server.get(ISSUERS, public=True), "issuers")
    found = [Issuer(*(answers.text(one, name) for name in ("name", "credit_code", "url"))) for one in listed]
    chosen = [one for one in found if credit_code in ("", one.credit_code)]
    if not chosen:
        raise UsageError("issuer_unknown", issuer=credit_code or "—")
    return chosen


def _one(issuers: list[Issuer]) -> Issuer:
    if len(issuers) > 1:
        raise UsageError("issuer_needed", issuers=", ".join(f"{i.credit_code} {i.name}" for i in issuers))
    return issuers[0]


def _ask(kit: Kit, issuer: Issuer, call: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """Send a signed message to an issuer and return its verified answer; raises KitError."""
    message = envelope.request(
        call,
        data,
        domain=envelope.ISSUER,
        nonce=fresh(NONCE_BYTES).hex(),
        at=kit.now(),
        sign=kit.identity.sign,
    )
    try:
        with httpx.Client(timeout=TIMEOUT, transport=kit.transport) as client:
            answer = client.post(f"{issuer.url.rstrip('/')}/{call}", content=envelope.to_bytes(message))
        found = envelope.open_reply(
            envelope.read(answer.content),
            message,
            call=call,
            domain=envelope.ISSUER,
            roots=kit.trust.roots,
            now=kit.now(),
            sender=issuer.credit_code,
        )
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        why = str(error) or type(error).__name__
        raise NetworkError("server_unreachable", server=issuer.url, why=why) from error
    except AnswerRefusedError as error:
        raise KitError("issuer_declined", name=issuer.name, why=error) from error
    except EnvelopeError as error:
        raise KitError("issuer_odd", name=issuer.name, why=error) from error
    return dict(found.result)


def _yuan(text: str) -> str:
    return money.to_text(money.parse(text))


_LOT = arg("lot", help="arg_lot")
_ISSUER = arg("--issuer", help="arg_issuer", default="", metavar="CODE")
_AMOUNT = arg("--amount", help="arg_guarantee_amount", type=_yuan, default=None, metavar="YUAN")
_ACTIONS: Mapping[str, tuple[Callable[[Kit, argparse.Namespace], dict[str, Any]], tuple[Argument, ...]]] = {
    "quote": (quote, (_LOT, _ISSUER, _AMOUNT)),
    "apply": (
        apply,
        (
            _LOT,
            _ISSUER,
            _AMOUNT,
            arg("--fee-account", help="arg_fee_account", required=True, metavar="NUMBER"),
            arg("--fee-name", help="arg_fee_name", default="", metavar="NAME"),
        ),
    ),
    "fetch": (fetch, (_LOT, _ISSUER)),
}
"""Action -> what does it, and its arguments."""
