"""40-(1): one machine prepared several bids, by the lock of its pricing program or its network card, CPU and disk."""

import itertools
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from monitoring.domain.documents.contents import (
    Document,
    OpenedLot,
    issued_letters,
    letters,
    shared,
    tried,
)
from monitoring.domain.documents.labels import Labelled, labelled
from monitoring.domain.indications import Indication, Item, Place, explanation, indication

LABELS = {
    "lock_number": (
        "加密锁号", "加密锁编号", "加密锁序列号", "加密狗号", "软件锁号", "锁号", "造价软件加密锁号",
        "locknumber", "lockno", "lockid", "dongle", "donglenumber", "dongleserial",
    ),
    "machine_code": ("机器码", "机器特征码", "计算机特征码", "machinecode", "machineid"),
    "mac": ("mac地址", "网卡mac地址", "网卡地址", "mac", "macaddress"),
    "cpu": ("cpu序列号", "cpu编号", "cpu号", "cpuid", "cpuserial", "cpuserialnumber"),
    "disk": (
        "硬盘序列号", "硬盘编号", "硬盘号", "diskserial", "diskserialnumber", "harddiskserial",
    ),
}  # fmt: skip
ALONE = ("lock_number", "machine_code")
"""What one person's pricing program holds alone; a program's machine code is made of card, CPU and disk."""
PARTS = ("mac", "cpu", "disk")
VIRTUAL_CARDS = ("000569", "000c29", "001c14", "005056", "080027", "525400")
"""First half of the addresses that VMware, VirtualBox and KVM give to every machine they make."""
VIRTUAL_WORDS = ("vmware", "vbox", "virtualbox", "qemu", "virtualdisk", "virtualhd", "msftvirtual")
WILDCARDS = frozenset(
    ["tobefilledbyoem", "defaultstring", "none", "null", "unknown", "na", "systemserialnumber", "notspecified",
     "notapplicable", "serialnumber", "0123456789", "1234567890", "123456789", "12345678", "123456"]
)  # fmt: skip
_CARD = re.compile(r"[0-9a-f]{2}(?:[-: .]?[0-9a-f]{2}){5}(?![0-9a-f])")
SHORTEST = 4
MOST_MACHINES = 64
"""Machines that are tried of one file, so that a file full of labels costs no more than a bill of many parts."""


@dataclass(frozen=True, slots=True)
class _Machine:
    kind: str
    serials: tuple[str, ...]
    places: tuple[Place, ...]


def same_machine(lot: OpenedLot) -> list[Indication]:
    """Return one indication for each lock number, machine code or whole machine that two bidders' files name.

    Network card, CPU and disk count only when all three are equal; a lock number or machine code alone suffices.
    Source: 条例40(1), COLLUSION section 5.
    """
    found: dict[tuple[str, tuple[str, ...]], list[_Machine]] = defaultdict(list)
    for document in lot.documents:
        for machine in _machines(document):
            found[machine.kind, machine.serials].append(machine)
    known = issued_letters(lot.issued)
    return [
        indication(
            Item.SAME_PREPARER,
            regime=lot.regime,
            evidence=[shared(kind, " + ".join(serials), (place for one in machines for place in one.places))],
            exemptions=[
                explanation(
                    "tender_document",
                    lot.issued,
                    all(serial in known for serial in serials),
                    documents=str(len(lot.issued)),
                ),
                tried("virtual_machine", _is_virtual(kind, serials)),
                tried("wildcard_serial", any(map(is_wildcard, serials))),
            ],
        )
        for (kind, serials), machines in sorted(found.items(), key=lambda pair: pair[0])
        if len({place.bidder for one in machines for place in one.places}) > 1
    ]


def is_wildcard(serial: str) -> bool:
    """Say whether a serial is what makers and programs write where they know none: zeros, F's, 'To be filled…'."""
    return len(set(serial)) <= 1 or serial in WILDCARDS or serial.startswith("tobefilled")


def _machines(document: Document) -> Iterator[_Machine]:
    held: dict[str, list[tuple[str, Labelled]]] = defaultdict(list)
    for one in labelled(document, LABELS):
        if serial := _serial(one.kind, one.value):
            held[one.kind].append((serial, one))
    for kind in ALONE:
        for part in held[kind]:
            yield _machine(kind, [part])
    for parts in itertools.islice(itertools.product(*(held[part] for part in PARTS)), MOST_MACHINES):
        yield _machine("card_cpu_disk", parts)


def _machine(kind: str, parts: Sequence[tuple[str, Labelled]]) -> _Machine:
    return _Machine(
        kind,
        tuple(serial for serial, _ in parts),
        tuple(one.place for _, one in parts),
    )


def _serial(kind: str, written: str) -> str:
    """Return the letters and digits of a serial, "" for what is none; words behind it do not belong to it."""
    if kind == "mac":
        card = _CARD.match(unicodedata.normalize("NFKC", written).casefold())
        return letters(card[0]) if card else ""
    whole = letters(written)
    first = letters("".join(written.split(maxsplit=1)[:1]))
    is_known = is_wildcard(whole) or any(word in whole for word in VIRTUAL_WORDS)
    serial = whole if is_known else first
    is_serial = len(serial) >= SHORTEST and serial.isascii() and (is_known or any(map(str.isdigit, serial)))
    return serial if is_serial else ""


def _is_virtual(kind: str, serials: Sequence[str]) -> bool:
    card = serials[0] if kind == "card_cpu_disk" else ""
    return card.startswith(VIRTUAL_CARDS) or any(
        word in serial for serial in serials for word in VIRTUAL_WORDS
    )
