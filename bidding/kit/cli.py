"""The command line of the kit: reads its arguments in Chinese or English and hands them to the command's module."""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from bidding.kit import VERSION, commands, words
from bidding.kit.commands import Command
from bidding.kit.console import Console
from bidding.kit.errors import USAGE

if TYPE_CHECKING:
    import httpx

PROGRAM = "yangguang-kit"
CODE_OPTION = "--code"
LANGUAGE_VARIABLE = "YANGGUANG_KIT_LANG"
DEFAULT_PATIENCE = 60.0
_GLOBALS = (
    commands.arg("--home", help="arg_home", metavar="DIR"),
    commands.arg("--server", help="arg_server", metavar="URL"),
    commands.arg("--trust", help="arg_trust", metavar="DIR"),
    commands.arg("--passphrase-file", help="arg_passphrase_file", type=Path, metavar="FILE"),
    commands.arg("--patience", help="arg_patience", type=commands.seconds, metavar="S"),
    commands.arg("--json", help="arg_json", action="store_true"),
    commands.arg("--lang", help="arg_lang", choices=words.LANGUAGES),
)
_DEFAULTS = {
    "home": "",
    "server": "",
    "trust": "",
    "passphrase_file": None,
    "patience": DEFAULT_PATIENCE,
    "json": False,
    "lang": words.LANGUAGES[0],
}


class Parser(argparse.ArgumentParser):
    """Argparse in the language of its user."""

    lang = words.LANGUAGES[0]

    def __init__(self, **options: Any) -> None:
        super().__init__(add_help=False, **options)
        self._positionals.title = words.help_text("positionals", self.lang)
        self._optionals.title = words.help_text("options", self.lang)

    def format_usage(self) -> str:
        """Return the usage with its heading translated."""
        return self._translated(super().format_usage())

    def format_help(self) -> str:
        """Return the help with its heading translated."""
        return self._translated(super().format_help())

    def error(self, message: str) -> NoReturn:
        """End with what is wrong and how to see what is possible."""
        self.print_usage(sys.stderr)
        self.exit(USAGE, words.sentence("usage", self.lang, why=message, program=self.prog) + "\n")

    def _translated(self, text: str) -> str:
        return text.replace("usage:", words.help_text("usage", self.lang), 1)


def main(arguments: Sequence[str] | None = None, *, transport: "httpx.BaseTransport | None" = None) -> int:
    """Run the kit; returns its exit code. `transport` carries HTTP where the network should not."""
    given = _with_code(list(sys.argv[1:] if arguments is None else arguments))
    lang = _language(given)
    table = {one.name: one for one in commands.table()}
    options = _parser(lang, list(table.values())).parse_args(given)
    for name, value in _DEFAULTS.items():
        setattr(options, name, getattr(options, name, value))
    console = Console(lang, machine=options.json)
    runner = importlib.import_module("bidding.kit.runner")
    code: int = runner.run(table[options.command], options, console, transport)
    return code


def _parser(lang: str, table: Sequence[Command]) -> Parser:
    Parser.lang = lang
    shared = Parser(argument_default=argparse.SUPPRESS)
    common = shared.add_argument_group(words.help_text("common", lang))
    common.add_argument("-h", "--help", action="help", help=words.help_text("arg_help", lang))
    _add(common, _GLOBALS, lang)
    parser = Parser(
        prog=PROGRAM,
        description=words.help_text("about", lang),
        parents=[shared],
        argument_default=argparse.SUPPRESS,
    )
    version = words.help_text("arg_version", lang)
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {VERSION}", help=version)
    below = parser.add_subparsers(
        dest="command", required=True, metavar="COMMAND", title=words.help_text("commands", lang)
    )
    for one in table:
        text = words.help_text(one.help, lang)
        _add(below.add_parser(one.name, help=text, description=text, parents=[shared]), one.arguments, lang)
    return parser


def _add(parser: argparse._ActionsContainer, arguments: Sequence[commands.Argument], lang: str) -> None:
    for one in arguments:
        parser.add_argument(*one.flags, help=words.help_text(one.help, lang), **one.options)


def _with_code(given: list[str]) -> list[str]:
    """Bind an enrolment code to its option: codes are random and may begin with a dash, as options do."""
    found: list[str] = []
    for one in given:
        if found and found[-1] == CODE_OPTION:
            found[-1] = f"{CODE_OPTION}={one}"
        else:
            found.append(one)
    return found


def _language(given: Sequence[str]) -> str:
    """Find the language before the arguments are read, since their help is in it."""
    named = os.environ.get(LANGUAGE_VARIABLE, words.LANGUAGES[0])
    for index, one in enumerate(given):
        if one.startswith("--lang="):
            named = one.removeprefix("--lang=")
        elif one == "--lang" and index + 1 < len(given):
            named = given[index + 1]
    return named if named in words.LANGUAGES else words.LANGUAGES[0]
