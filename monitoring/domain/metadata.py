"""Reads who made a file, and with what, from docx, xlsx and pdf; every file is taken for a hostile one."""

import io
import re
import unicodedata
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from xml.parsers import expat

from pypdf import PasswordType, PdfReader

MIB = 2**20
_PDF_DATE = re.compile(
    r"(?:D:)?(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:(Z)|([+-])(\d\d)'?(\d\d)?'?)?.*", re.DOTALL
)
_COMPOUND, _ZIP, _PDF = b"\xd0\xcf\x11\xe0", b"PK\x03\x04", b"%PDF-"
_HEAD = 1024
_ENTRY = b"PK\x01\x02"
_DC = "http://purl.org/dc/elements/1.1/ "
_CORE = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties "
_TERMS = "http://purl.org/dc/terms/ "
_APP = "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties "
_XMP, _PDF_NS = "http://ns.adobe.com/xap/1.0/ ", "http://ns.adobe.com/pdf/1.3/ "


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a file is read before it is refused: bytes of the file and of one part, entries, characters."""

    file_bytes: int = 512 * MIB
    part_bytes: int = MIB
    entries: int = 50_000
    characters: int = 500


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a file says of its making; '' is what it does not say. Instants are UTC where the file has a zone."""

    format: str
    author: str = ""
    last_modified_by: str = ""
    company: str = ""
    manager: str = ""
    software: str = ""
    template: str = ""
    title: str = ""
    created: str = ""
    modified: str = ""


