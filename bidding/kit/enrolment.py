"""A seat gets its key and certificate, proves who it is, and opens a browser session."""

import argparse
import webbrowser
from typing import Any

from accounts.domain import certificates
from bidding.kit import answers, files, identity, keys
from bidding.kit.errors import KitError, UsageError
from bidding.kit.home import SEAT_DOMAIN
from bidding.kit.session import Kit
from kernel.domain import canonical

SEAT_FACTS = ("seat", "kind", "username", "organisation", "credit_code")


def enrol(kit: Kit, options: argparse.Namespace) -> dict[str, Any]:
    """Make a key here, exchange the one-time code for its certificate, and keep both."""
    home, console = kit.home, kit.console
    if home.certificate.exists():
        raise KitError("already_enrolled", path=home.certificate)
    passphrase = kit.passphrases.new()
    pem = files.known(home.key)
    if pem is None:
        key = keys.generate()
        files.store(home.key, keys.to_pem(key, passphrase))
    else:
        key = keys.from_pem(pem, passphrase)
    if not passphrase:
        console.warn("key_without_passphrase", path=home.key)
    body = {
        "code": options.code,
        "request_pem": keys.request(key).decode("ascii"),
        "password": _password(options),
    }
    answer = answers.mapping(kit.server.post("/api/enrol", body, public=True, again=False), "answer")
    seat = {name: answers.text(answer, name) for name in SEAT_FACTS}
    bundle = answers.text(answer, "certificate_pem").encode("ascii")
    facts = _checked(bundle, key, seat)
    value = {"domain": SEAT_DOMAIN, "server": kit.server.url, **seat}
    files.store(home.seat, canonical.to_bytes(value))
    files.store(home.certificate, bundle)
    console.say("enrolled", **seat, fingerprint=facts.fingerprint)
    return {**seat, "fingerprint": facts.fingerprint, "home": str(home.path)}


def sign_in(kit: Kit, options: argparse.Namespace) -> dict[str, Any]:
    """Give the address that opens a browser session of this seat once."""
    answer = answers.mapping(kit.server.post("/api/sign-in/ticket"), "answer")
    url = answers.text(answer, "url")
    if not kit.server.owns(url):
        raise answers.odd("url")
    kit.console.say("browser_address", url=url)
    opened = bool(options.open) and webbrowser.open(url)
    return {"url": url, "opened": opened}


def whoami(kit: Kit, options: argparse.Namespace) -> dict[str, Any]:  # noqa: ARG001 - every command's signature
    """Say which seat this home holds, without asking the platform."""
    facts = identity.certificate_facts(kit.home)
    seat = kit.home.enrolled()
    found = {
        "organisation": facts.organisation,
        "credit_code": facts.credit_code,
        "person": facts.person,
        "seat": seat.get("seat", facts.seat),
        "kind": seat.get("kind"),
        "server": seat.get("server"),
        "fingerprint": facts.fingerprint,
        "not_after": canonical.instant(facts.not_after),
    }
    shown = {name: "-" if value is None else value for name, value in found.items()}
    kit.console.say("who", **shown)
    return {**found, "home": str(kit.home.path)}


def _checked(
    bundle: bytes, key: certificates.PrivateKey, seat: dict[str, str]
) -> certificates.CertificateFacts:
    """Return what the new certificate says; raises KitError unless it is of our key and the seat's organisation."""
    try:
        first = certificates.load_bundle(bundle)[0]
        facts = certificates.facts(first)
    except certificates.CertificateError as error:
        raise KitError("certificate_unusable", why=error) from error
    if not keys.matches(key, first) or facts.credit_code != seat["credit_code"]:
        raise KitError("certificate_unusable", why="it is of another key or organisation")
    return facts


def _password(options: argparse.Namespace) -> str:
    if options.password_file is None:
        return ""
    try:
        text: str = options.password_file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError("file_unreadable", path=options.password_file, why=error) from error
    return text.split("\n", 1)[0].rstrip("\r")
