"""40-(2) and 40-(3): one contact, telephone or mail address, one project manager or certificate in several bids."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence

from monitoring.domain.documents.contents import (
    VISIBLE,
    OpenedLot,
    is_issued,
    issued_letters,
    letters,
    shared,
    tried,
)
from monitoring.domain.documents.labels import Labelled, labelled
from monitoring.domain.indications import Indication, Item, indication

LABELS = {
    "contact": ("联系人", "授权委托人", "委托代理人", "contact", "contactperson"),
    "phone": (
        "联系电话", "电话", "电话号码", "手机", "手机号", "手机号码", "联系方式", "移动电话", "phone", "mobile", "tel",
    ),
    "mail": ("电子邮箱", "邮箱", "电子邮件", "联系邮箱", "email", "e-mail", "mail"),
    "manager": ("项目经理", "项目负责人", "总监理工程师", "projectmanager"),
    "certificate": (
        "证书编号", "证书号", "注册编号", "注册号", "注册证书编号", "执业证书编号", "certificateno",
        "certificatenumber", "registrationno",
    ),
    "citizen": ("身份证号", "身份证号码", "身份证", "公民身份号码", "idnumber"),
}  # fmt: skip
ITEMS = {
    "contact": Item.SAME_HANDLER,
    "phone": Item.SAME_HANDLER,
    "mail": Item.SAME_HANDLER,
    "manager": Item.SAME_MANAGER,
    "certificate": Item.SAME_MANAGER,
    "citizen": Item.SAME_MANAGER,
}
"""Kind -> item; 87号令 names the contact beside the project's people in 37(3), 条例 has no word for it but 40(2)."""
NUMBERS = ("phone", "certificate", "citizen")
PHONE_LEAST = 7
"""Digits; a line without its area code has seven."""
_PERSON = re.compile(r"[\u3400-\u9fff·]{2,4}|[a-z][a-z.' -]{2,39}", re.IGNORECASE)
_NO_PERSON = frozenset(
    ["待定", "姓名", "签字", "签名", "盖章", "电话", "手机", "职务", "职称", "备注", "学历", "性别", "年龄", "详见附件",
     "见附件", "如下", "同上", "法定代表人", "无", "经理", "专业", "单位", "一名", "1名", "简历", "业绩", "资格"]
)  # fmt: skip
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_BRACKET = re.compile(r"[(（]")
_PHONE = re.compile(r"\+?\d[\d\s()-]{5,18}\d")


def same_people(lot: OpenedLot) -> list[Indication]:
    """Return one indication for each contact, telephone, mail, manager or number that two bidders' files name.

    Numbers of persons are masked in what is shown. Source: 条例40(2) and (3), 87号令37(2) and (3).
    """
    found: dict[tuple[str, str], list[Labelled]] = defaultdict(list)
    for document in lot.documents:
        for one in labelled(document, LABELS):
            if value := _value(one.kind, one.value):
                found[one.kind, value].append(one)
    known = issued_letters(lot.issued)
    return [
        _indication(kind, value, held, lot, known)
        for (kind, value), held in sorted(found.items())
        if len({one.place.bidder for one in held}) > 1
    ]


def _indication(kind: str, value: str, held: Sequence[Labelled], lot: OpenedLot, known: str) -> Indication:
    item = Item.SAME_MANAGER if (kind, lot.regime) == ("contact", "G") else ITEMS[kind]
    facts = {"weight": "name_alone"} if kind in ("contact", "manager") else {}
    return indication(
        item,
        regime=lot.regime,
        evidence=[shared(kind, value, (one.place for one in held), facts, shown(kind, value))],
        exemptions=[
            is_issued(value, lot, known),
            tried("placeholder", kind in NUMBERS and is_placeholder(value)),
        ],
    )


def is_placeholder(number: str) -> bool:
    """Say whether a number is one that a form is filled with: of one or two different digits, or counted up."""
    return len(set(number)) <= 2 or number in "01234567890123456789"


def shown(kind: str, value: str) -> str:
    """Return a value as it may be read: numbers of persons masked, also where they are the name of a mail box."""
    if kind in NUMBERS:
        return _ends(value)
    box, at, host = value.partition("@")
    if kind == "mail" and sum(map(str.isdigit, box)) >= VISIBLE:
        return _ends(box) + at + host
    return value


def _ends(number: str) -> str:
    seen = min(VISIBLE, len(number) // 2)
    return "*" * (len(number) - seen) + number[len(number) - seen :]


def _value(kind: str, written: str) -> str:
    """Return what is compared, "" for what is no value of its kind."""
    if kind in ("contact", "manager"):
        return _person(written)
    if kind == "mail":
        mail = _MAIL.search(written)
        return mail[0].casefold() if mail else ""
    if kind == "phone":
        return _phone(written)
    number = letters(written)
    least = 15 if kind == "citizen" else 6
    enough = len(number) >= least and sum(map(str.isdigit, number)) >= VISIBLE
    return number if enough and len(number) <= 40 else ""


def _phone(written: str) -> str:
    """Return the digits of the first telephone number, without the country's code; "" for fewer than seven."""
    phone = _PHONE.search(unicodedata.normalize("NFKC", written))
    digits = "".join(filter(str.isdigit, phone[0])) if phone else ""
    national = digits[2:] if len(digits) == 13 and digits.startswith("86") else digits
    return national if len(national) >= PHONE_LEAST else ""


def _person(written: str) -> str:
    """Return a name: the whole without spaces as forms spread it, else the first word; "" for anything longer."""
    words = str(_BRACKET.split(written)[0]).split()
    for candidate in ("".join(words), *words[:1], " ".join(words)):
        if _PERSON.fullmatch(candidate) and candidate not in _NO_PERSON:
            return candidate.casefold()
    return ""