class UnreadableError(Exception):
    """A file whose metadata cannot be read; `code` says which sort of trouble, the message says it in words."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"cannot read: {message}")
        self.code = code


def read(data: bytes, *, limits: Limits | None = None) -> Metadata:
    """Return the metadata of a docx, xlsx or pdf given as bytes; the form is told by content, not by name.

    Raises UnreadableError: `too_large`, `unknown_form`, `encrypted`, `bomb` (a part unpacks beyond its limit or
    the file has too many), `doctype` (XML that declares entities), `broken`. Nothing outside the metadata parts
    is unpacked, no entity is expanded, nothing is fetched. Sources: ECMA-376 part 2, ISO 32000-1, XMP part 1.
    """
    allowed = limits or Limits()
    if len(data) > allowed.file_bytes:
        raise UnreadableError("too_large", f"the file has more than {allowed.file_bytes} bytes")
    if data.startswith(_ZIP):
        return _office(data, allowed)
    if _PDF in data[:_HEAD]:
        return _portable(data, allowed)
    if data.startswith(_COMPOUND):
        raise UnreadableError(
            "encrypted", "an encrypted file, or one of Office before 2007; ask for docx or pdf"
        )
    raise UnreadableError("unknown_form", "neither docx, xlsx nor pdf")


def _office(data: bytes, limits: Limits) -> Metadata:
    if data.count(_ENTRY) > limits.entries:
        raise UnreadableError("bomb", f"the file holds more than {limits.entries} parts")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            return _office_parts(parts, limits)
    except (zipfile.BadZipFile, RuntimeError, OSError, EOFError, ValueError) as error:
        raise UnreadableError("broken", f"not a sound zip: {error}") from error


def _office_parts(parts: zipfile.ZipFile, limits: Limits) -> Metadata:
    targets = {
        attributes.get("Type", "").rpartition("/")[2]: attributes.get("Target", "").lstrip("/")
        for _, _, attributes in _elements(_part(parts, "_rels/.rels", limits))
    }
    form = {"word": "docx", "xl": "xlsx"}.get(targets.get("officeDocument", "").partition("/")[0])
    if form is None:
        raise UnreadableError("unknown_form", "a zip that is neither docx nor xlsx")
    said: dict[str, str] = {}
    for kind in ("core-properties", "extended-properties"):
        if kind in targets:
            elements = _elements(_part(parts, targets[kind], limits))
            said |= {path[-1]: text for path, text, _ in elements}
    program = f"{said.get(_APP + 'Application', '')} {said.get(_APP + 'AppVersion', '')}"
    return _metadata(
        limits,
        format=form,
        author=said.get(_DC + "creator", ""),
        last_modified_by=said.get(_CORE + "lastModifiedBy", ""),
        company=said.get(_APP + "Company", ""),
        manager=said.get(_APP + "Manager", ""),
        software=program,
        template=said.get(_APP + "Template", ""),
        title=said.get(_DC + "title", ""),
        created=_w3c_date(said.get(_TERMS + "created", "")),
        modified=_w3c_date(said.get(_TERMS + "modified", "")),
    )


def _part(parts: zipfile.ZipFile, name: str, limits: Limits) -> bytes:
    try:
        with parts.open(name) as stream:
            data = stream.read(limits.part_bytes + 1)
    except KeyError as error:
        raise UnreadableError("broken", f"the part {name!r} is missing") from error
    except RuntimeError as error:
        raise UnreadableError("encrypted", f"the part {name!r} is encrypted") from error
    except Exception as error:  # zlib, lzma and bz2 each raise their own for spoilt data
        raise UnreadableError("broken", f"the part {name!r} is spoilt: {error}") from error
    if len(data) > limits.part_bytes:
        raise UnreadableError("bomb", f"the part {name!r} unpacks to more than {limits.part_bytes} bytes")
    return data


_Element = tuple[tuple[str, ...], str, dict[str, str]]


def _elements(data: bytes) -> list[_Element]:
    """Return each element of an XML document as (path, text, attributes); a document type is refused unread."""
    found: list[_Element] = []
    path: list[str] = []
    texts: list[list[str]] = []
    held: list[dict[str, str]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        path.append(name)
        texts.append([])
        held.append(attributes)

    def end(_: str) -> None:
        found.append((tuple(path[-3:]), "".join(texts.pop()), held.pop()))
        path.pop()

    def text(part: str) -> None:
        if texts:
            texts[-1].append(part)

    def refuse(*_: Any) -> None:
        raise UnreadableError("doctype", "its XML declares a document type, which metadata never need")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise UnreadableError("broken", f"its metadata are not sound XML: {error}") from error
    return found


def _portable(data: bytes, limits: Limits) -> Metadata:
    try:
        reader = PdfReader(io.BytesIO(data))
        _unlock(reader)
        info = {str(name): str(value) for name, value in (reader.metadata or {}).items()}
        packet = _packet(reader)
    except UnreadableError:
        raise
    except Exception as error:  # a spoilt pdf may raise anything inside the parser; all of it means one thing
        raise UnreadableError("broken", f"not a sound pdf: {type(error).__name__}: {error}") from error
    if len(packet) > limits.part_bytes:
        raise UnreadableError("bomb", f"the XMP packet unpacks to more than {limits.part_bytes} bytes")
    said = _xmp(packet)
    programs = [
        info.get("/Creator") or said.get(_XMP + "CreatorTool", ""),
        info.get("/Producer") or said.get(_PDF_NS + "Producer", ""),
    ]
    return _metadata(
        limits,
        format="pdf",
        author=info.get("/Author") or said.get(_DC + "creator", ""),
        company=info.get("/Company", ""),
        software=" / ".join(dict.fromkeys(filter(None, programs))),
        title=info.get("/Title") or said.get(_DC + "title", ""),
        created=_pdf_date(info.get("/CreationDate", "")) or _w3c_date(said.get(_XMP + "CreateDate", "")),
        modified=_pdf_date(info.get("/ModDate", "")) or _w3c_date(said.get(_XMP + "ModifyDate", "")),
    )


def _unlock(reader: PdfReader) -> None:
    """Open a pdf that only restricts printing or copying; one that wants a password to be read is refused."""
    if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
        raise UnreadableError("encrypted", "the pdf wants a password")


def _packet(reader: PdfReader) -> bytes:
    stream: Any = reader.root_object.get("/Metadata")
    return b"" if stream is None else bytes(stream.get_object().get_data())


def _xmp(packet: bytes) -> dict[str, str]:
    """Return simple properties of an XMP packet, and the entries of lists joined by semicolons."""
    said: dict[str, str] = {}
    if not packet.strip(b"\0 \r\n\t"):
        return said
    for path, text, attributes in _elements(packet.strip(b"\0 \r\n\t")):
        said |= attributes
        if path[-1].endswith(" li") and len(path) > 2:
            said[path[-3]] = "; ".join(filter(None, [said.get(path[-3], ""), text.strip()]))
        elif text.strip():
            said[path[-1]] = text
    return said


def _metadata(limits: Limits, **said: str) -> Metadata:
    return Metadata(**{name: _tidy(text)[: limits.characters] for name, text in said.items()})


def _tidy(text: str) -> str:
    """Return text that every record can hold: NFC, no control characters, no lone surrogates, single spaces."""
    kept = "".join(" " if unicodedata.category(char) in ("Cc", "Cs") else char for char in text)
    return " ".join(unicodedata.normalize("NFC", kept).split())


def _w3c_date(text: str) -> str:
    try:
        return _instant(datetime.fromisoformat(text.strip()))
    except (ValueError, OverflowError):
        return text


def _pdf_date(text: str) -> str:
    match = _PDF_DATE.fullmatch(text.strip())
    if match is None:
        return text
    year, month, day, hour, minute, second, zulu, sign, hours, minutes = match.groups()
    try:
        shift = timedelta(hours=int(hours or 0), minutes=int(minutes or 0)) * (-1 if sign == "-" else 1)
        zone = timezone(shift) if zulu or sign else None
        numbers = (int(month or 1), int(day or 1), int(hour or 0), int(minute or 0), int(second or 0))
        return _instant(datetime(int(year), *numbers, tzinfo=zone))
    except (ValueError, OverflowError):
        return text


def _instant(moment: datetime) -> str:
    if moment.tzinfo is None:
        return moment.isoformat(timespec="seconds")
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z"
