"""Signing what waits for this seat: every document is shown first, and only kinds that have no command of their own."""

import argparse
import json
import sys
from typing import Any

from accounts.domain.cms import SignatureError
from bidding.kit import answers
from bidding.kit.errors import KitError
from bidding.kit.session import Kit
from kernel.domain import canonical

SIGNABLE = frozenset(
    f"yangguang/{name}/v1"
    for name in ("opening-record", "score-sheet", "evaluation-report", "award", "contract", "fault-decision")
)
"""What may be laid before a seat for signing. Statements, consents, shares and the like are made by this machine
itself: one that comes from elsewhere would be another's will under this seat's name."""


def sign(kit: Kit, options: argparse.Namespace) -> dict[str, Any]:
    """Show what waits for this seat's signature; sign one of it, or with --all everything."""
    rows = answers.items(kit.server.get("/api/signatures"), "signatures")
    chosen = [row for row in rows if options.all or answers.text(row, "id") == options.request]
    if options.request and not chosen:
        raise KitError("request_unknown", request=options.request)
    for row in chosen or rows:
        _show(kit, row)
    if not rows:
        kit.console.say("nothing_to_sign")
    signed = [_sign(kit, row, sure=options.yes) for row in chosen]
    waits = [_facts(row) for row in rows if row not in chosen]
    return {"signed": signed, "waiting": waits}


def _sign(kit: Kit, row: dict[str, Any], *, sure: bool) -> dict[str, Any]:
    found = _facts(row)
    value = _document(row)
    if not sure and sys.stdin.isatty() and not kit.console.agrees("sign_sure", title=found["title"]):
        raise KitError("not_signed", title=found["title"])
    try:
        signature = kit.identity.sign(value)
    except SignatureError as error:
        raise KitError("cannot_sign", why=error) from error
    kit.server.post(f"/api/signatures/{found['id']}", {"signature": canonical.b64(signature)})
    kit.console.say("signed", title=found["title"], sha256=found["sha256"])
    return found


def _document(row: dict[str, Any]) -> dict[str, Any]:
    """Return the document that a request asks to sign; raises KitError unless it is what it says and may be signed."""
    data = answers.text(row, "document").encode("utf-8")
    title = answers.text(row, "title")
    try:
        value = answers.mapping(canonical.from_bytes(data), "document")
    except canonical.NotCanonicalError as error:
        raise KitError("cannot_sign", why=error) from error
    if canonical.sha256(data) != answers.text(row, "sha256"):
        raise KitError("document_differs", title=title)
    if value.get("domain") not in SIGNABLE:
        raise KitError("kind_not_signed_here", title=title, domain=value.get("domain"))
    return value


def _show(kit: Kit, row: dict[str, Any]) -> None:
    found = _facts(row)
    kit.console.say("to_sign", **{**found, "due_at": found["due_at"] or "-"})
    value = json.loads(answers.text(row, "document"))
    kit.console.plain(json.dumps(value, ensure_ascii=False, indent=2))


def _facts(row: dict[str, Any]) -> dict[str, Any]:
    found = {name: answers.text(row, name) for name in ("id", "title", "purpose", "sha256")}
    return {**found, "due_at": answers.maybe_text(row, "due_at")}
