"""All comparisons together: honest bids stand for nothing, and no order of bidders or files changes a byte."""

import json

from hypothesis import given, settings, strategies as st

from monitoring.domain.documents import findings
from tests.domain.documents_world import document, issued, lot, prose

HEAD = ["项目编码", "项目名称", "工程量", "综合单价", "合价"]


def rows(factor):
    return [
        HEAD,
        *(
            [f"01{n:07}", f"项目{n}", "3", f"{n * factor:.2f}", f"{n * factor * 3:.2f}"]
            for n in range(10, 30)
        ),
    ]


RING = "加密锁号：A10020031，联系人：韩梅梅，手机：13912345678，项目经理：李雷"
DOCUMENTS = (
    document("a", prose("ring", 900), RING, author="李雷", images=[("aa", 5000)]),
    document("a", name="bill.xlsx", form="xlsx", rows=rows(1.5)),
    document("b", prose("ring", 900), RING, author="李雷", images=[("aa", 5000)]),
    document("b", name="bill.xlsx", form="xlsx", rows=rows(1.53)),
    document("b", "另附说明", name="note.docx", images=[("aa", 5000), ("bb", 5000)]),
    document("c", prose("c", 900), "广元建设工程有限公司", images=[("bb", 5000)]),
    document("b", "两份同名文件之一", "另起一段", RING, name="twice.docx"),
    document("b", "两份同名文件之二", RING, name="twice.docx"),
)
NAMES = {"a": "广元建设工程有限公司"}


def told(documents, bidders):
    found = findings.findings(lot(*documents, bidders=bidders, given=[issued("招标文件")], names=NAMES))
    return json.dumps([findings.as_json(each) for each in found], sort_keys=True)


@settings(max_examples=25, deadline=None)
@given(st.permutations(DOCUMENTS), st.permutations(["a", "b", "c", "d"]))
def test_the_order_of_bidders_and_files_changes_nothing(documents, bidders):
    expected = told(DOCUMENTS, ["a", "b", "c", "d"])
    assert told(documents, bidders) == expected
    kinds = {each["kind"] for each in json.loads(expected)}
    assert kinds == {
        "person", "image", "lock_number", "contact", "phone", "manager", "similar_text", "fixed_ratio",
        "other_bidder_named",
    }  # fmt: skip


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32), st.integers(2, 6))
def test_bids_written_apart_on_one_issued_form_have_no_standing_indication(seed, bidders):
    form, custom = prose(f"form{seed}", 2000), prose(f"custom{seed}", 200)
    bids = [
        document(
            f"{n}",
            form + prose(f"{seed}-{n}", 1500),
            custom,
            f"联系人：{prose(f'{seed}{n}', 3)}，手机：139{seed % 9973:04}{n:04}，招标人电话：025-84512345",
            author=f"{seed}-{n}号",
            rows=[HEAD, *([f"{k}", "项", "2", f"{k * (7 + n) + (seed * (n + 3) * k) % 97}.{n}5", ""] for k in range(1, 15))],
        )
        for n in range(bidders)
    ]  # fmt: skip
    found = findings.findings(lot(*bids, given=[issued(form, "电话 025-84512345")]))
    assert [findings.as_json(each) for each in found if each.standing] == []
    assert len(found) >= 1  # the procuring entity's telephone, explained
