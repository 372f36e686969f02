"""40-(1) in what files hold: pictures, templates, locks of pricing programs, machines."""

import pytest

from monitoring.domain.documents import machines, makers
from tests.domain.documents_world import document, issued, lot, only, outcome

HARDWARE = "MAC地址：4C-CC-6A-12-9B-07 CPU序列号：BFEBFBFF000906EA 硬盘序列号：S3Z8NB0K512345"


def test_one_author_is_found_by_the_comparison_that_exists_and_explained_by_the_issued_file():
    bids = [document("a", author="李雷"), document("b", last_modified_by="李雷")]
    found = only(makers.same_makers(lot(*bids)))
    assert (found.item, found.members, found.standing) == ("40-(1)", ("a", "b"), True)
    assert not only(makers.same_makers(lot(*bids, given=[issued(author="李雷")]))).standing


def test_one_picture_in_two_bids_stands_with_its_hash_and_places():
    found = only(
        makers.same_images(
            lot(document("a", images=[("5e" * 32, 9000)]), document("b", images=[("5e" * 32, 9000)]))
        )
    )
    shown = found.evidence[0]
    assert (found.item, shown.kind, shown.value, found.standing) == ("40-(1)", "image", "5e" * 32, True)
    assert [(place.bidder, place.source, place.field) for place in shown.places] == [
        ("a", "bid.docx", "page 1"), ("b", "bid.docx", "page 1"),
    ]  # fmt: skip


def test_a_picture_of_the_tender_document_a_tiny_one_and_that_of_the_majority_are_explained():
    pair = [document(name, images=[("aa", 9000)]) for name in "ab"]
    assert (
        outcome(
            only(makers.same_images(lot(*pair, given=[issued(images=[("aa", 9000)])]))), "tender_document"
        )
        == "explains"
    )
    small = [document(name, images=[("aa", 1023)]) for name in "ab"]
    assert outcome(only(makers.same_images(lot(*small))), "tiny_image") == "explains"
    edge = [document(name, images=[("aa", 1024)]) for name in "ab"]
    assert only(makers.same_images(lot(*edge))).standing
    three = [*pair, document("c", images=[("aa", 9000)])]
    assert only(makers.same_images(lot(*three))).standing  # of three bidders no majority shows a custom
    assert outcome(only(makers.same_images(lot(*three, document("d")))), "commonplace") == "explains"
    assert only(makers.same_images(lot(*pair, document("c"), document("d")))).standing  # half is no majority


def test_a_template_needs_its_program_and_must_be_unusual():
    def found(one, other, **context):
        return makers.same_template(lot(document("a", **one), document("b", **other), **context))

    own = {"template": "广元标书.dotx", "software": "WPS 12"}
    assert only(found(own, own)).standing
    assert found(own, own | {"software": "Word 16"}) == []
    assert found({"template": "广元标书.dotx"}, {"template": "广元标书.dotx"}) == []
    usual = own | {"template": "Normal.dotm"}
    assert outcome(only(found(usual, usual)), "default_template") == "explains"
    assert outcome(only(found(own, own, given=[issued(**own)])), "tender_document") == "explains"


@pytest.mark.parametrize(
    ("one", "other", "kind", "value"),
    [
        ("加密锁号：A10020031", "锁 号: a1002-0031 手机13912345678", "lock_number", "a10020031"),
        ("机器码=9F2C-77AA-01BC", "Machine code: 9f2c77aa01bc", "machine_code", "9f2c77aa01bc"),
        (HARDWARE, HARDWARE.lower(), "card_cpu_disk", "4ccc6a129b07 + bfebfbff000906ea + s3z8nb0k512345"),
    ],
)
def test_a_lock_a_machine_code_or_a_whole_machine_stands_however_it_is_written(one, other, kind, value):
    found = only(machines.same_machine(lot(document("a", one), document("b", other))))
    assert (found.item, found.evidence[0].kind, found.standing) == ("40-(1)", kind, True)
    assert found.evidence[0].value == value


@pytest.mark.parametrize("other", ["12-9B-08", "000906EB", "512346"])
def test_a_machine_counts_only_when_card_cpu_and_disk_are_all_equal(other):
    old = {"12-9B-08": "12-9B-07", "000906EB": "000906EA", "512346": "512345"}[other]
    assert (
        machines.same_machine(lot(document("a", HARDWARE), document("b", HARDWARE.replace(old, other)))) == []
    )


def test_serials_are_found_in_cells_and_properties_too():
    cells = document("a", rows=[["工程名称", "泵站"], ["加密锁号", "", "77120045"]])
    below = document("b", rows=[["序号", "加密锁编号"], ["1", "77120045"]], name="b.xlsx", form="xlsx")
    found = only(
        machines.same_machine(lot(cells, below, document("c", properties=[("LockNumber", "77120045")])))
    )
    assert found.members == ("a", "b", "c")
    assert [place.field for place in found.evidence[0].places] == [
        "table 1 row 2",
        "table 1 row 2",
        "property LockNumber",
    ]


@pytest.mark.parametrize(
    ("text", "exemption"),
    [
        ("锁号：00000000", "wildcard_serial"),
        (HARDWARE.replace("S3Z8NB0K512345", "To be filled by O.E.M."), "wildcard_serial"),
        (HARDWARE.replace("4C-CC-6A-12-9B-07", "FF-FF-FF-FF-FF-FF"), "wildcard_serial"),
        *((HARDWARE.replace("4C-CC-6A", prefix), "virtual_machine") for prefix in
          ("00-05-69", "00-0C-29", "00-1C-14", "00-50-56", "08-00-27", "52-54-00")),
        (HARDWARE.replace("S3Z8NB0K512345", "VBOX HARDDISK"), "virtual_machine"),
    ],
)  # fmt: skip
def test_serials_that_name_no_machine_are_explained(text, exemption):
    found = only(machines.same_machine(lot(document("a", text), document("b", text))))
    assert (outcome(found, exemption), found.standing) == ("explains", False)


def test_a_serial_of_the_control_price_file_is_explained():
    bids = [document(name, "加密锁号：A10020031") for name in "ab"]
    assert not only(machines.same_machine(lot(*bids, given=[issued("锁号 A1002 0031")]))).standing
    assert only(machines.same_machine(lot(*bids, given=[issued("锁号 A1002 0032")]))).standing


def test_words_behind_a_label_are_no_serial():
    texts = ["锁号：详见附件", "锁号：", "锁号：12", "MAC地址：见附表"]
    assert machines.same_machine(lot(document("a", *texts), document("b", *texts))) == []
