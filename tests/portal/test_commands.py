"""Every command of the kit that a page offers is one that the kit understands."""

import re
import shlex
import uuid

import pytest

from bidding.kit import cli, commands
from portal.templatetags import words
from tender import queries
from tests import cast, factories
from tests.conftest import ROOT

CALL = re.compile(r"{% (?:kit|tool) (?P<words>.*?) as \w+ %}")
FOLDERS = ("accounts", "bidding", "deposits", "evaluation", "monitoring", "portal", "tender")
BROKEN = 2


def offered():
    """Every call in a template, its variables replaced by an id."""
    found = []
    for folder in FOLDERS:
        for path in sorted((ROOT / folder / "templates").rglob("*.html")):
            for call in CALL.finditer(path.read_text()):
                given = re.findall(r'"[^"]*"|\S+', call["words"])
                plain = [one.strip('"') if one.startswith('"') else str(uuid.uuid4()) for one in given]
                found.append(pytest.param(" ".join(plain), id=f"{path.name}: {call['words']}"))
    return found


def understands(line):
    """Let the kit read a command without doing it."""
    parser = cli._parser("en", list(commands.table()))
    given = [one for one in shlex.split(line) if one != "…"]
    return parser.parse_args(cli._with_code(given))


@pytest.mark.parametrize("line", offered())
def test_a_command_of_a_page_is_understood(line):
    assert understands(line).command == line.split()[0]


def test_what_is_no_command_is_not_understood():
    with pytest.raises(SystemExit) as ended:
        understands("sign-in --browser")
    assert ended.value.code == BROKEN


def test_the_command_that_seals_states_what_the_lot_asks_for(store, moved):
    lot = factories.published({a.username: a for a in cast.found_city(*factories.STAFF)})
    record = queries.lot(lot)
    line = words.seal_command(record)
    found = understands(line.removeprefix("yangguang-kit "))
    assert (found.lot, found.price) == (str(lot), "9800000.00")
    assert bool(found.documents) == ("documents" in record.notice["parts"])
