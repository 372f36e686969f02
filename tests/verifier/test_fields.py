"""Every field of every file means something: changed alone, with all hashes of the bag made anew, it breaks a claim."""

import copy
import re
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from kernel.domain import canonical
from tests.verifier.judging import judge

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}")
FREE = {
    (
        "calendar.json",
        ("years", "2026", "off", "*"),
    ): "the calendar is the deployment's own; days that no period meets",
    ("calendar.json", ("years", "2026", "work", "*")): "as above",
    ("withheld.json", ("*", "hash")): "the public edition cannot open what it commits to",
    ("withheld.json", ("*", "name")): "as above",
    ("draws/#-civil.json", ("skips", "*", "rule")): "why an expert was passed over is not public",
    ("edition.json", ("exported_at",)): "nobody signs when a bag was packed; only its date must be the bag's",
}
"""Fields of the public edition that no signature, log or rule fixes, and why."""
UNANCHORED = {"certificates/roots.pem", "policy.txt"}
"""Self-declared trust: with a trust folder nothing leans on it."""
Path = tuple[Any, ...]
SHARDS = 4


def kind(name: str) -> str:
    """Return what kind of file a name names: bids, numbers and pseudonyms are one kind."""
    return re.sub(r"(?<=/)\d+|(?<=-)\d+(?=\.)|(E|REP)-\d+", "#", UUID.sub("*", name))


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield every scalar and every empty list of a JSON value with its path."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            yield from leaves(item, (*path, index))
    elif not isinstance(value, dict):
        yield path, value


def another(value: Any) -> Any:
    """Return another value of the same form: a digit or letter less or more."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, list):
        return ["x"]
    for place, char in reversed(list(enumerate(value or ""))):
        if char.isdigit() and char.isascii():
            return f"{value[:place]}{(int(char) + 1) % 10}{value[place + 1 :]}"
        if char.isalpha() and char.isascii():
            return f"{value[:place]}{'b' if char == 'a' else 'a'}{value[place + 1 :]}"
    return f"{value or ''}x"


def replaced(value: Any, path: Path, new: Any) -> Any:
    """Return a JSON value with another one at a path."""
    found = copy.deepcopy(value)
    place = found
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = new
    return found


def classes(bag: Any) -> Iterator[tuple[str, Path, Path, Any]]:
    """Yield one field of each class of a bag: its file, path, class and value; log payloads are signed documents."""
    seen = set()
    for name in sorted(bag.files):
        if not name.endswith(".json"):
            continue
        for path, value in leaves(bag.json(name)):
            form = tuple("*" if isinstance(key, int) else UUID.sub("*", key) for key in path)
            if (kind(name), form) not in seen and form[:2] != ("*", "payload"):
                seen.add((kind(name), form))
                yield name, path, form, value


def survivors(built: Any, edition: int, skip: Iterable[Any], shard: int) -> set[Any]:
    """Return the classes of fields, of a shard of all, whose change went unnoticed."""
    bag, missed = built.bags[edition], set()
    for name, path, form, value in [one for one in classes(bag) if (kind(one[0]), one[2]) not in skip][
        shard::SHARDS
    ]:
        changed = replaced(bag.json(name), path, another(value))
        packed = bag.with_files({name: canonical.to_bytes(changed)}).packed()
        if not judge(packed, built.trust)["broken"]:
            missed.add((kind(name), form))
    return missed


def forms(bag: Any) -> set[Any]:
    """Return all classes of fields of a bag."""
    return {(kind(name), form) for name, _, form, _ in classes(bag)}


def test_the_fields_are_many(small, goods):
    assert len(forms(small.public)) > 350
    assert len(forms(small.audit) - forms(small.public)) > 150
    assert len(forms(goods.audit) - forms(goods.public)) > 100


@pytest.mark.parametrize("shard", range(SHARDS))
def test_each_field_of_the_public_edition(small, shard):
    assert survivors(small, 0, FREE, shard) == set()


def test_the_table_of_free_fields_names_no_others(small):
    fixed = forms(small.public) - set(FREE)
    missed = set().union(*(survivors(small, 0, fixed, shard) for shard in range(SHARDS)))
    assert missed == set(FREE)


@pytest.mark.parametrize("shard", range(SHARDS))
def test_each_field_that_only_auditors_read(small, shard):
    assert survivors(small, 1, forms(small.public), shard) == set()


@pytest.mark.parametrize("shard", range(SHARDS))
def test_each_field_of_regime_g_that_only_auditors_read(goods, shard):
    assert survivors(goods, 1, forms(goods.public), shard) == set()


@pytest.mark.parametrize("edition", [0, 1], ids=["public", "audit"])
def test_each_other_file(small, edition):
    """Signatures, containers, keys, shares and notes, one of each kind: a bit of each breaks more than the bag."""
    bag, seen = small.bags[edition], set()
    for name in sorted(bag.files):
        if name.endswith(".json") or kind(name) in seen or name in UNANCHORED:
            continue
        seen.add(kind(name))
        data = bytearray(bag.files[name])
        data[len(data) // 2] ^= 1
        report = judge(bag.with_files({name: bytes(data)}).packed(), small.trust)
        assert report["broken"], name
        assert report["stages"]["bag"]["status"] == "ok", name


@pytest.mark.parametrize("edition", [0, 1], ids=["public", "audit"])
def test_each_file_that_is_left_out_of_a_bag_made_anew(small, edition):
    bag, seen = small.bags[edition], set()
    for name in sorted(bag.files):
        if kind(name) not in seen and name != "edition.json":
            seen.add(kind(name))
            report = judge(bag.with_files({name: None}).packed(), small.trust)
            assert report["broken"], name
            assert report["stages"]["bag"]["status"] == "ok", name


@pytest.mark.parametrize(
    "name", ["opening.txt", "shares/x.age", "signatures/note.json", "custody/99-ready-x.json", "log/x.txt"]
)
def test_a_file_to_which_nothing_leads(small, name):
    content = b"{}" if name.endswith(".json") else b"x"
    for bag in small.bags:
        report = judge(bag.with_files({name: content}).packed(), small.trust)
        assert report["broken"], name
        assert report["stages"]["bag"]["status"] == "ok"
