"""Reads bills of quantities out of tables: which column is which, and the priced lines below the headings."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from monitoring.domain.commonplace import plain
from monitoring.domain.documents.contents import Document, Table
from monitoring.domain.indications import Place

_UNIT = r"(?:\((?:人民币)?(?:元|万元|yuan|cny|rmb)\))?"
COLUMNS = {
    "code": re.compile(r"项目编码|清单编码|编码|项目编号|子目编码|itemcode|code|itemno\.?"),
    "name": re.compile(r"项目名称|清单名称|子目名称|名称|货物名称|itemname|item|description"),
    "quantity": re.compile(r"工程量|数量|工程数量|quantity|qty\.?"),
    "price": re.compile(rf"(?:全费用|投标)?(?:综合)?单价{_UNIT}|unitprice{_UNIT}"),
    "total": re.compile(
        rf"(?:综合)?(?:合价|总价|合计|金额|小计){_UNIT}|(?:total)?(?:price|amount){_UNIT}|total"
    ),
}
"""Role of a column -> what its heading says, as `plain` writes it."""
HEADING_ROWS = 3
"""Rows over which one heading may stretch: bills under GB 50500 set prices one or two rows below the codes."""
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]?\d{1,2})?")


@dataclass(frozen=True, slots=True)
class Line:
    """A priced line: its item (code or name, numbered where repeated), yuan a unit, quantity and total or None."""

    item: str
    price: Decimal
    quantity: Decimal | None
    total: Decimal | None
    place: Place


def lines(documents: Iterable[Document]) -> dict[str, Line]:
    """Return the priced lines of a bidder's (or the issued) tables by item; the first of each item's nth line wins.

    A line counts when it has a code or a name and a unit price above zero. Repeated items are numbered in the
    order of the bill, which all bidders fill in as it was issued.
    """
    found: dict[str, Line] = {}
    for document in documents:
        seen: Counter[str] = Counter()
        for table in document.tables:
            for line in _lines(document, table):
                seen[line.item] += 1
                key = f"{line.item}#{seen[line.item]}" if seen[line.item] > 1 else line.item
                found.setdefault(key, line)
    return found


def by_item(bills: Mapping[str, Mapping[str, Line]]) -> dict[str, dict[str, Line]]:
    """Turn bidder -> item -> line into item -> bidder -> line."""
    turned: dict[str, dict[str, Line]] = defaultdict(dict)
    for bidder, bill in bills.items():
        for item, line in bill.items():
            turned[item][bidder] = line
    return turned


def number(text: str) -> Decimal | None:
    """Return the number that a cell states, None for anything else; separators and currency signs are dropped."""
    kept = unicodedata.normalize("NFKC", text).strip().lower().translate(str.maketrans("", "", ", ¥$元"))
    if not _NUMBER.fullmatch(kept):
        return None
    try:
        return Decimal(kept)
    except InvalidOperation:
        return None


def _lines(document: Document, table: Table) -> Iterable[Line]:
    columns: dict[str, int] = {}
    below = 0
    for index, row in enumerate(table.rows):
        if index >= below and (heading := _heading(table.rows[index : index + HEADING_ROWS])):
            columns, height = heading
            below = index + height
        if columns and index >= below and (line := _line(document, table, index, row, columns)):
            yield line


def _heading(rows: Sequence[Sequence[str]]) -> tuple[dict[str, int], int] | None:
    """Return role -> column and the height of a heading that begins in the first row; lower cells overrule."""
    roles: dict[int, str] = {}
    height = 0
    for index, row in enumerate(rows):
        found = {
            column: role
            for column, cell in enumerate(row)
            for role, pattern in COLUMNS.items()
            if cell and len(cell) < 40 and pattern.fullmatch(plain(cell))
        }
        if not (found if index else {"code", "name"} & set(found.values())):
            break
        roles |= found
        height = index + 1
    columns: dict[str, int] = {}
    for column, role in sorted(roles.items()):
        columns.setdefault(role, column)
    return (columns, height) if "price" in columns else None


def _line(
    document: Document, table: Table, index: int, row: Sequence[str], columns: Mapping[str, int]
) -> Line | None:
    cells = {role: row[column] if column < len(row) else "" for role, column in columns.items()}
    price = number(cells["price"])
    item = plain(cells.get("code", "")) or plain(cells.get("name", ""))
    if not item or price is None or price <= 0:
        return None
    return Line(
        item,
        price,
        number(cells.get("quantity", "")),
        number(cells.get("total", "")),
        Place(document.bidder, document.name, f"{table.where} row {1 + index}"),
    )
