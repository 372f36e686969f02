"""Takes text, tables, images and properties out of one docx, xlsx or pdf; every file is taken for a hostile one."""

import hashlib
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, time
from typing import Any

import openpyxl
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from pypdf import PdfReader
from pypdf.generic import StreamObject

from monitoring.domain import metadata
from monitoring.domain.metadata import Limits, UnreadableError

UNPACKED = 4
"""So many times the largest file may the parts of one docx or xlsx unpack to; honest ones need two or three."""
PAGES_MOST = 20_000
CELLS_MOST = 3_000_000
FORMS_DEEP = 4
_CHUNK = 2**20
_TEXTS = re.compile(r"word/(?:document|header\d*|footer\d*|footnotes|endnotes)\.xml")
_MEDIA = re.compile(r"(?:word|xl)/media/[^/]+")
_CUSTOM = "docProps/custom.xml"
_P, _T, _TAB, _BR, _CR = (qn(f"w:{name}") for name in ("p", "t", "tab", "br", "cr"))
_TBL, _TR, _TC, _SPAN, _VAL = (qn(f"w:{name}") for name in ("tbl", "tr", "tc", "gridSpan", "val"))
_INFO = ("/Title", "/Author", "/Subject", "/Keywords", "/Creator", "/Producer", "/CreationDate", "/ModDate")

Found = dict[str, Any]


def extract(data: bytes, *, largest: int) -> Found:
    """Return what a file holds, as JSON: metadata, passages, tables, images, properties, faults (unread parts).

    `largest` is the most bytes that a file may have. Raises UnreadableError, with the codes of `metadata.read`.
    """
    made = metadata.read(data, limits=Limits(file_bytes=largest))
    found: Found = {
        "sha256": hashlib.sha256(data).hexdigest(),
        "metadata": asdict(made),
        "passages": [],
        "tables": [],
        "images": [],
        "properties": [],
        "faults": [],
    }
    try:
        if made.format == "pdf":
            _portable(data, found)
        else:
            _office(data, made.format, found, UNPACKED * largest)
    except (UnreadableError, MemoryError):
        raise
    except (
        Exception
    ) as error:  # parsers raise whatever a spoilt file leads them to; all of it means one thing
        raise UnreadableError("broken", f"{type(error).__name__}: {error}") from error
    return found


def _office(data: bytes, form: str, found: Found, most: int) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        texts = _unpacked(parts, found, most)
    found["properties"] = _properties(texts.pop(_CUSTOM, b""))
    if form == "xlsx":
        _workbook(data, found)
        return
    for name in sorted(texts, key=lambda name: (name != "word/document.xml", name)):
        part = "" if name == "word/document.xml" else name.removeprefix("word/").removesuffix(".xml") + " "
        _prose(_parsed(texts[name]), part, found)


def _unpacked(parts: zipfile.ZipFile, found: Found, most: int) -> dict[str, bytes]:
    """Unpack every part once, counting what comes out and not what the zip says; keep texts, hash pictures."""
    kept: dict[str, bytes] = {}
    total = 0
    for entry in parts.infolist():
        keeps = bool(_TEXTS.fullmatch(entry.filename)) or entry.filename == _CUSTOM
        digest, size, content = hashlib.sha256(), 0, []
        with parts.open(entry) as stream:
            while chunk := stream.read(_CHUNK):
                size += len(chunk)
                total += len(chunk)
                if total > most:
                    raise UnreadableError("bomb", f"its parts unpack to more than {most} bytes")
                digest.update(chunk)
                if keeps:
                    content.append(chunk)
        if keeps:
            kept[entry.filename] = b"".join(content)
        elif _MEDIA.fullmatch(entry.filename):
            found["images"].append([digest.hexdigest(), size, entry.filename])
    return kept


def _parsed(data: bytes) -> Any:
    root = parse_xml(data)
    if root.getroottree().docinfo.doctype:
        raise UnreadableError("doctype", "its XML declares a document type, which no text needs")
    return root


def _properties(data: bytes) -> list[list[str]]:
    if not data:
        return []
    return [[str(each.get("name", "")), "".join(each.itertext()).strip()] for each in _parsed(data)]


