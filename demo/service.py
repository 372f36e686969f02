"""The ground of a counterparty: a program of its own that answers signed messages and forgets nothing.

It keeps its key and certificate in an enrolment folder (certificate.pem, key.pem), its state in one file there that
is on the disk before an answer leaves, and trusts only its trust folder (roots.pem, platform.txt).
"""

import argparse
import copy
import json
import os
import sys
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from accounts.domain.certificates import CertificateFacts, facts, load_bundle
from deposits.domain import envelope
from deposits.domain.calls import CallError
from deposits.domain.envelope import EnvelopeError, Request, Signer
from kernel import timemachine
from kernel.domain import canonical, money

PASSPHRASE = "YANGGUANG_PASSPHRASE"  # noqa: S105 - the name of a variable
OK, BAD_REQUEST, NOT_FOUND, TOO_LARGE = 200, 400, 404, 413
State = dict[str, Any]
Handler = Callable[[State, Request, datetime], Mapping[str, Any]]


class DeclinedError(Exception):
    """A request that is understood and not done; the text is the sentence that the asker gets."""


class Service:
    """One counterparty: its identity, whom it trusts, its state, and a handler for each call."""

    def __init__(self, home: Path, trust: Path, domain: str, empty: State) -> None:
        self.domain = domain
        self.signer = load_signer(home)
        self.facts = facts(self.signer.certificate)
        self.roots = load_bundle((trust / "roots.pem").read_bytes())
        self._platform = frozenset((trust / "platform.txt").read_text().split())
        self._path, self._lock = home / "state.json", threading.Lock()
        self._state = json.loads(self._path.read_text()) if self._path.exists() else {**empty, "nonces": {}}
        self.handlers: dict[str, Handler] = {}

    def is_platform(self, sender: CertificateFacts) -> bool:
        """Tell whether a message is the platform's: by the fingerprint of its certificate, not by a name."""
        return sender.fingerprint in self._platform

    def answer(self, call: str, body: bytes) -> bytes:
        """Return the signed answer to a message; raises EnvelopeError for what is no message at all."""
        message = envelope.read(body)
        now = timemachine.now()
        with self._lock:
            state = copy.deepcopy(self._state)
            try:
                asked = envelope.open_request(
                    message,
                    call=call,
                    domain=self.domain,
                    roots=self.roots,
                    now=now,
                    remember=lambda sender, nonce, until: remember(state, sender, nonce, until, now),
                )
                result = self.handlers[call](state, asked, now)
            except (
                EnvelopeError,
                DeclinedError,
                CallError,
                money.AmountError,
                canonical.NotCanonicalError,
            ) as error:
                if state["nonces"] != self._state["nonces"]:
                    self._keep({**self._state, "nonces": state["nonces"]})
                return envelope.to_bytes(
                    envelope.decline(message, call, str(error), domain=self.domain, sign=self.signer.sign)
                )
            self._keep(state)
        return envelope.to_bytes(envelope.reply(asked, result, domain=self.domain, sign=self.signer.sign))

    def _keep(self, state: State) -> None:
        fresh = self._path.with_suffix(".new")
        with fresh.open("w") as file:
            json.dump(state, file, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        self._state = state


def require(holds: object, sentence: str) -> None:
    """Decline a request with a sentence unless something holds."""
    if not holds:
        raise DeclinedError(sentence)


def remember(state: State, sender: str, nonce: str, until: datetime, now: datetime) -> bool:
    """Keep a nonce until its message is too old to be taken anyway; False when it was used before."""
    text = canonical.instant(now)
    known: dict[str, str] = {name: at for name, at in state["nonces"].items() if at > text}
    name = f"{sender} {nonce}"
    if name in known:
        return False
    state["nonces"] = {**known, name: canonical.instant(until)}
    return True


def load_signer(home: Path) -> Signer:
    """Read key and certificate of an enrolment folder; the passphrase of a locked key is in YANGGUANG_PASSPHRASE."""
    certificate, *chain = load_bundle((home / "certificate.pem").read_bytes())
    pem = (home / "key.pem").read_bytes()
    secret = os.environ.get(PASSPHRASE, "").encode() if b"ENCRYPTED" in pem else None
    key = load_pem_private_key(pem, secret)
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise SystemExit(f"{home / 'key.pem'} is no key that signs here")
    return Signer(key, certificate, tuple(chain))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Answer a call at /<call>."""
        service: Service = self.server.service  # type: ignore[attr-defined]  # set by serve()
        call = self.path.strip("/")
        length = int(self.headers.get("Content-Length") or 0)
        if not 0 < length <= envelope.BYTES_MOST:
            self.close_connection = True
            self._answer(TOO_LARGE, b"send one signed message\n", "text/plain")
            return
        body = self.rfile.read(length)
        if call not in service.handlers:
            self._answer(NOT_FOUND, f"calls: {', '.join(service.handlers)}\n".encode(), "text/plain")
            return
        try:
            self._answer(OK, service.answer(call, body), "application/json")
        except EnvelopeError as error:
            self._answer(BAD_REQUEST, f"{error}\n".encode(), "text/plain")

    def log_message(self, *args: object) -> None:
        """Stay silent: who asked what and when is nobody's business."""

    def _answer(self, status: int, data: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def arguments(name: str, about: str) -> argparse.ArgumentParser:
    """Return the parser of the options that every counterparty has."""
    parser = argparse.ArgumentParser(prog=f"python -m {name}", description=about)
    parser.add_argument("--home", type=Path, required=True, help="enrolment folder; its state lies there too")
    parser.add_argument("--trust", type=Path, required=True, help="trust folder: roots.pem and platform.txt")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    return parser


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a line that the other side cut."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def serve(service: Service, port: int) -> int:
    """Serve on this machine until ended; says where in one line."""
    server = _Server(("127.0.0.1", port), _Handler)
    server.daemon_threads = True
    server.service = service  # type: ignore[attr-defined]  # read by _Handler
    sys.stdout.write(f"ready http://127.0.0.1:{server.server_port}\n")
    sys.stdout.flush()
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        return 0
    return 0
