"""One player: a process of its own that acts for one seat, by the kit's commands and by the pages' forms.

It reads one JSON command a line from stdin and answers with one JSON line on stdout; it knows nothing but its own
folder, the platform's address and the trust folder that it was given at the start.
"""

import contextlib
import io
import json
import re
import sys
from pathlib import Path
from typing import Any

import httpx
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from accounts.domain import cms
from accounts.domain.certificates import load_bundle
from bidding.kit import cli as kit
from demo import codes, customer
from demo.cast import PASSPHRASE
from demo.forms import Form, Page
from kernel.domain import canonical

TIMEOUT = 120.0
SECRET = re.compile("[A-Z2-7]{16,}")


class Player:
    """The seat's hands: kit and browser."""

    def __init__(self, home: Path, server: str, trust: Path) -> None:
        self.home, self.server, self.trust = home, server, trust
        self.web = httpx.Client(base_url=server, timeout=TIMEOUT, follow_redirects=True)
        self.page: Page | None = None
        home.mkdir(parents=True, exist_ok=True)

    def do(self, order: dict[str, Any]) -> dict[str, Any]:
        """Carry out one order."""
        verb = order.pop("do")
        result: dict[str, Any] = getattr(self, f"do_{verb}")(**order)
        return result

    def do_kit(self, argv: list[str]) -> dict[str, Any]:
        """Run a kit command; returns its exit code, its JSON, and what it said to people."""
        out, err = io.StringIO(), io.StringIO()
        words = [
            "--home",
            str(self.home),
            "--server",
            self.server,
            "--trust",
            str(self.trust),
            "--json",
            *argv,
        ]
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                code = kit.main(words)
            except SystemExit as end:
                code = int(end.code or 0)
        lines = [line for line in out.getvalue().splitlines() if line.strip()]
        return {
            "code": code,
            "json": json.loads(lines[-1]) if lines else None,
            "said": err.getvalue()[-2000:],
        }

    def do_bank(self, argv: list[str]) -> dict[str, Any]:
        """Deal with the bank by signed messages; returns its answer."""
        out, err = io.StringIO(), io.StringIO()
        words = ["--home", str(self.home), "--trust", str(self.trust), *argv]
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = customer.main(words)
        return {"code": code, "json": json.loads(out.getvalue() or "null"), "said": err.getvalue()}

    def do_sign_in(self) -> dict[str, Any]:
        """Open a browser session by the certificate."""
        challenge = self.web.post("/api/sign-in/challenge").json()
        key = load_pem_private_key((self.home / "key.pem").read_bytes(), PASSPHRASE.encode())
        certificate = load_bundle((self.home / "certificate.pem").read_bytes())[0]
        signature = cms.sign_json(challenge, key, certificate)  # type: ignore[arg-type]  # our own ECDSA key
        body = {
            "document": canonical.to_bytes(challenge).decode(),
            "signature": canonical.b64(signature),
            "session": True,
        }
        answer = self.web.post("/api/sign-in", json=body)
        return {"status": answer.status_code, "kind": answer.json().get("kind")}

    def do_get(self, url: str) -> dict[str, Any]:
        """Open a page."""
        return self._show(self.web.get(url))

    def do_json(self, url: str) -> dict[str, Any]:
        """Fetch JSON."""
        answer = self.web.get(url)
        return {"status": answer.status_code, "json": answer.json() if answer.is_success else None}

    def do_submit(
        self,
        url: str,
        form: str,
        fields: dict[str, Any] | None = None,
        files: dict[str, str] | None = None,
        button: str = "",
    ) -> dict[str, Any]:
        """Open a page, fill the form that `form` marks, press a button, and tell what came."""
        answer = self.web.get(url)
        if answer.status_code != httpx.codes.OK:
            return self._show(answer)
        found = Page(answer.text).form(form)
        data = {name: values for name, values in found.fields.items() if values}
        data.update({name: _values(found, name, value) for name, value in (fields or {}).items()})
        pressed = next(
            (b for b in found.buttons if button and button in (b[0], b[1], f"{b[0]}={b[1]}")), None
        )
        if pressed is not None and pressed[0]:
            data[pressed[0]] = [pressed[1]]
        target = str(answer.url.join(found.action)) if found.action else str(answer.url)
        upload = {name: (Path(path).name, Path(path).read_bytes()) for name, path in (files or {}).items()}
        headers = {"Referer": str(answer.url)}
        if found.method == "get":
            return self._show(self.web.get(target, params=data))
        return self._show(self.web.post(target, data=data, files=upload or None, headers=headers))

    def do_form(self, url: str, form: str) -> dict[str, Any]:
        """Open a page and tell what a form holds."""
        answer = self.web.get(url)
        if answer.status_code != httpx.codes.OK:
            return self._show(answer)
        found = Page(answer.text).form(form)
        return {"status": answer.status_code, "fields": found.fields, "choices": found.choices}

    def do_forms(self, url: str, form: str) -> dict[str, Any]:
        """Open a page and tell what every form of a kind holds."""
        answer = self.web.get(url)
        found = Page(answer.text).marked(form) if answer.is_success else []
        return {"status": answer.status_code, "forms": [{"fields": each.fields} for each in found]}

    def do_save(self, url: str, path: str) -> dict[str, Any]:
        """Download a file."""
        answer = self.web.get(url)
        if answer.is_success:
            Path(path).write_bytes(answer.content)
        return {"status": answer.status_code, "bytes": len(answer.content)}

    def do_password(self, password: str) -> dict[str, Any]:
        """Set a password and a one-time code, so that a person at a browser can sign in as this seat."""
        told = self.do_submit(
            "/security/password/first/", "password1", {"password1": password, "password2": password}
        )
        if told["status"] != httpx.codes.OK or told["url"].endswith("/first/"):
            return {**told, "status": 0}
        self.do_sign_in()
        answer = self.web.get("/security/app/")
        shown = Page(answer.text)
        secret = next((code for code in shown.codes if SECRET.fullmatch(code)), "")
        if not secret:
            return {"status": 0, "text": shown.text[:600]}
        # every look at the page shows a new secret, so what it showed is posted from where it stands
        fields = shown.form("code").fields
        data = {
            **{name: values for name, values in fields.items() if values},
            "code": codes.one_time_code(secret),
        }
        told = self._show(self.web.post(str(answer.url), data=data, headers={"Referer": str(answer.url)}))
        if told["url"].endswith("/security/app/"):
            return {**told, "status": 0}
        (self.home / "totp.txt").write_text(f"{secret}\n")
        return told

    def _show(self, answer: httpx.Response) -> dict[str, Any]:
        self.page = Page(answer.text) if "html" in answer.headers.get("content-type", "") else None
        return {
            "status": answer.status_code,
            "url": str(answer.url),
            "text": self.page.text[:6000] if self.page else answer.text[:6000],
            "links": self.page.links if self.page else [],
            "tables": self.page.tables if self.page else [],
            "codes": self.page.codes if self.page else [],
        }


def _values(form: Form, name: str, value: Any) -> list[str]:
    """Return what a field sends: a list as it is, `{"label": text}` the choice whose label holds that text."""
    if isinstance(value, dict):
        found = [code for code, label in form.choices[name] if value["label"] in label]
        if not found:
            raise LookupError(f"{name} offers no {value['label']}: {form.choices[name]}")
        return found[:1]
    return value if isinstance(value, list) else [str(value)]


def main() -> int:
    """Serve orders until stdin ends."""
    home, server, trust = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    player = Player(home, server, trust)
    channel = sys.stdout
    for line in sys.stdin:
        try:
            result = player.do(json.loads(line))
        except Exception as error:  # noqa: BLE001 - the director is told whatever went wrong
            result = {"error": f"{type(error).__name__}: {error}"}
        channel.write(json.dumps(result, ensure_ascii=False) + "\n")
        channel.flush()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