def _prose(root: Any, part: str, found: Found) -> None:
    paragraphs = list(root.iter(_P))
    numbers = {paragraph: number for number, paragraph in enumerate(paragraphs)}
    texts: list[list[str]] = [[] for _ in paragraphs]
    for node in root.iter(_T, _TAB, _BR, _CR):
        home = next(node.iterancestors(_P), None)
        if home is not None:
            texts[numbers[home]].append((node.text or "") if node.tag == _T else "\t")
    found["passages"] += [
        [f"{part}paragraph {number}", text]
        for number, pieces in enumerate(texts, 1)
        if (text := "".join(pieces)).strip()
    ]
    for number, table in enumerate(root.iter(_TBL), 1):
        rows = [_cells(row) for row in table.iterchildren(_TR)]
        found["tables"].append([f"{part}table {number}", rows])


def _cells(row: Any) -> list[str]:
    cells: list[str] = []
    for cell in row.iterchildren(_TC):
        span = next(cell.iter(_SPAN), None)
        width = span.get(_VAL, "1") if span is not None else "1"
        cells.append("".join(node.text or "" for node in cell.iter(_T)).strip())
        cells += [""] * (min(int(width), 100) - 1 if width.isdecimal() else 0)
    return cells


def _workbook(data: bytes, found: Found) -> None:
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    count = 0
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # a stated range of a million empty rows would be filled in
        rows: list[list[str]] = []
        for row in sheet.iter_rows(values_only=True):
            cells = [_cell(value) for value in row]
            while cells and not cells[-1]:
                cells.pop()
            count += 1 + len(cells)
            if count > CELLS_MOST:
                raise UnreadableError("too_large", f"more than {CELLS_MOST} cells")
            rows.append(cells)
            if cells:
                text = "\t".join(filter(None, cells))
                found["passages"].append([f"sheet {sheet.title} row {len(rows)}", text])
        while rows and not rows[-1]:
            rows.pop()
        found["tables"].append([f"sheet {sheet.title}", rows])
    book.close()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.15g}"  # what a workbook keeps of a number
    return value.isoformat() if isinstance(value, date | time) else str(value).strip()


def _portable(data: bytes, found: Found) -> None:
    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted:
        reader.decrypt("")  # metadata.read has refused what wants a password
    if len(reader.pages) > PAGES_MOST:
        raise UnreadableError("too_large", f"more than {PAGES_MOST} pages")
    info: dict[str, Any] = dict(reader.metadata or {})
    found["properties"] = [[str(name)[1:], str(value)] for name, value in info.items() if name not in _INFO]
    seen: set[Any] = set()
    for number, page in enumerate(reader.pages, 1):
        where = f"page {number}"
        try:
            text = page.extract_text()
        except Exception as error:  # noqa: BLE001 - one odd font must not hide the other pages
            found["faults"].append(f"{where}: {type(error).__name__}")
            continue
        if text.strip():
            found["passages"].append([where, text])
        for stream in _pictures(page.get("/Resources"), seen, FORMS_DEEP):
            content = _content(stream)
            found["images"].append([hashlib.sha256(content).hexdigest(), len(content), where])


def _pictures(resources: Any, seen: set[Any], deep: int) -> Iterator[StreamObject]:
    """Yield each picture of a page once a file, also those inside forms that a page draws."""
    objects = resources.get_object().get("/XObject") if resources is not None else None
    for reference in objects.get_object().values() if objects is not None else ():
        number = getattr(reference, "idnum", None)
        stream = reference.get_object()
        if number in seen or not isinstance(stream, StreamObject):
            continue
        if number is not None:
            seen.add(number)
        if stream.get("/Subtype") == "/Image":
            yield stream
        elif deep:
            yield from _pictures(stream.get("/Resources"), seen, deep - 1)


def _content(stream: Any) -> bytes:
    """Return a picture's bytes: a jpeg as it was embedded, so that it equals the same jpeg in a docx."""
    try:
        return bytes(stream.get_data())
    except Exception:  # noqa: BLE001 - a filter that is not known here; the stored bytes serve as well
        return bytes(stream._data)  # noqa: SLF001 - pypdf has no other name for the stored bytes
