"""Reads the forms of a page as a browser would, so that the players use the very pages that people use."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass(slots=True)
class Form:
    """A form: where it goes, what it holds, and its buttons (name, value, label)."""

    action: str
    method: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    choices: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)
    disabled: bool = False


class Page(HTMLParser):
    """A page's forms, links, title and visible text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self.tables: list[list[list[str]]] = []
        self.codes: list[str] = []
        self._cell: list[str] | None = None
        self._code: list[str] | None = None
        self._coded = ""
        self._form: Form | None = None
        self._select = self._area = ""
        self._option: tuple[str, bool] | None = None
        self._button: tuple[str, str] | None = None
        self._words: list[str] = []
        self._link = ""
        self._skip = 0
        self.feed(html)
        self.close()

    @property
    def text(self) -> str:
        """The visible text, words joined by single spaces."""
        return " ".join(" ".join(self.texts).split())

    def form(self, mark: str) -> Form:
        """Return the first form that `mark` fits; raises LookupError."""
        for found in self.marked(mark):
            return found
        shown = ", ".join(f.action for f in self.forms) or "none"
        raise LookupError(f"no form with {mark!r}; forms: {shown}")

    def marked(self, mark: str) -> list[Form]:
        """Return the forms whose action or a field's or button's name holds `mark`, or where `field=value` stands."""
        name, _, value = mark.partition("=")
        if value:
            return [form for form in self.forms if form.fields.get(name) == [value]]
        return [
            form
            for form in self.forms
            if any(
                mark in each
                for each in (form.action, *form.fields, *form.choices, *(name for name, _, _ in form.buttons))
            )
        ]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take in what matters of a tag."""
        given = {name: value or "" for name, value in attrs}
        if tag in ("script", "style", "template"):
            self._skip += 1
        elif tag == "form":
            self._form = Form(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self._form)
        elif tag == "a":
            self._link, self._words = given.get("href", ""), []
        elif self._form is not None:
            self._control(tag, given)
        self._table(tag, opened=True)

    def _control(self, tag: str, given: dict[str, str]) -> None:
        form, name = self._form, given.get("name", "")
        if form is None or (tag == "input" and not name):
            return
        if tag == "input":
            _input(form, name, given)
        elif tag == "select":
            self._select = name
            form.fields.setdefault(name, [])
        elif tag == "option" and self._select:
            self._option, self._words = (given.get("value", ""), "selected" in given), []
        elif tag == "textarea":
            self._area, self._words = name, []
        elif tag == "button" and "disabled" not in given:
            self._button, self._words = (name, given.get("value", "")), []

    def handle_endtag(self, tag: str) -> None:
        """Close what a tag opened."""
        words = "".join(self._words).strip()
        if tag in ("script", "style", "template"):
            self._skip = max(0, self._skip - 1)
        elif tag == "form":
            self._form = None
        elif tag == "a" and self._link:
            self.links.append((self._link, words))
            self._link = ""
        elif self._form is not None:
            self._close_control(tag, words)
        self._table(tag, opened=False)

    def _table(self, tag: str, *, opened: bool) -> None:
        """Keep rows of body cells; a cell that holds code is that code."""
        if tag == "table" and opened:
            self.tables.append([])
        elif tag == "tr" and opened and self.tables:
            self.tables[-1].append([])
        elif tag in ("td", "th") and opened:
            self._cell, self._coded = [], ""
        elif tag == "code":
            if opened:
                self._code = []
            elif self._code is not None:
                self.codes.append("".join(self._code).strip())
                self._coded, self._code = self._coded or self.codes[-1], None
        elif tag in ("td", "th") and self._cell is not None:
            if self.tables and self.tables[-1]:
                self.tables[-1][-1].append(self._coded or " ".join("".join(self._cell).split()))
            self._cell = None

    def _close_control(self, tag: str, words: str) -> None:
        form = self._form
        if form is None:
            return
        if tag == "option" and self._option is not None:
            value, selected = self._option
            form.choices.setdefault(self._select, []).append((value, words))
            if selected:
                form.fields[self._select].append(value)
            self._option = None
        elif tag == "select":
            offered = form.choices.get(self._select)
            if offered and not form.fields[self._select]:
                form.fields[self._select] = [offered[0][0]]
            self._select = ""
        elif tag == "textarea" and self._area:
            form.fields.setdefault(self._area, []).append("".join(self._words).removeprefix("\n"))
            self._area = ""
        elif tag == "button" and self._button is not None:
            form.buttons.append((*self._button, words))
            self._button = None

    def handle_data(self, data: str) -> None:
        """Collect text."""
        if self._skip:
            return
        self._words.append(data)
        self.texts.append(data)
        for kept in (self._cell, self._code):
            if kept is not None:
                kept.append(data)


def _input(form: Form, name: str, given: dict[str, str]) -> None:
    kind = given.get("type", "text")
    if kind in ("checkbox", "radio"):
        form.choices.setdefault(name, []).append((given.get("value", "on"), ""))
        if "checked" in given:
            form.fields.setdefault(name, []).append(given.get("value", "on"))
    elif kind == "file":
        form.fields.setdefault(name, [])
    elif kind not in ("submit", "button", "reset"):
        form.fields.setdefault(name, []).append(given.get("value", ""))
