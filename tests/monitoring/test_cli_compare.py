"""The command `compare` on folders of docx, xlsx, pdf and zip, good and hostile."""

import io
import json
import os
import random
import struct
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import docx
import openpyxl
import pytest
from openpyxl.packaging.custom import StringProperty
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject, NumberObject

from kernel.domain import canonical
from monitoring.cli import __main__ as cli, compare_reading
from tests.domain.documents_world import prose

ROOT = Path(__file__).resolve().parents[2]


def word(path, *paragraphs, author="", image=None, table=()):
    made = docx.Document()
    made.core_properties.author = author
    for text in paragraphs:
        made.add_paragraph(text)
    if image:
        made.add_picture(io.BytesIO(image))
    for row in table:
        cells = (made.tables[0] if made.tables else made.add_table(0, len(row))).add_row().cells
        for cell, text in zip(cells, row, strict=True):
            cell.text = text
    path.parent.mkdir(parents=True, exist_ok=True)
    made.save(path)
    return path


def sheet(path, rows, **properties):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for name, value in properties.items():
        book.custom_doc_props.append(StringProperty(name=name, value=value))
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path


def pdf(path, text="", jpeg=b""):
    writer = PdfWriter()
    page = writer.add_blank_page(300, 300)
    content = DecodedStreamObject()
    content.set_data(f"BT /F1 12 Tf 20 200 Td ({text}) Tj ET".encode())
    font = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
    font = DictionaryObject({NameObject(key): NameObject(value) for key, value in font.items()})
    resources = {NameObject("/Font"): DictionaryObject({NameObject("/F1"): writer._add_object(font)})}
    if jpeg:
        picture = DecodedStreamObject()
        picture.set_data(jpeg)
        picture[NameObject("/Subtype")], picture[NameObject("/Filter")] = (
            NameObject("/Image"),
            NameObject("/DCTDecode"),
        )
        picture[NameObject("/Width")] = picture[NameObject("/Height")] = NumberObject(8)
        drawn = DictionaryObject({NameObject("/Im0"): writer._add_object(picture)})
        resources[NameObject("/XObject")] = drawn
    page[NameObject("/Resources")] = DictionaryObject(resources)
    page[NameObject("/Contents")] = writer._add_object(content)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        writer.write(stream)
    return path


def png(seed):
    """Return a picture of noise, so that it stays larger than what counts as tiny."""
    noise = random.Random(seed).randbytes(48 * 49)
    rows = b"".join(b"\0" + noise[at : at + 48] for at in range(0, 48 * 48, 48))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 48, 48, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def bill(factor, equal=0):
    prices = [round(n * 7.31, 2) if n < 10 + equal else round(n * 7.31 * factor(n), 2) for n in range(10, 30)]
    head = ["项目编码", "项目名称", "工程量", "综合单价", "合价"]
    return [
        head,
        *([f"0101{n:05}", f"项目{n}", 3, price, round(price * 3, 2)] for n, price in enumerate(prices)),
    ]


@pytest.fixture
def run(tmp_path, capsys):
    """Run the command on tmp_path/bids; give exit code, document (None where none was written) and stderr."""

    def call(*options, out=tmp_path / "C.json"):
        out.unlink(missing_ok=True)
        code = cli.main(["compare", str(tmp_path / "bids"), "--out", str(out), *map(str, options)])
        return code, json.loads(out.read_bytes()) if out.exists() else None, capsys.readouterr().err

    return call


def kinds(document, *, standing=True):
    return sorted(one["kind"] for one in document["indications"] if one["standing"] is standing)


def ring(folder):
    """Two bids of one hand, in every way that is looked for, and an honest third."""
    slips = ("本工程采用商品混凝土，，由专业厂家供应到现场", "质量标准执行国家规范。；验收合格后交付使用")
    people = "联系人：韩梅梅 手机：13912345678 邮箱：han@example.cn"
    for number, name in enumerate(("B-1", "B-2")):
        word(
            folder / name / "技术标.docx", prose("ring", 900), people, *slips, f"其他内容{number}",
            author="李雷", image=png("ring"), table=[["项目经理", "李雷"], ["注册编号", "苏132060801234"]],
        )  # fmt: skip
        rows = bill(lambda n, step=number: 1 + step * 0.01 * (n % 7 + 1), equal=8)
        rows[18][4] = 999.5
        rows[18][3] = 111.11
        sheet(folder / name / "清单.xlsx", rows, 加密锁号="A10020031")
    word(folder / "B-3" / "bid.docx", prose("honest", 900), "联系人：王芳 手机：13700001111", author="王芳")
    word(folder / "B-3" / "附" / "other.docx", "致：第一建设工程有限公司", author="王芳")
    (folder / "names.csv").write_text(
        "id,name\nB-1,第一建设工程有限公司\nB-2,第二建设工程有限公司\n", "utf-8-sig"
    )


