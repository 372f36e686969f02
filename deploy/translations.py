"""The message catalogue: extracts every message id, merges, and checks that nothing is missing or loose.

`python deploy/translations.py update` merges new messages into the catalogues, `check` fails when that would
change a file or when a translation is missing. Extraction needs no gettext: Python is read as its syntax
tree, templates by Django's own reader. The output has no dates and no line numbers, so that equal sources give
equal bytes.
"""

import ast
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
APPS = ("kernel", "accounts", "tender", "deposits", "bidding", "evaluation", "monitoring", "portal", "config")
CATALOGUES = {"zh_Hans": ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"}
KEYWORDS = ("_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "pgettext")
_TEXT = r"""('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_CALL = re.compile(rf"\b(n?gettext|pgettext|_)\(u?{_TEXT}(?:,\s*u?{_TEXT})?")
_PLURAL = frozenset({"ngettext", "ngettext_lazy"})
Message = str | tuple[str, str]


def messages(root: Path = ROOT) -> Iterator[tuple[Message, str | None]]:
    """Yield (message id or (singular, plural), context) in the order of files and places, repeats included."""
    for app in APPS:
        for path in sorted((root / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield from _of_python(path)
        for path in sorted((root / app).rglob("templates/**/*.html")):
            yield from _of_template(path)


def _of_python(path: Path) -> Iterator[tuple[Message, str | None]]:
    found = (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))
    for node in sorted(found, key=lambda node: (node.lineno, node.col_offset)):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in KEYWORDS:
            yield from _call(name, tuple(getattr(argument, "value", None) for argument in node.args[:2]))


def _of_template(path: Path) -> Iterator[tuple[Message, str | None]]:
    code = templatize(path.read_text(), origin=str(path))
    for found in _CALL.finditer(code):
        texts = tuple(ast.literal_eval(text) for text in found.groups()[1:] if text)
        yield from _call(found[1], texts)


def _call(name: str, texts: tuple[Any, ...]) -> Iterator[tuple[Message, str | None]]:
    """Yield what one call translates; a call whose text is computed translates nothing that we could list."""
    first, second = (*texts, None, None)[:2]
    if not isinstance(first, str) or not first:
        return
    if name in _PLURAL or name == "pgettext":
        if isinstance(second, str):
            yield (second, first) if name == "pgettext" else ((first, second), None)
        return
    yield first, None


def merged(path: Path, locale: str) -> Catalog:
    """Return the catalogue as it must be: every message once, known translations kept, all others dropped."""
    known = _read(path, locale)
    fresh = Catalog(locale=locale, charset="utf-8", fuzzy=False)
    for message, context in messages():
        key = message if isinstance(message, str) else message[0]
        old = known.get(key, context)
        if fresh.get(key, context) is None or not isinstance(message, str):
            fresh.add(message, old.string if old is not None else None, context=context)
    return fresh


def text_of(catalogue: Catalog) -> str:
    """Return a catalogue's file: a header that never changes, then the messages."""
    body = io.BytesIO()
    write_po(body, catalogue, width=110, no_location=True, omit_header=True, sort_output=False)
    header = (
        f"# Messages of Yangguang in {catalogue.locale_identifier}; kept by deploy/translations.py.\n"
        'msgid ""\n'
        'msgstr ""\n'
        f'"Language: {catalogue.locale_identifier}\\n"\n'
        '"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=UTF-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Plural-Forms: {catalogue.plural_forms}\\n"\n\n'
    )
    return header + body.getvalue().decode().strip() + "\n"


def problems() -> list[str]:
    """Return what is wrong with the catalogues, empty when nothing is."""
    found = []
    for locale, path in CATALOGUES.items():
        name = path.relative_to(ROOT)
        wanted = merged(path, locale)
        if not path.exists() or path.read_text() != text_of(wanted):
            found.append(f"{name} is out of date: run python deploy/translations.py update")
        for message in wanted:
            shown = message.id if isinstance(message.id, str) else message.id[0]
            written: Any = message.string
            texts = (written,) if isinstance(written, str) else tuple(written or ("",))
            if message.id and not all(texts):
                found.append(f"{name}: not translated: {shown}")
            elif message.id and (message.fuzzy or message.check(wanted)):
                found.append(f"{name}: translated loosely: {shown}")
    return found


def update() -> None:
    """Write the merged catalogues."""
    for locale, path in CATALOGUES.items():
        text = text_of(merged(path, locale))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def _read(path: Path, locale: str) -> Catalog:
    if not path.exists():
        return Catalog(locale=locale)
    with path.open("rb") as file:
        return read_po(file, locale=locale)


def main(words: list[str]) -> int:
    """Do what is asked: update, or check (the default)."""
    if words == ["update"]:
        update()
        return 0
    if words not in ([], ["check"]):
        print("usage: translations.py [check|update]", file=sys.stderr)
        return 2
    found = problems()
    print("\n".join(found) if found else "the catalogues are complete")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
