"""Looking up what the kit says, in Chinese or in English, in the plain tables beside this file."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

LANGUAGES = ("zh", "en")
SENTENCES, HELP, REASONS = "sentences", "help", "reasons"


@cache
def table(name: str) -> Mapping[str, Mapping[str, str]]:
    """Return a table: key -> language -> text."""
    text = resources.files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def sentence(key: str, lang: str, /, **facts: object) -> str:
    """Return a sentence with its facts filled in; an unknown key is an error of ours."""
    return table(SENTENCES)[key][lang].format(**facts)


def help_text(key: str, lang: str) -> str:
    """Return what `--help` says of a command or argument."""
    return table(HELP)[key][lang]


def reason(code: str, lang: str) -> str:
    """Return what a reason code of a refusal means; the code itself where the table does not know it."""
    known = table(REASONS).get(code)
    return known[lang] if known else code