def test_every_kind_is_found_once_in_bids_of_one_hand(run, tmp_path):
    ring(tmp_path / "bids")
    code, document, err = run()
    assert code == 0
    assert kinds(document) == sorted([
        "person", "image", "lock_number", "contact", "phone", "mail", "manager", "certificate",
        "similar_text", "shared_slip", "equal_unit_prices", "wrong_total", "other_bidder_named",
    ])  # fmt: skip
    assert {one["item"] for one in document["indications"]} == {
        "40-(1)",
        "40-(2)",
        "40-(3)",
        "40-(4)",
        "40-(5)",
    }
    assert document["bidders"] == ["B-1", "B-2", "B-3"]
    assert [one["members"] for one in document["indications"] if one["kind"] == "other_bidder_named"] == [
        ["B-1", "B-3"]
    ]
    standing = [one for one in document["indications"] if one["standing"]]
    assert all(one["members"] == ["B-1", "B-2"] for one in standing if one["item"] != "40-(5)")
    lock = next(one for one in document["indications"] if one["kind"] == "lock_number")
    assert lock["evidence"][0]["places"][0] == {
        "bidder": "B-1",
        "source": "清单.xlsx",
        "field": "property 加密锁号",
    }
    assert [one["file"] for one in document["files"]["read"]] == [
        "技术标.docx", "清单.xlsx", "技术标.docx", "清单.xlsx", "bid.docx", "附/other.docx",
    ]  # fmt: skip
    assert "3 bidders, 6 files read, 0 not read; 15 indications, 13 standing" in err
    assert "13912345678" not in json.dumps(document)


def test_what_was_issued_explains_all_that_comes_from_it(run, tmp_path):
    ring(tmp_path / "bids")
    given, one = tmp_path / "given", tmp_path / "bids" / "B-1"
    options = [
        "--tender-document",
        one / "技术标.docx",
        "--tender-document",
        one / "清单.xlsx",
    ]
    named = word(given / "names.docx", "第一建设工程有限公司")
    _, document, _ = run(*options, "--tender-document", named)
    assert kinds(document) == []
    explained = [
        each["kind"]
        for each in document["indications"]
        if ("tender_document", "explains")
        in {(tried["name"], tried["result"]) for tried in each["exemptions"]}
    ]
    assert len(explained) == len(document["indications"]) == 15
    assert [one["file"] for one in document["tender_documents"]["read"]] == [
        "names.docx",
        "技术标.docx",
        "清单.xlsx",
    ]


def test_honest_bids_have_no_standing_indication(run, tmp_path):
    form = prose("form", 1500)
    tender = word(tmp_path / "tender.docx", form, "招标代理电话：025-84512345", image=png("logo"))
    for n in range(4):
        word(
            tmp_path / "bids" / f"bidder {n}" / "bid.docx", form, prose(n, 1200), "招标代理电话：025-84512345",
            f"联系人：{'赵钱孙李'[n]}明 手机：1391234567{n} 项目经理：{'周吴郑王'[n]}强", author=f"{'赵钱孙李'[n]}明",
            image=png("logo"),
        )  # fmt: skip
        sheet(
            tmp_path / "bids" / f"bidder {n}" / "bill.xlsx",
            bill(lambda k, n=n: 1 + ((k * 37 + n * 11) % 17) / 50),
        )
    code, document, _ = run("--tender-document", tender)
    assert (code, kinds(document)) == (0, [])
    assert "image" in kinds(document, standing=False)
    assert "phone" in kinds(document, standing=False)


