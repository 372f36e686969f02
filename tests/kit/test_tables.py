"""The tables of the kit: every sentence exists in both languages, every command exists, and little is loaded."""

import ast
import re
import string
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bidding.kit import cli, commands, words
from tests.conftest import ROOT

KIT = ROOT / "bidding" / "kit"
SAYING = {"say", "warn", "progress", "agrees", "sentence", "_asked"}
ENDING = {"KitError", "UsageError", "NetworkError", "RefusedError"}
BUILT = {
    *(f"{kind}_{outcome}" for kind in ("seal", "withdrawal") for outcome in ("accepted", "held", "refused")),
    *("standing_received", "standing_submitted", "answer_confirmed", "answer_objected"),
    *("not_signed_in", "not_allowed"),
}
"""Keys that the code puts together."""


def calls():
    """Yield (key, names of facts, file:line) of every call that says a sentence."""
    for path in sorted(KIT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            first = node.args[0]
            keys = [first] if isinstance(first, ast.Constant) else []
            if isinstance(first, ast.IfExp):
                keys = [first.body, first.orelse]
            if name not in SAYING | ENDING or not keys:
                continue
            facts = {one.arg for one in node.keywords}
            for key in keys:
                yield key.value, facts, name, f"{path.name}:{node.lineno}"


def fields(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_every_sentence_that_is_said_is_in_the_table_with_its_facts():
    table, said = words.table(words.SENTENCES), set()
    for key, facts, name, place in calls():
        assert key in table, f"{place}: no sentence {key!r}"
        said.add(key)
        if None in facts:
            continue
        given = facts | ({"rule", "reason", "count"} if name == "RefusedError" else set())
        given |= {"name"} if name == "progress" else set()
        assert fields(table[key]["en"]) <= given, f"{place}: {key!r} lacks a fact"
    assert set(table) == said | BUILT, "a sentence that nobody says"


def test_every_text_is_there_in_both_languages_with_the_same_facts():
    for name in (words.SENTENCES, words.HELP, words.REASONS):
        for key, texts in words.table(name).items():
            assert set(texts) == set(words.LANGUAGES), key
            assert fields(texts["zh"]) == fields(texts["en"]), key
            assert re.search(r"[\u4e00-\u9fff]", texts["zh"]), key
            assert not re.search(r"[\u4e00-\u9fff]", texts["en"]) or key == "sign_sure", key


def test_every_command_has_code_and_help():
    import importlib

    for one in commands.table(find=lambda name: None):
        assert callable(getattr(importlib.import_module(one.module), one.function)), one.name
        for key in (one.help, *(each.help for each in one.arguments)):
            assert words.help_text(key, "zh"), key


def test_issuers_have_a_command_where_their_module_is_part_of_the_kit():
    names = [one.name for one in commands.table(find=lambda name: object())]
    assert names[-1] == "guarantee"
    assert "guarantee" not in [one.name for one in commands.table(find=lambda name: None)]


@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_help_is_in_the_users_language(lang, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["--lang", lang, "seal", "--help"])
    assert ended.value.code == 0
    assert words.help_text("arg_price", lang).split()[0] in capsys.readouterr().out


def python(*arguments, **more):
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False, **more
    )


def test_help_comes_at_once_and_loads_neither_cryptography_nor_http():
    started = time.monotonic()
    done = python("-X", "importtime", "-m", "bidding.kit", "--help")
    assert done.returncode == 0
    assert time.monotonic() - started < 0.5 * 4, "half a second, and slack for a busy machine"
    for name in ("cryptography", "httpx", "asn1crypto", "bidding.sealing"):
        assert name not in done.stderr


def test_the_kit_lives_without_django_and_the_apps():
    blocked = "django", "ninja", "channels", "celery", "pandas", "redis", "stdnum"
    modules = [f"bidding.kit.{path.stem}" for path in sorted(KIT.glob("*.py")) if path.stem != "__main__"]
    code = (
        "import sys, importlib\n"
        f"sys.modules.update(dict.fromkeys({blocked!r}))\n"
        f"for name in {modules!r}: importlib.import_module(name)\n"
    )
    done = python("-c", code)
    assert done.returncode == 0, done.stderr


def test_randomness_comes_from_sealing_alone():
    for path in sorted(KIT.rglob("*.py")):
        imported = {
            alias.name
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Import)
            for alias in node.names
        }
        assert not imported & {"secrets", "random"}, path.name


def test_wrong_arguments_end_with_two(capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["--lang", "en", "consent"])
    assert ended.value.code == 2
    assert "Wrong arguments" in capsys.readouterr().err


def test_no_secret_is_ever_an_argument():
    text = Path(KIT / "commands.py").read_text() + Path(KIT / "cli.py").read_text()
    assert "--passphrase-file" in text
    assert '"--passphrase"' not in text
    assert '"--password"' not in text
