"""The drill: a store with sealed bids is saved while it runs, destroyed, brought back, and goes on where it was."""

import contextlib
import hashlib
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import tarfile
import threading
from pathlib import Path

import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection

from accounts import authority
from accounts.domain import certificates
from bidding import queries
from bidding.domain import statements
from kernel import clock, keys, log
from kernel.domain import canonical, merkle
from kernel.models import LogTick
from kernel.upload import receive, stamps
from kernel.upload.stamps import Stamp
from kernel.witness import WitnessError
from tests import bidders, engines, openings
from tests.conftest import ROOT

FIRMS = ("bidder1", "bidder2", "bidder3")
FOLDERS = ("keys", "blobs", "uploads", "log")
HALF = 30_000


@pytest.fixture
def it(store, moved, monkeypatch):
    """A published lot with three sealed bids, logged and witnessed, and a fourth of which half has come."""
    it = openings.begin(store, moved, monkeypatch, firms=(*FIRMS, "bidder4"))
    it.submit(*FIRMS)
    it.watch.tick()
    folder = it.folder / "bidder4"
    sealed = bidders.seal_files(it.actors["bidder4"], it.lot, folder)
    it.late = bidders.declare(it.actors["bidder4"], it.lot, sealed, folder)
    bidders.upload(it.late, folder, part="documents")
    [it.part] = [part for part in queries.parts(it.late.pk) if part.name == "opening"]
    it.content = (folder / "out" / statements.container_name("opening")).read_bytes()
    stamps.part_path(it.part.upload_id).write_bytes(it.content[:HALF])
    it.watch.tick()
    return it


def backup(*words, expect=0):
    """Run `python -m deploy.backup` on this test's store, as make does; returns what it said."""
    environment = {**os.environ, "YANGGUANG_HOME": str(settings.HOME)}
    if environment.get("DATABASE_URL"):
        environment["DATABASE_URL"] = url_of(settings.DATABASES["default"]["NAME"])
    done = subprocess.run(
        [sys.executable, "-m", "deploy.backup", *map(str, words)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == expect, done.stderr
    return done.stdout + done.stderr


def url_of(name):
    return re.sub(r"(//[^/]+/)[^?]*", rf"\g<1>{name}", os.environ["DATABASE_URL"])


def destroy():
    """Lose the database and every folder of the store."""
    engines.leave()
    for name in FOLDERS:
        shutil.rmtree(settings.HOME / name)
    database = settings.DATABASES["default"]["NAME"]
    if connection.vendor == "postgresql":
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
            server.execute(f'DROP DATABASE "{database}" WITH (FORCE)')
            server.execute(f'CREATE DATABASE "{database}"')
    else:
        for suffix in ("", "-wal", "-shm"):
            Path(database + suffix).unlink(missing_ok=True)
    keys.log_key.cache_clear()
    authority.forget()
    log.forget()


def contents():
    """Every row of every table and every file of the store, as hashes."""
    found = {}
    for model in apps.get_models():
        rows = sorted(map(repr, model.objects.order_by("pk").values_list()))
        found[model._meta.label] = (len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest())
    for name in FOLDERS:
        for path in sorted((settings.HOME / name).rglob("*")):
            if path.is_file():
                found[str(path.relative_to(settings.HOME))] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def trust(folder):
    """The trust folder that the bidders had from the start."""
    folder.mkdir()
    (folder / "roots.pem").write_text(authority.root_pem())
    (folder / "platform.txt").write_text(certificates.fingerprint(authority.platform_certificate()) + "\n")
    shutil.copyfile(settings.WITNESS_POLICY, folder / "policy.txt")
    return folder


def verify(receipt, folder):
    """What a stranger's verifier says of a receipt."""
    path = folder / "receipt.json"
    path.write_bytes(canonical.to_bytes(receipt))
    done = subprocess.run(
        [sys.executable, "verifier/verify.py", "receipt", str(path), "--trust", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def receipts(it):
    return {
        name: queries.receipt(queries.own_records(it.actors[name].holder, it.bids[name].pk)[-1])
        for name in FIRMS
    }


def test_a_store_comes_back_as_it_was_and_goes_on(it, tmp_path):
    believed, before, shown = trust(tmp_path / "believed"), contents(), receipts(it)
    size, root = log.size(), log.root(log.size())
    saved = tmp_path / "saved.tar"
    assert backup("save", saved).strip() == str(saved)
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    destroy()
    assert "restored" in backup("restore", saved)
    assert contents() == before
    assert before["bidding.Bid"][0] == 4
    assert all(stat.S_IMODE((settings.HOME / name).stat().st_mode) == 0o700 for name in FOLDERS)
    leaves = [merkle.leaf_hash(bytes(tick.root)) for tick in LogTick.objects.order_by("index")]
    assert (len(leaves), merkle.root(leaves)) == (size, root) == (log.size(), log.root(size))
    assert receipts(it) == shown
    for receipt in shown.values():
        verify(receipt, believed)
    assert receive.received(it.part.upload) == HALF
    stamps.part_path(it.part.upload_id).write_bytes(it.content)
    stamp = Stamp(it.part.upload_id, clock.now(), canonical.sha256(it.content), len(it.content), "test")
    assert receive.complete(stamp) == "whole"
    it.late.refresh_from_db()
    assert it.late.state == "sealed"
    it.watch.tick()
    newest = queries.own_records(it.actors["bidder4"].holder, it.late.pk)[-1]
    verify(queries.receipt(newest), believed)


def test_a_stale_backup_shows_itself_to_a_witness(it, tmp_path):
    backup("save", tmp_path / "stale.tar")
    it.watch.tick()
    destroy()
    backup("restore", tmp_path / "stale.tar")
    with pytest.raises((WitnessError, merkle.ProofError)):
        it.watch.tick("north")


def test_a_store_is_saved_while_an_upload_grows(it, tmp_path):
    ended, path = threading.Event(), stamps.part_path(it.part.upload_id)

    def grow():
        with path.open("ab", buffering=0) as file:
            while not ended.is_set():
                file.write(b"x" * 4096)

    thread = threading.Thread(target=grow)
    thread.start()
    try:
        backup("save", tmp_path / "saved.tar")
    finally:
        ended.set()
        thread.join()
    destroy()
    backup("restore", tmp_path / "saved.tar")
    assert path.read_bytes().startswith(it.content[:HALF])


def test_nothing_is_restored_from_a_damaged_backup_or_into_a_store(it, tmp_path):
    saved, cut, bent = (tmp_path / name for name in ("saved.tar", "cut.tar", "bent.tar"))
    backup("save", saved)
    assert "exists already" in backup("save", saved, expect=1)
    assert "holds a store already" in backup("restore", saved, expect=1)
    data = saved.read_bytes()
    cut.write_bytes(data[: len(data) // 2])
    place = first_byte_of(saved, "blobs/")
    bent.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
    before = contents()
    destroy()
    assert "no whole backup" in backup("restore", cut, expect=1)
    assert "damaged at blobs/" in backup("restore", bent, expect=1)
    assert "no file" in backup("restore", tmp_path / "none.tar", expect=1)
    assert not any((settings.HOME / name).exists() for name in FOLDERS)
    backup("restore", saved)
    assert contents() == before


def first_byte_of(archive, start):
    """Where the bytes of the first file below a folder lie in an archive."""
    with contextlib.closing(tarfile.open(archive)) as found:
        return next(member.offset_data for member in found if member.name.startswith(start) and member.size)