def test_a_bid_may_be_a_folder_a_zip_or_one_file_and_forms_meet(run, tmp_path):
    bids = tmp_path / "bids"
    jpeg = b"\xff\xd8\xff\xe0" + random.Random(1).randbytes(3000)
    pdf(bids / "a" / "deep" / "bid.pdf", "Lock number: A1002 and a.  Phone: 025-84512345", jpeg)
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as deeper:
        made = word(tmp_path / "made.docx", "LOCK NUMBER: a1002", "Tel: (025) 84512345")
        deeper.write(made, "附件.docx")
    bids.mkdir(exist_ok=True)
    with zipfile.ZipFile(bids / "b.zip", "w") as outer:
        outer.writestr("inner.zip", inner.getvalue())
        outer.writestr("readme.txt", "hello")
    pdf(bids / "c.pdf", "nothing here", jpeg)
    _, document, _ = run()
    assert document["bidders"] == ["a", "b", "c"]
    assert [one["file"] for one in document["files"]["read"]] == [
        "deep/bid.pdf",
        "b.zip/inner.zip/附件.docx",
        "c.pdf",
    ]
    assert document["files"]["unread"] == [
        {
            "bidder": "b",
            "file": "b.zip/readme.txt",
            "code": "unknown_form",
            "why": "cannot read: neither docx, xlsx nor pdf",
        }
    ]
    found = {one["kind"]: one["members"] for one in document["indications"]}
    assert found == {
        "image": ["a", "c"], "phone": ["a", "b"], "lock_number": ["a", "b"],
    }  # fmt: skip


def zipped(path, entries):
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in entries:
            made.writestr(name, content)


def test_hostile_and_broken_files_are_named_and_the_rest_is_read(run, tmp_path):
    bids = tmp_path / "bids"
    word(bids / "good" / "bid.docx", "正文", author="李雷")
    bad = bids / "bad"
    word(bad / "bid.docx", "正文", author="李雷")
    zipped(bad / "bomb.zip", [("zeros.pdf", bytes(3 * 2**20))])
    package = zipfile.ZipFile(bad / "bid.docx")
    parts = [(name, package.read(name)) for name in package.namelist()]
    zipped(bad / "fat.docx", [*parts, ("word/media/fat.bin", bytes(5 * 2**20))])
    laughs = b'<!DOCTYPE w [<!ENTITY a "ha">]><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"/>'
    zipped(
        bad / "laughs.docx", [(name, laughs if name == "word/document.xml" else data) for name, data in parts]
    )
    (bad / "cut.docx").write_bytes((bad / "bid.docx").read_bytes()[:3000])
    (bad / "cut.pdf").write_bytes(b"%PDF-1.7\nrubbish")
    (bad / "empty.docx").write_bytes(b"")
    (bad / "big.pdf").write_bytes(b"%PDF-1.7\n" + bytes(2**20))
    zipped(tmp_path / "one.zip", [("x.docx", b"x")])
    zipped(tmp_path / "two.zip", [("one.zip", (tmp_path / "one.zip").read_bytes())])
    zipped(bad / "three.zip", [("two.zip", (tmp_path / "two.zip").read_bytes())])
    zipped(bad / "many.zip", [(f"{n}.pdf", b"") for n in range(2001)])
    (bad / "link.docx").symlink_to("/etc/hostname")
    os.mkfifo(bad / "pipe.docx")
    code, document, err = run("--largest", "1")
    assert code == 0
    assert {one["file"]: one["code"] for one in document["files"]["unread"]} == {
        "bomb.zip/zeros.pdf": "bomb", "fat.docx": "bomb", "laughs.docx": "doctype", "cut.docx": "broken",
        "cut.pdf": "broken", "empty.docx": "unknown_form", "big.pdf": "too_large",
        "three.zip/two.zip/one.zip": "bomb", "many.zip": "bomb", "link.docx": "no_file", "pipe.docx": "no_file",
    }  # fmt: skip
    assert [(one["bidder"], one["file"]) for one in document["files"]["read"]] == [
        ("bad", "bid.docx"),
        ("good", "bid.docx"),
    ]
    assert kinds(document) == ["person"]
    assert "2 files read, 11 not read" in err


