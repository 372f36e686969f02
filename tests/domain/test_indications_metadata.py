"""Reading who made a file: real docx, xlsx and pdf made here, and files made to do harm."""

import io
import struct
import zipfile
from datetime import UTC, datetime

import docx
import openpyxl
import pytest
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, NameObject

from monitoring.domain import metadata
from monitoring.domain.metadata import Limits, Metadata, UnreadableError

RELS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="1" Type="http://x/officeDocument" Target="word/document.xml"/>'
    '<Relationship Id="2" Type="http://x/metadata/core-properties" Target="/docProps/core.xml"/>'
    '<Relationship Id="3" Type="http://x/extended-properties" Target="docProps/app.xml"/></Relationships>'
)
CORE = (
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/">'
    "<dc:creator>{author}</dc:creator><cp:lastModifiedBy>韩梅梅</cp:lastModifiedBy>"
    "<dcterms:created>{created}</dcterms:created></cp:coreProperties>"
)
APP = (
    '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
    "<Template>投标.dotx</Template><Company>广元造价</Company><Manager>周工</Manager>"
    "<Application>Microsoft Office Word</Application><AppVersion>16.0000</AppVersion></Properties>"
)


def package(core=None, *, rels=RELS, app=APP, extra=(), **said):
    core = core or CORE.format(
        author=said.get("author", "李雷"), created=said.get("created", "2026-03-01T08:31:00Z")
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as parts:
        for name, content in (
            ("_rels/.rels", rels),
            ("docProps/core.xml", core),
            ("docProps/app.xml", app),
            *extra,
        ):
            if content is not None:
                parts.writestr(name, content)
    return stream.getvalue()


def refused(data, **limits):
    with pytest.raises(UnreadableError, match=r"^cannot read: ") as caught:
        metadata.read(data, limits=Limits(**limits))
    return caught.value.code


def test_a_word_document():
    document = docx.Document()
    properties = document.core_properties
    properties.author, properties.last_modified_by, properties.title = "李雷", "韩梅梅", "投标文件"
    properties.created = datetime(2026, 3, 1, 8, 31, tzinfo=UTC)
    stream = io.BytesIO()
    document.save(stream)
    found = metadata.read(stream.getvalue())
    assert (found.format, found.author, found.last_modified_by, found.title) == (
        "docx",
        "李雷",
        "韩梅梅",
        "投标文件",
    )
    assert found.created == "2026-03-01T08:31:00Z"
    assert "Word" in found.software


def test_a_workbook():
    book = openpyxl.Workbook()
    book.properties.creator, book.properties.lastModifiedBy = "李雷", "韩梅梅"
    stream = io.BytesIO()
    book.save(stream)
    found = metadata.read(stream.getvalue())
    assert (found.format, found.author, found.last_modified_by) == ("xlsx", "李雷", "韩梅梅")


def test_every_field_of_an_office_file():
    assert metadata.read(package()) == Metadata(
        format="docx", author="李雷", last_modified_by="韩梅梅", company="广元造价", manager="周工",
        software="Microsoft Office Word 16.0000", template="投标.dotx", created="2026-03-01T08:31:00Z",
    )  # fmt: skip


def test_an_office_file_may_say_nothing():
    rels = RELS.replace("extended-properties", "other").replace("core-properties", "other")
    assert metadata.read(package(rels=rels)) == Metadata(format="docx")


def pdf(info=None, packet=None, password=None, *, compress=False):
    writer = PdfWriter()
    writer.add_blank_page(72, 72)
    writer.add_metadata(info or {})
    if packet is not None:
        stream = DecodedStreamObject()
        stream.set_data(packet)
        writer.root_object[NameObject("/Metadata")] = writer._add_object(
            stream.flate_encode() if compress else stream
        )
    if password is not None:
        writer.encrypt(password, owner_password="owner", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


INFO = {
    "/Author": "李雷", "/Creator": "WPS 文字", "/Producer": "Acme PDF", "/Company": "广元造价",
    "/CreationDate": "D:20260301163100+08'00'", "/ModDate": "D:20260302", "/Title": "投标文件",
}  # fmt: skip


def test_a_pdf():
    assert metadata.read(pdf(INFO)) == Metadata(
        format="pdf", author="李雷", company="广元造价", software="WPS 文字 / Acme PDF", title="投标文件",
        created="2026-03-01T08:31:00Z", modified="2026-03-02T00:00:00",
    )  # fmt: skip


XMP = """<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmp:CreatorTool="Tool 3"><xmp:CreateDate>2026-03-01T16:31:00+08:00</xmp:CreateDate>
<dc:creator><rdf:Seq><rdf:li>李雷</rdf:li><rdf:li>韩梅梅</rdf:li></rdf:Seq></dc:creator>
</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""


def test_a_pdf_that_speaks_in_xmp_alone():
    found = metadata.read(pdf({"/Author": "", "/Producer": ""}, XMP.encode()))
    assert (found.author, found.software, found.created) == ("李雷; 韩梅梅", "Tool 3", "2026-03-01T08:31:00Z")


def test_a_pdf_that_only_forbids_printing_is_read_and_one_with_a_password_is_not():
    assert metadata.read(pdf(INFO, password="")).author == "李雷"
    assert refused(pdf(INFO, password="secret")) == "encrypted"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "unknown_form"),
        (b"\x89PNG\r\n", "unknown_form"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "encrypted"),
        (b"%PDF-1.7\nnothing more", "broken"),
        (b"PK\x03\x04 and no end", "broken"),
        (package()[:300], "broken"),
        (package(rels=None), "broken"),
        (package(rels=RELS.replace("word/", "ppt/")), "unknown_form"),
        (package("<open>"), "broken"),
        (package(rels=RELS.replace("docProps/app.xml", "docProps/none.xml")), "broken"),
        (package(CORE.encode("utf-16")[:-3]), "broken"),
    ],
)
def test_what_cannot_be_read_says_why(data, code):
    assert refused(data) == code


LAUGHS = '<!DOCTYPE x [<!ENTITY a "haha"><!ENTITY b "&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'


@pytest.mark.parametrize("head", [LAUGHS, OUTSIDE, '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">'])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_no_document_type_is_ever_followed(head, encoding):
    core = (head + CORE.format(author="&b;", created="")).encode(encoding)
    assert refused(package(core)) == "doctype"
    assert refused(pdf(INFO, head.encode(encoding) + b"<x/>" if encoding == "utf-8" else core)) == "doctype"


def test_a_bomb_is_refused_before_it_unpacks():
    assert refused(package(CORE + " " * 3_000_000)) == "bomb"
    assert refused(pdf(INFO, b"<x>" + b" " * 3_000_000 + b"</x>", compress=True)) == "bomb"
    assert refused(package(extra=[(f"p{n}", "") for n in range(40)]), entries=40) == "bomb"
    assert refused(package(), file_bytes=100) == "too_large"


def test_a_bomb_beside_the_metadata_is_left_packed():
    assert metadata.read(package(extra=[("word/document.xml", "x" * 5_000_000)])).author == "李雷"


def test_a_part_that_lies_about_its_size_is_refused():
    data = bytearray(package(CORE + " " * 3_000_000))
    entry = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 1)
    struct.pack_into("<L", data, entry + 24, 100)
    assert refused(bytes(data)) in {"bomb", "broken"}


def test_spoilt_and_locked_parts():
    data = bytearray(package(CORE))
    start = data.index(b"docProps/core.xml") + len("docProps/core.xml")
    data[start : start + 8] = b"\xff" * 8
    assert refused(bytes(data)) == "broken"
    locked = bytearray(package())
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(sign) + offset] |= 1
    assert refused(bytes(locked)) == "encrypted"


def test_a_spoilt_pdf_is_read_or_refused_and_nothing_else():
    data = pdf(INFO, b"<x>" + b"y" * 5000 + b"</x>", compress=True)
    outcomes = {"read": 0, "refused": 0}
    for place in range(0, len(data), 37):
        try:
            metadata.read(data[:place] + b"\0\xff" + data[place + 2 :])
            outcomes["read"] += 1
        except UnreadableError:
            outcomes["refused"] += 1
    assert min(outcomes.values()) > 0


def test_text_is_made_fit_for_records():
    found = metadata.read(package(author="李\u0301\n\t雷" + "长" * 900))
    assert len(found.author) == 500
    assert found.author.startswith("李\u0301 雷长")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-03-01T16:31:00+08:00", "2026-03-01T08:31:00Z"),
        ("2026-03-01T16:31:00", "2026-03-01T16:31:00"),
        ("2026-03-01", "2026-03-01T00:00:00"),
        ("yesterday", "yesterday"),
        ("", ""),
    ],
)
def test_instants_of_office_files(written, read):
    assert metadata.read(package(created=written)).created == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("D:20260301163100+08'00'", "2026-03-01T08:31:00Z"),
        ("D:20260301083100Z", "2026-03-01T08:31:00Z"),
        ("D:20260228193100-1300", "2026-03-01T08:31:00Z"),
        ("20260301", "2026-03-01T00:00:00"),
        ("D:20261399", "D:20261399"),
        ("March", "March"),
    ],
)
def test_instants_of_pdf_files(written, read):
    assert metadata.read(pdf({"/CreationDate": written})).created == read
