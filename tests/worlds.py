"""Two worlds from one history: a store that is forked, and everything that a seat can see in one of them.

What is random by design may differ between two worlds and says nothing: identifiers (UUIDs); hashes, salts, keys,
tokens and signatures in hex or base64, hashes also cut short; the nonce of a page's policy; the place of an entry in
its batch (the log fills 1,024 places in random order). Each such value is replaced by its kind, its length and the
number of its first appearance before the same seat, so that one too many, one in another order or one that is met
again elsewhere still shows; a CMS signature without its length, which ECDSA varies by itself. The header `Expires` is
the real clock's. All else is compared byte for byte.
"""

import re
import shutil
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field

from asgiref.testing import ApplicationCommunicator
from django.conf import settings

from accounts import authority
from kernel import keys, log
from tests import engines

_LINK = re.compile(r"""\s(?:href|hx-get|src|data-[a-z-]+)="(/[^"#]*)""")
_BORING = ("/static/", "/rules/", "/help/", "/glossary/", "/about/", "/styleguide/", "/sign-", "/security/")
"""What depends on no lot, and what belongs to the reader's own account."""
_UNSAID = frozenset({"Content-Length", "Expires"})
"""A header that the body says again, and one that is the instant of the answer."""
_RANDOM = re.compile(
    r"(?P<nonce>(?<=nonce-)[\w+/=-]+|(?<=nonce=\")[^\"]+)"
    r"|(?P<uuid>\b[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b)"
    r"|(?P<place>(?<=\"position\":)\s*\d+)"
    r"|(?P<signature>\bMI[A-Za-z0-9+/]{200,}={0,2})"
    r"|(?P<hex>\b[0-9a-f]{32,}\b)"
    r"|(?P<short>\b[0-9a-f]{8,31}…|(?<=-)[0-9a-f]{12}(?=\.json\"))"
    r"|(?P<base64>(?<![A-Za-z0-9+/=])[A-Za-z0-9+/]{40,}={0,2})"
)
_LENGTHLESS = ("nonce", "place", "signature")


@dataclass
class Eyes:
    """What one seat sees, random values numbered as they come."""

    met: dict = field(default_factory=dict)

    def plain(self, text):
        """Return a text with its random values numbered."""
        return _RANDOM.sub(self._name, text)

    def _name(self, found):
        kind, value = found.lastgroup, found.group()
        if kind in ("nonce", "place"):
            return f"<{kind}>"
        number = self.met.setdefault(value, len(self.met))
        return f"<{kind} {number}>" if kind in _LENGTHLESS else f"<{kind} {number} of {len(value)}>"

    def answer(self, path, answer):
        """Return an answer as lines: its address, status, headers and body."""
        if answer.streaming and not answer.is_async:
            body = b"".join(answer.streaming_content)
        else:
            body = b"" if answer.streaming else answer.content
        answer.close()
        headers = sorted((name, value) for name, value in answer.headers.items() if name not in _UNSAID)
        cookies = [
            f"cookie {name}: {one.value and 'set'} {one['path']} {one['samesite']} {one['httponly']}"
            for name, one in sorted(answer.cookies.items())
        ]
        shown = [f"{name}: {value}" for name, value in headers]
        return [
            self.plain(one)
            for one in [f"= {path}", str(answer.status_code), *shown, *cookies, *_text(body).splitlines()]
        ]


def _text(body):
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body.hex()


def walk(client, starts, eyes, *, boring=(), most=400):
    """Return all that a browser sees from some pages on, and the addresses it went to.

    Every link is followed but those that begin in a boring way.
    """
    waiting, seen, found = deque(starts), set(starts), []
    while waiting:
        path = waiting.popleft()
        answer = client.get(path)
        text = "" if answer.streaming or answer.status_code != 200 else _text(answer.content)
        found += eyes.answer(path, answer)
        for link in _LINK.findall(text) if answer["Content-Type"].startswith("text/html") else ():
            path = link.replace("&amp;", "&")
            if path not in seen and not path.startswith((*_BORING, *boring)):
                seen.add(path)
                waiting.append(path)
        assert len(seen) < most, f"there is no end of links: {sorted(seen)[:20]}"
    return found, seen


async def frames(application, path, cookie=""):
    """Return the texts of all frames that a socket hands out at once."""
    headers = [(b"origin", settings.SITE_URL.encode()), (b"cookie", cookie.encode())]
    asked = {
        "type": "websocket",
        "path": path,
        "query_string": b"since=0",
        "headers": headers,
        "subprotocols": [],
    }
    line = ApplicationCommunicator(application, asked)
    await line.send_input({"type": "websocket.connect"})
    found = [str(await line.receive_output(10))]
    while not await line.receive_nothing(0.05):
        found.append(str(await line.receive_output(10)))
    await line.send_input({"type": "websocket.disconnect", "code": 1000})
    await line.wait(10)
    return found


@contextmanager
def fork(engine, home, monkeypatch):
    """Give a function that leads into the twin of a store as it stands now and returns the twin's folder."""
    engines.leave()
    name = settings.DATABASES["default"]["NAME"]
    twin, folder = engine.twin(name), home.parent / f"{home.name}-twin"
    shutil.copytree(home, folder)

    def enter():
        engines.leave()
        monkeypatch.setattr(settings, "HOME", folder)
        engines.point_at(twin)
        keys.log_key.cache_clear()
        authority.forget()
        log.forget()
        return folder

    yield enter
    engines.leave()
    engines.point_at(name)
    engine.drop(twin)
    shutil.rmtree(folder)
