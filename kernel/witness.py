"""A witness: a program of its own that signs a checkpoint only when the log grew from what it saw before.

Speaks C2SP tlog-witness over HTTP: `POST /add-checkpoint` with `old N`, a consistency proof, an empty line and
the checkpoint. Run it as `python -m kernel.witness --home DIR --name NAME --log VKEY --port N`.
"""

import argparse
import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from kernel import timemachine
from kernel.domain import canonical, merkle, notes

MAX_BODY = 64 * 1024


class WitnessError(Exception):
    """A checkpoint that the witness will not sign; carries the HTTP status of C2SP tlog-witness."""

    def __init__(self, status: int, message: str, kind: str = "text/plain") -> None:
        super().__init__(message)
        self.status, self.kind = status, kind


class Witness:
    """One witness: its key, the log that it watches, and the newest size and root that it signed."""

    def __init__(self, home: Path, name: str, log: notes.VerifierKey) -> None:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._state_path = home / "state.json"
        self._key = Ed25519PrivateKey.from_private_bytes(_seed(home / "witness.ed25519"))
        self._lock = threading.Lock()
        self.name, self.log = name, log

    @property
    def verifier(self) -> notes.VerifierKey:
        """This witness's public key."""
        public = self._key.public_key().public_bytes_raw()
        return notes.VerifierKey(name=self.name, kind=notes.WITNESS_KEY, public=public)

    def add_checkpoint(self, body: str) -> str:
        """Check a request and return the cosignature line; raises WitnessError."""
        head, separator, text = body.partition("\n\n")
        lines = head.split("\n")
        if not separator or not lines[0].startswith("old "):
            raise WitnessError(400, "wanted: old N, proof lines, an empty line, a checkpoint\n")
        try:
            old = int(lines[0].removeprefix("old "))
            path = [canonical.unb64(line) for line in lines[1:]]
            note = notes.Note.parse(text)
            checkpoint = note.checkpoint()
        except (ValueError, notes.NoteError) as error:
            raise WitnessError(400, f"{error}\n") from error
        if checkpoint.origin != self.log.name:
            raise WitnessError(404, "an unknown log\n")
        if not note.signed_by(self.log):
            raise WitnessError(403, "not signed by the log\n")
        with self._lock:
            return self._sign(old, path, note, checkpoint)

    def _sign(self, old: int, path: list[bytes], note: notes.Note, checkpoint: notes.Checkpoint) -> str:
        size, root = self._state()
        if old > checkpoint.size:
            raise WitnessError(400, "the old size is above the new\n")
        if old != size:
            raise WitnessError(409, f"{size}\n", "text/x.tlog.size")
        try:
            merkle.verify_consistency(old, checkpoint.size, root, checkpoint.root, path)
        except merkle.ProofError as error:
            raise WitnessError(422, f"{error}\n") from error
        self._store(checkpoint)
        seconds = int(timemachine.now().timestamp())
        name, raw = notes.cosign(note.body, self.name, self._key, seconds)
        return f"— {name} {canonical.b64(raw)}\n"

    def _state(self) -> tuple[int, bytes]:
        if not self._state_path.exists():
            return 0, merkle.EMPTY_ROOT
        found = json.loads(self._state_path.read_text())
        return int(found["size"]), bytes.fromhex(found["root"])

    def _store(self, checkpoint: notes.Checkpoint) -> None:
        fresh = self._state_path.with_suffix(".new")
        with fresh.open("w") as file:
            json.dump({"size": checkpoint.size, "root": checkpoint.root.hex()}, file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._state_path)
        handle = os.open(self._state_path.parent, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


class Handler(BaseHTTPRequestHandler):
    """HTTP of a witness; the server carries it."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Answer add-checkpoint."""
        length = int(self.headers.get("Content-Length") or 0)
        if self.path != "/add-checkpoint" or not 0 < length <= MAX_BODY:
            self._answer(404 if length <= MAX_BODY else 413, "POST /add-checkpoint\n")
            return
        witness: Witness = self.server.witness  # type: ignore[attr-defined]  # set by serve()
        try:
            self._answer(200, witness.add_checkpoint(self.rfile.read(length).decode()))
        except UnicodeDecodeError:
            self._answer(400, "not text\n")
        except WitnessError as error:
            self._answer(error.status, str(error), error.kind)

    def do_GET(self) -> None:
        """Answer the public key, for whoever sets up a policy."""
        witness: Witness = self.server.witness  # type: ignore[attr-defined]  # set by serve()
        self._answer(200, f"{witness.verifier}\n") if self.path == "/vkey" else self._answer(404, "\n")

    def log_message(self, *args: object) -> None:
        """Stay silent: a witness's log would tell who asked when."""

    def _answer(self, status: int, text: str, kind: str = "text/plain") -> None:
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8" if kind == "text/plain" else kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a line that the other side cut."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def serve(witness: Witness, host: str, port: int) -> ThreadingHTTPServer:
    """Return a server for a witness, not yet running."""
    server = _Server((host, port), Handler)
    server.daemon_threads = True
    server.witness = witness  # type: ignore[attr-defined]  # read by Handler
    return server


def main(arguments: list[str] | None = None) -> int:
    """Run a witness, or print its public key with --init."""
    parser = argparse.ArgumentParser(prog="python -m kernel.witness", description=__doc__)
    parser.add_argument("--home", type=Path, required=True, help="folder of its key and state")
    parser.add_argument("--name", required=True, help="key name, such as witness.example.org/w1")
    parser.add_argument("--log", required=True, help="the log's verifier key")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--init", action="store_true", help="make the key, print the verifier key, end")
    chosen = parser.parse_args(arguments)
    witness = Witness(chosen.home, chosen.name, notes.VerifierKey.parse(chosen.log))
    if chosen.init:
        sys.stdout.write(f"{witness.verifier}\n")
        return 0
    server = serve(witness, chosen.host, chosen.port)
    sys.stdout.write(f"ready http://{chosen.host}:{server.server_address[1]}\n")
    sys.stdout.flush()
    server.serve_forever()
    return 0


def _seed(path: Path) -> bytes:
    if not path.exists():
        raw = Ed25519PrivateKey.generate().private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
    return path.read_bytes()


if __name__ == "__main__":
    raise SystemExit(main())
