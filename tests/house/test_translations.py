"""Every word of the site has its Chinese, and every refusal and message its sentence."""

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from bidding.kit import words
from deploy import translations
from portal import message_words, sentences
from portal.names import NAMES

ROOT = Path(__file__).resolve().parents[2]
COMPUTED = {
    "evaluation/domain/checks.py": {
        "sum",
        "range",
        "objective",
        "abnormally_high_not_explained",
        "abnormally_high_not_confirmed",
        "abnormally_low_not_explained",
        "abnormally_low_not_confirmed",
    },
    "evaluation/actions/checking.py": {
        "abnormally_high_not_explained",
        "abnormally_high_not_confirmed",
        "abnormally_low_not_explained",
        "abnormally_low_not_confirmed",
    },
    "tender/domain/rules.py": set(),
    "tender/domain/periods.py": {"too_late", "too_late_before"},
    "bidding/domain/notice.py": set(),
}
"""Files whose reasons are computed, with the codes that come out; the notice's are words of the kit, `why`."""
KIT, NOTICE = "bidding/kit/", "bidding/domain/notice.py"
"""What the kit refuses by itself it tells in its own words, and so what it finds wrong with a notice."""
PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def sources(*apps):
    for app in apps or translations.APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def calls(path, names):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            func = node.func
            called = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
            if called in names:
                yield called, node


def reasons():
    """Every reason code that a source file states, with its place."""
    for path in sources():
        name = str(path.relative_to(ROOT))
        for called, node in calls(path, {"Refused", "answer"}):
            arguments = node.args[1:2] if called == "Refused" else node.args[:1]
            if called == "Refused" and not node.args:
                arguments = [k.value for k in node.keywords if k.arg == "reason"]
            for argument in arguments:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield argument.value, f"{name}:{node.lineno}"
                elif called == "Refused":
                    assert name in COMPUTED, (
                        f"{name}:{node.lineno} computes its reason; name the codes in COMPUTED"
                    )
    for name, codes in COMPUTED.items():
        yield from ((code, name) for code in codes)


def test_the_catalogues_are_complete():
    assert translations.problems() == []


def test_every_refusal_has_a_sentence():
    stated = {(code, place) for code, place in reasons() if not place.startswith(KIT)}
    missing = sorted(f"{code} ({place})" for code, place in stated if code not in sentences.SENTENCES)
    assert missing == [], "add them to portal/sentences.py"


def test_every_refusal_of_the_kit_has_a_sentence_in_both_languages():
    known = words.table(words.REASONS)
    stated = {(code, place) for code, place in reasons() if place.startswith(KIT)}
    for _called, node in calls(ROOT / NOTICE, {"_problem"}):
        if isinstance(node.args[1], ast.Constant):
            stated.add((node.args[1].value, f"{NOTICE}:{node.lineno}"))
    assert len(stated) > 10, "the refusals of the kit were not found"
    missing = sorted(
        f"{code} ({place})" for code, place in stated if not {"en", "zh"} <= set(known.get(code, ()))
    )
    assert missing == [], "add them to bidding/kit/reasons.toml"


def test_every_fact_of_a_sentence_has_a_name():
    named = {
        fact
        for known in sentences.SENTENCES.values()
        for text in ((known,) if isinstance(known, str) else known)
        for fact in PLACEHOLDER.findall(text)
    }
    assert sorted(named - set(sentences.FACTS)) == [], "add them to FACTS in portal/sentences.py"


def test_every_message_has_words():
    kinds, beginnings = set(), set()
    for path in sources():
        for _called, node in calls(path, {"notify"}):
            for argument in node.args[1:2]:
                chosen = [argument.body, argument.orelse] if isinstance(argument, ast.IfExp) else [argument]
                kinds |= {each.value for each in chosen if isinstance(each, ast.Constant)}
                beginnings |= {each.values[0].value for each in chosen if isinstance(each, ast.JoinedStr)}
    assert kinds, "no call of notify was found"
    missing = sorted(kinds - set(message_words.MESSAGES))
    missing += [
        f"{b}…" for b in sorted(beginnings) if not any(m.startswith(b) for m in message_words.MESSAGES)
    ]
    assert missing == [], "add them to portal/message_words.py"


def test_words_keep_the_facts_of_their_sentence():
    with translations.CATALOGUES["zh_Hans"].open("rb") as file:
        catalogue = read_po(file)
    for message in catalogue:
        if isinstance(message.id, str) and message.id and message.string:
            wanted, got = set(PLACEHOLDER.findall(message.id)), set(PLACEHOLDER.findall(str(message.string)))
            assert got <= wanted, message.id
            assert wanted - got <= {"given"}, message.id


def test_names_are_translated():
    with translations.CATALOGUES["zh_Hans"].open("rb") as file:
        known = {message.id for message in read_po(file)}
    for kind, table in NAMES.items():
        for name in table.values():
            assert not name or name in known, f"{kind}: {name}"


def test_templates_hold_no_chinese():
    chinese = re.compile(r"[\u4e00-\u9fff]")
    for app in translations.APPS:
        for path in (ROOT / app).rglob("templates/**/*.html"):
            assert not chinese.search(path.read_text()), (
                f"{path.relative_to(ROOT)}: write it in the catalogue"
            )


def test_extraction_agrees_with_gettext(tmp_path):
    if shutil.which("xgettext") is None:
        pytest.skip("gettext is not installed on this machine")
    for app in translations.APPS:
        for path in (ROOT / app).rglob("*"):
            if path.suffix in {".py", ".html"} and "migrations" not in path.parts:
                target = tmp_path / path.relative_to(ROOT)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)
    (tmp_path / "locale").mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "django", "makemessages", "-l", "zh_Hans", "--no-location"],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    with (tmp_path / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po").open("rb") as file:
        theirs = {m.id if isinstance(m.id, str) else m.id[0] for m in read_po(file) if m.id}
    ours = {m if isinstance(m, str) else m[0] for m, _context in translations.messages()}
    assert ours == theirs


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{% translate "Two words" %}', ["Two words"]),
        ('<c-page title="{% translate "In an attribute" %}">', ["In an attribute"]),
        ("{% blocktranslate with n=1 %}{{ n }} days{% endblocktranslate %}", ["%(n)s days"]),
        (
            "{% blocktranslate count n=1 %}{{ n }} day{% plural %}{{ n }} days{% endblocktranslate %}",
            [("%(n)s day", "%(n)s days")],
        ),
        ("{# {% translate 'not this' #}{{ name }}", []),
        ('{% translate "It\'s quoted" as x %}', ["It's quoted"]),
    ],
)
def test_templates_are_read_as_django_reads_them(tmp_path, text, found):
    path = tmp_path / "page.html"
    path.write_text("{% load i18n %}" + text)
    assert [message for message, _context in translations._of_template(path)] == found


def test_a_missing_translation_is_a_problem(monkeypatch, tmp_path):
    path = tmp_path / "django.po"
    monkeypatch.setattr(translations, "ROOT", tmp_path)
    monkeypatch.setattr(translations, "CATALOGUES", {"zh_Hans": path})
    monkeypatch.setattr(translations, "messages", lambda: iter([("One word", None)]))
    translations.update()
    assert any("not translated" in line for line in translations.problems())
    path.write_text(
        path.read_text().replace('msgid "One word"\nmsgstr ""', 'msgid "One word"\nmsgstr "一词"')
    )
    assert translations.problems() == []
    monkeypatch.setattr(translations, "messages", lambda: iter([("One word", None), ("Another", None)]))
    assert any("out of date" in line for line in translations.problems())
