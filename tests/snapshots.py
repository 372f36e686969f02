"""Beginnings that many tests share are played once in a run; later calls bring back the rows and files they left.

`@kept` goes on a function that brings a store from one state to another by its arguments alone, and returns what
pickles. It is brought back only where nothing was written since the state from which it was played: in a fresh
store, or right after another kept function. Everything else is played as ever.
"""

import functools
import pickle
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from accounts import authority
from kernel import clock, keys, log, timemachine
from kernel.models import LogTick, ProcessLease
from tests import engines

FOLDERS = ("blobs", "keys", "logs", "uploads", "log")


@dataclass
class Place:
    """Where this test's store stands: how it came there, and how much had been written then."""

    engine: Any
    name: str
    key: tuple
    marks: tuple


@dataclass
class Kept:
    """What a beginning left: rows, files with their modes, the instant, what it returned."""

    rows: Any
    files: dict
    ended: datetime
    result: bytes


_places = []
_shelf = {}


def fresh(engine, name):
    """Note that a test begins in an untouched store."""
    _places[:] = [Place(engine, name, (), _marks())]


def left():
    """Forget the store of the test that has ended."""
    _places.clear()


def kept(build):
    """Play a beginning once in a run; see the module."""

    @functools.wraps(build)
    def play(*args, **kwargs):
        key = _key(build, args, kwargs)
        if key is None:
            return build(*args, **kwargs)
        found = _shelf.get(key)
        if found is None:
            result = build(*args, **kwargs)
            rows = _places[0].engine.take(_places[0].name)
            if rows is not None:
                _shelf[key] = Kept(rows, _files(), clock.now(), pickle.dumps(result))
        else:
            _bring_back(found)
            result = pickle.loads(found.result)
        _places[0].key, _places[0].marks = key, _marks()
        return result

    return play


def _key(build, args, kwargs):
    """Name a beginning by all that it depends on; None where it must be played."""
    if not _places or _places[0].marks != _marks():
        return None
    words = repr((args, sorted(kwargs.items())))
    if " at 0x" in words:
        return None
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    return (*_places[0].key, build.__qualname__, words, timemachine.moved(), hour)


def _marks():
    return engines.written(), ProcessLease.objects.count(), LogTick.objects.count()


def _files():
    found = {}
    for folder in FOLDERS:
        for path in (settings.HOME / folder).rglob("*"):
            if path.is_file():
                found[path.relative_to(settings.HOME)] = path.stat().st_mode, path.read_bytes()
    return found


def _bring_back(found):
    _places[0].engine.give(_places[0].name, found.rows)
    for name, (mode, data) in found.files.items():
        path = settings.HOME / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        path.chmod(mode)
    keys.log_key.cache_clear()
    authority.forget()
    log.forget()
    if timemachine.moved() and clock.now() < found.ended:
        timemachine.move_to(found.ended)
