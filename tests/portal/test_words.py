"""Errors, facts, instants and rules in the reader's language."""

import ast
import tomllib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.utils import translation

from deploy import translations
from kernel.domain.refusals import Refused
from portal import error_words, message_words, rule_words, times
from portal.names import NAMES
from portal.refusals import refusal_view
from portal.templatetags.parts import moment
from tender.domain import instants

ROOT = Path(__file__).resolve().parents[2]


def literals():
    """Every text of the sources, the changing parts of an f-string as `…`."""
    for app in translations.APPS:
        for path in (ROOT / app).rglob("*.py"):
            if path != ROOT / "portal" / "error_words.py":
                for node in ast.walk(ast.parse(path.read_text())):
                    if isinstance(node, ast.JoinedStr):
                        yield "".join(
                            getattr(part, "value", "…") if isinstance(part, ast.Constant) else "…"
                            for part in node.values
                        )
                    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                        yield node.value


def test_every_listed_error_is_one_that_a_source_raises():
    known = set(literals())
    missing = [text for text in error_words.TEXTS if error_words._PLACE.sub("…", text) not in known]
    assert missing == [], "no source says this; mend portal/error_words.py"


@pytest.mark.parametrize(
    ("text", "chinese"),
    [
        ("the signature is not over these bytes by this key", "签名与内容或密钥不符"),
        ("not an amount in yuan: '1,5'", "不是以元计的金额：'1,5'"),
        (
            "years: whole years in the field ('x'); region: a code of six digits (GB/T 2260) (not '5')",
            "years：从业年限，整数（'x'）; region：六位行政区划代码（GB/T 2260）（'5' 不符）",
        ),
        ("something that nobody listed", "something that nobody listed"),
    ],
)
def test_errors_are_told_in_chinese(text, chinese):
    with translation.override("zh-hans"):
        assert error_words.told(text) == chinese
    with translation.override("en"):
        assert error_words.told(text) == text


def test_instants_and_spans_are_written_as_the_reader_writes_them():
    at = datetime(2026, 3, 2, 1, 0, 7, 250_000, UTC)
    midnight = instants.end_of_day(date(2026, 3, 5))
    with translation.override("zh-hans"):
        assert moment(at, "minute") == "2026年3月2日 09:00"
        assert moment(at, "milli") == "2026年3月2日 09:00:07.250"
        assert moment(midnight, "until") == "2026年3月5日 24:00"
        assert times.told(instants.until(midnight)) == "2026年3月5日 24:00"
        assert times.told(instants.span(timedelta(days=2, hours=3))) == "2 天 3 小时"
        assert times.told("2026-02-30") == "2026-02-30"
    with translation.override("en"):
        assert moment(at) == "2026-03-02 09:00:07"
        assert times.told(instants.span(timedelta(days=1, hours=1))) == "1 day 1 hour"
        assert times.told(instants.span(timedelta(seconds=41))) == "41 s"


def test_a_refusal_shows_no_codes(store):
    refusal = Refused("L-01", "session_step", {"session": "checking", "action": "sum_up"})
    with translation.override("zh-hans"):
        told = refusal_view(refusal)
    assert told.sentence == "评标会处于“已汇总，复核中”，此时不能“汇总”。"
    late = Refused(
        "T-06", "after_window", {"closes": "2026-03-14 09:30", "at": "2026-03-16 10:00", "late_by": "2 d"}
    )
    with translation.override("zh-hans"):
        assert (
            refusal_view(late).sentence
            == "已超过 2 天：可办理至 2026年3月14日 09:30；现在是 2026年3月16日 10:00。"
        )


def test_a_message_names_the_kind_of_work_and_the_hour():
    facts = {
        "work": "works",
        "starts_at": "2026-03-24 13:30",
        "ends_at": "2026-03-24 17:30",
        "site": "晴川",
        "address": "一号楼",
    }
    with translation.override("zh-hans"):
        told = message_words.sentence("expert_invited", facts)
    assert "工程" in told
    assert "2026年3月24日 13:30" in told


def rulebook():
    """Name and value of every parameter of every rule on file."""
    for path in sorted((ROOT / "tender" / "rulebook").glob("*.toml")):
        for rule in tomllib.loads(path.read_text())["rule"]:
            yield "", rule.get("value")
            yield from ((name, one["value"]) for name, one in rule.get("parameters", {}).items())


def test_every_parameter_and_code_of_the_rulebook_has_a_name():
    named = set(rule_words.CODES).union(*(NAMES[table] for table in rule_words.TABLES))
    parameters = {name for name, _value in rulebook() if name}
    codes = {code for _name, value in rulebook() if isinstance(value, list) for code in value}
    assert len(parameters) > 30
    assert len(codes) > 50
    assert sorted(parameters - set(rule_words.RULE_PARAMETERS)) == []
    assert sorted(code for code in codes - named if not code.isdigit()) == []


def test_a_formula_shows_its_parameters_in_words():
    parameters = {"E1": "2", "basis": "reviewed", "drop_above": None, "sme_uplift_capped": True}
    table = {"intervals": [{"over": None, "upto": "-5", "anchor": "0", "score": "60", "step": "1"}]}
    with translation.override("en"):
        assert rule_words.formula_parameters(parameters | table) == [
            ("E1, marks lost per percent above", "2"),
            ("Bids that make the mean", "bids that passed the preliminary review"),
            ("Extremes are left out above so many bids", "—"),
            ("The uplift stays within full marks", "yes"),
            ("Intervals", "Up to (%) -5, Anchor 0, Marks 60, Step 1"),
        ]
