"""40-(2) and 40-(3): contacts, telephones, mail, managers and certificates, with personal numbers masked."""

import json

import pytest

from monitoring.domain.documents import findings, people
from tests.domain.documents_world import document, issued, lot, only, outcome


def found(one, other, **context):
    return people.same_people(lot(document("a", one), document("b", other), **context))


@pytest.mark.parametrize(
    ("one", "other", "item", "kind", "shown"),
    [
        ("联系电话：13912345678", "手机: +86 139-1234-5678", "40-(2)", "phone", "*******5678"),
        ("电话：025-84512345。", "联系电话：(025)84512345", "40-(2)", "phone", "*******2345"),
        ("电子邮箱：Zhao@example.cn", "E-mail: zhao@EXAMPLE.cn", "40-(2)", "mail", "zhao@example.cn"),
        ("邮箱：13912345678@qq.com", "邮箱：13912345678@qq.com", "40-(2)", "mail", "*******5678@qq.com"),
        ("联系人：韩梅梅 电话：1", "联 系 人：韩 梅 梅", "40-(2)", "contact", "韩梅梅"),
        ("项目经理：李雷（1级建造师）", "项目经理（签字）：李雷，男", "40-(3)", "manager", "李雷"),
        ("注册编号：苏132060801234", "注册编号:苏132060801234", "40-(3)", "certificate", "*********1234"),
        (
            "身份证号：32010119800307123X",
            "身份证号码：32010119800307123x",
            "40-(3)",
            "citizen",
            "**************123x",
        ),
    ],
)
def test_one_value_in_two_bids_stands_and_numbers_are_masked(one, other, item, kind, shown):
    each = only(found(one, other))
    assert (each.item, each.evidence[0].kind, each.standing) == (item, kind, True)
    assert findings.as_json(each)["evidence"][0]["value"] == shown


def test_no_number_of_a_person_is_left_in_what_is_written():
    text = "联系人：韩梅梅 手机：13912345678 身份证号：32010119800307123X 邮箱：13912345678@qq.com"
    told = json.dumps(
        [
            findings.as_json(each)
            for each in findings.findings(lot(*(document(name, text, author="13912345678") for name in "ab")))
        ]
    )
    assert '"value": "*******5678"' in told
    assert told.count('"kind": "phone"') == 2  # of the finding and of its evidence
    assert "13912345678" not in told
    assert "32010119800307123" not in told


def test_under_the_procurement_law_the_contact_stands_beside_the_managers():
    each = only(found("联系人：韩梅梅", "联系人：韩梅梅", regime="G"))
    assert (each.item, "第三十七条第（三）项" in each.article) == ("40-(3)", True)


@pytest.mark.parametrize(
    "text",
    [
        "项目经理：负责现场的全面管理工作", "项目经理职责", "联系人：无", "联系电话：", "电话：12345",
        "证书编号：详见附件", "联系人：（签字）", "电子邮箱：无",
    ],
)  # fmt: skip
def test_what_is_no_value_ties_nobody(text):
    assert found(text, text) == []


def test_a_value_of_one_bidder_in_two_files_is_nothing():
    assert (
        people.same_people(
            lot(
                document("a", "手机：13912345678"),
                document("a", "手机：13912345678", name="b"),
                document("b"),
            )
        )
        == []
    )


def test_the_agencys_own_telephone_is_explained():
    text = "招标代理联系电话：025-84512345"
    each = only(found(text, text, given=[issued("递交地点如上，咨询 025 8451 2345")]))
    assert (outcome(each, "tender_document"), each.standing) == ("explains", False)
    assert only(found(text, text, given=[issued("咨询 025 8451 2346")])).standing
    assert outcome(only(found(text, text)), "tender_document") == "cannot_be_tried"


def test_numbers_that_fill_a_form_are_explained():
    assert outcome(only(found("手机：11111111111", "手机：11111111111")), "placeholder") == "explains"
    assert outcome(only(found("证书编号：12345678", "证书编号：12345678")), "placeholder") == "explains"


def test_a_telephone_that_most_bidders_name_is_not_explained_by_that():
    bids = [document(name, "联系电话：02584512345" if name != "d" else "") for name in "abcd"]
    assert only(people.same_people(lot(*bids))).standing


def test_people_are_found_in_tables_beside_and_below_their_headings():
    below = document("a", rows=[["职务", "项目经理", "证书编号"], ["", "李雷", "苏132060801234"]])
    beside = document("b", rows=[["项目负责人", "李 雷"], ["注册编号", "苏132060801234"]])
    kinds = {each.evidence[0].kind for each in people.same_people(lot(below, beside))}
    assert kinds == {"manager", "certificate"}