def test_a_file_that_ends_the_reader_is_named_and_the_next_are_read(run, tmp_path):
    bids = tmp_path / "bids"
    slow = pdf(tmp_path / "slow.pdf", "x) Tj (" * 600_000)
    small = word(tmp_path / "small.docx", "正文", author="李雷")
    zipped(bids / "a.zip", [("1.docx", small.read_bytes()), ("2.pdf", slow.read_bytes()),
                            ("3.docx", small.read_bytes())])  # fmt: skip
    word(bids / "b" / "bid.docx", "正文", author="李雷")
    _, document, _ = run("--seconds", "1")
    assert [one["file"] for one in document["files"]["read"]] == ["a.zip/1.docx", "a.zip/3.docx", "bid.docx"]
    assert [(one["file"], one["code"]) for one in document["files"]["unread"]] == [("a.zip/2.pdf", "killed")]


def test_the_same_input_gives_the_same_canonical_bytes(run, tmp_path, monkeypatch):
    ring(tmp_path / "bids")
    out = tmp_path / "bids" / "C.json"  # the output of the last run is no bid
    _, first, _ = run(out=out)
    written = out.read_bytes()
    listed = Path.iterdir
    monkeypatch.setattr(Path, "iterdir", lambda path: iter(sorted(listed(path), reverse=True)))
    globbed = Path.rglob
    monkeypatch.setattr(
        Path, "rglob", lambda path, pattern: iter(sorted(globbed(path, pattern), reverse=True))
    )
    code = cli.main(["compare", str(tmp_path / "bids"), "--out", str(out)])
    assert (code, out.read_bytes()) == (0, written)
    assert canonical.from_bytes(written) == first
    assert not out.with_name("C.json.part").exists()


def test_ids_are_echoed_unchanged_also_when_they_are_no_utf8(run, tmp_path):
    odd = os.fsdecode(b"\xff bidder")
    for name in ("乙 公司①", odd):
        word(tmp_path / "bids" / name / "bid.docx", "x")
    _, document, _ = run()
    assert document["bidders"] == sorted(["乙 公司①", odd])


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda bids: None, "cannot read the folder"),
        (lambda bids: word(bids / "a" / "x.docx"), "holds 1 bids"),
        (lambda bids: [word(bids / "a" / "x.docx"), word(bids / "a.docx")], "name the bidder 'a'"),
        (lambda bids: [word(bids / "a.docx"), word(bids / "b.docx"), (bids / "names.csv").write_text("z,name\n")], "each row is id,name"),
    ],
)  # fmt: skip
def test_unusable_input_is_one_sentence_and_code_2(run, tmp_path, make, said):
    make(tmp_path / "bids")
    code, document, err = run()
    assert (code, document) == (2, None)
    assert err.strip().splitlines()[-1].startswith("python -m monitoring.cli compare: ")
    assert said in err


def test_tender_documents_that_cannot_be_read_are_refused(run, tmp_path):
    for name in "ab":
        word(tmp_path / "bids" / f"{name}.docx", "x")
    (tmp_path / "scan.tif").write_bytes(b"II*")
    assert run("--tender-document", tmp_path / "none.docx")[0] == 2
    code, document, err = run("--tender-document", tmp_path / "scan.tif")
    assert (code, document) == (2, None)
    assert "none of the tender documents can be read" in err


def test_help_starts_at_once_and_without_what_reads_files():
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "monitoring.cli", "compare", "--help"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "--tender-document" in done.stdout
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "monitoring.cli.compare_reading" in loaded
    assert not loaded & {"django", "openpyxl", "docx", "pandas", "lxml", "scipy"}
    total = sum(
        int(line.split("|")[0].rpartition(":")[2]) for line in done.stderr.splitlines()[1:] if "|" in line
    )
    assert total < 1_500_000  # microseconds


def test_files_that_end_the_reader_blind_nobody_but_their_own_bidder(run, tmp_path, monkeypatch):
    monkeypatch.setattr(compare_reading, "GIVEN_UP_MOST", 1)
    bids = tmp_path / "bids"
    slow = pdf(tmp_path / "slow.pdf", "x) Tj (" * 600_000)
    for name in ("1.pdf", "2.pdf"):
        (bids / "a").mkdir(parents=True, exist_ok=True)
        (bids / "a" / name).write_bytes(slow.read_bytes())
    word(bids / "b" / "bid.docx", "正文", author="李雷")
    _, document, _ = run("--seconds", "1")
    assert [one["file"] for one in document["files"]["read"]] == ["bid.docx"]
    found = [(one["bidder"], one["file"], one["code"]) for one in document["files"]["unread"]]
    assert found == [("a", "1.pdf", "killed"), ("a", "2.pdf", "too_many")]
