"""The real site in Chromium: the ASGI application on a free port with the test's own store, and pages that are judged.

Every page that a journey visits is judged: no error in the console, nothing wider than the window, no serious
finding of axe. With YANGGUANG_IMAGES=1 named pages are also kept as pictures for the documentation.
"""

import gc
import os
import shutil
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from cryptography.hazmat.primitives import serialization
from playwright.sync_api import sync_playwright

from accounts.domain import certificates
from kernel.hub import hub
from tests import cast
from tests.kit.live import Line, free_port
from tests.seats import browser as client_of

ROOT = Path(__file__).resolve().parent.parent.parent
IMAGES = ROOT / "docs" / "images"
BUNDLE = ROOT / "portal" / "static" / "portal" / "dist" / "app.js"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
STILL = """() => Promise.all(document.getAnimations().filter(
    (one) => Number.isFinite(one.effect.getComputedTiming().endTime)).map((one) => one.finished.catch(() => null)))"""
"""Waits until what moves once has come to rest: colours in the middle of a movement are nobody's fault."""
SIZES = {"desktop": (1280, 900), "phone": (360, 780)}

needs_chromium = [
    pytest.mark.browser,
    # a browser that leaves a page cuts its requests; what Django and WhiteNoise had open is then left to Python
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume synchronous iterators:Warning"),
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: install it"),
]


class Site:
    """A running site: its address, and more lines to it that a test may cut."""

    def __init__(self, port):
        self._port, self.lines = port, []
        self.address = f"http://localhost:{port}"
        self.origins = [self.address]

    def line(self):
        """Another line to the site; gives its address and itself."""
        line = Line(self._port)
        self.lines.append(line)
        self.origins.append(f"http://localhost:{line.port}")
        return self.origins[-1], line


async def _application(scope, receive, send):
    """The application with its hub, but without ticker, sequencer and witnesses: tests tick by hand."""
    from config import asgi, services

    if scope["type"] != "lifespan":
        await asgi.application(scope, receive, send)
        return
    await receive()
    await hub.start(services.catch_up)
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await hub.stop()
    await send({"type": "lifespan.shutdown.complete"})


@contextmanager
def serving():
    """Serve the application and its sockets from a thread; gives its address."""
    with standing() as site:
        yield site.address


@contextmanager
def standing():
    """Serve as `serving` does; gives the site, to which more lines can be laid."""
    from config import asgi

    assert BUNDLE.exists(), "the front end is not bundled: run make setup"
    port = free_port()
    config = uvicorn.Config(
        _application, host="127.0.0.1", port=port, lifespan="on", log_level="warning", ws="websockets-sansio"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the site did not start"
        time.sleep(0.02)
    allowed = asgi._sockets.allowed_origins
    site = Site(port)
    asgi._sockets.allowed_origins = site.origins
    try:
        yield site
    finally:
        asgi._sockets.allowed_origins = allowed
        for line in site.lines:
            line.close()
        server.should_exit = True
        thread.join(10)
        gc.collect()  # what a browser cut off is warned of here, where that is expected


@contextmanager
def chromium():
    """One browser for a module."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def key_files(folder, username, passphrase=""):
    """The seat's certificate.pem and key.pem as the kit writes them."""
    protection = (
        serialization.BestAvailableEncryption(passphrase.encode())
        if passphrase
        else serialization.NoEncryption()
    )
    key = cast.key_of(username).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection
    )
    files = {
        "certificate.pem": certificates.to_bundle([cast.Actor(username).certificate]),
        "key.pem": key,
    }
    folder.mkdir(exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return [str(folder / name) for name in files]


class Visitor:
    """A reader with a window of its own, who looks at each page closely; with `seat` somebody who is signed in."""

    def __init__(self, browser, address, *, size="desktop", language="zh-hans", seat=""):
        width, height = SIZES[size]
        self.size, self.width, self.address = size, width, address
        self.context = browser.new_context(
            viewport={"width": width, "height": height}, base_url=address, accept_downloads=True
        )
        self.context.add_cookies([{"name": "django_language", "value": language, "url": address}])
        if seat:
            session = client_of(seat).cookies["sessionid"].value
            self.context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
        self.page = self.context.new_page()
        self.complaints = []
        self.page.on("console", lambda m: self.complaints.append(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def open(self, path, name="", *, status=200):
        """Open a page and judge it."""
        answer = self.page.goto(path)
        assert answer.status == status, f"{path} answered {answer.status}"
        if status != 200:
            self.complaints.clear()
        return self.judge(name)

    def judge(self, name=""):
        """Judge the page as it stands; keep a picture of what the window shows when asked."""
        self.page.wait_for_load_state("load")
        self.page.evaluate(STILL)
        assert self.complaints == [], f"{self.page.url}: {self.complaints}"
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= self.width, f"{self.page.url} is {wide} px wide in a window of {self.width}"
        found = Axe().run(self.page).response["violations"]
        serious = [
            (f["id"], f["nodes"][0]["target"]) for f in found if f["impact"] in ("serious", "critical")
        ]
        assert serious == [], f"{self.page.url}: {serious}"
        if name and os.environ.get("YANGGUANG_IMAGES") == "1":
            IMAGES.mkdir(parents=True, exist_ok=True)
            suffix = "" if self.size == "desktop" else "-phone"
            self.page.screenshot(path=str(IMAGES / f"{name}{suffix}.png"))
        return self.page

    def sign(self, folder, username, *, passphrase=""):
        """Sign the document of the page with the seat's key file, which never leaves this browser."""
        self.page.locator("#sign-files").set_input_files(key_files(folder, username, passphrase))
        if passphrase:
            self.page.locator("#sign-passphrase").fill(passphrase)
        self.page.locator("[data-sign-now]").click()

    def forgive(self, words):
        """Take back what the console says of a line that a test has cut itself; anything else stays."""
        self.complaints[:] = [one for one in self.complaints if words not in one]

    def close(self):
        """Leave; nothing may have gone wrong since the last look."""
        assert self.complaints == [], self.complaints
        self.context.close()
