"""40-(1): one preparer named by the documents of several bidders, and the innocent explanations."""

import pytest

from monitoring.domain import commonplace, indications
from monitoring.domain.authorship import BidDocument, same_preparer
from monitoring.domain.indications import Place
from monitoring.domain.metadata import Metadata


def document(bidder, name="bid.docx", **said):
    return BidDocument(bidder, name, Metadata(format="docx", **said))


def result(found, name):
    return str(next(tried.result for tried in found.exemptions if tried.name == name))


def only(documents, **context):
    found = same_preparer(documents, regime="T", **context)
    assert len(found) == 1
    return found[0]


def test_one_author_in_two_bids_stands_with_its_places():
    found = only(
        [document("b", author="李雷"), document("a", last_modified_by="李雷"), document("c", author="韩梅梅")]
    )
    assert (found.item, found.members, found.standing) == ("40-(1)", ("a", "b"), True)
    assert found.evidence[0].value == "李雷"
    assert found.evidence[0].places == (
        Place("a", "bid.docx", "last_modified_by"), Place("b", "bid.docx", "author"),
    )  # fmt: skip
    assert {tried.name: str(tried.result) for tried in found.exemptions} == {
        "tender_document": "cannot_be_tried",
        "generic_name": "does_not_explain",
        "software_default": "does_not_explain",
        "same_agency": "cannot_be_tried",
    }


def test_one_author_in_two_files_of_one_bidder_is_nothing():
    assert (
        same_preparer([document("a", author="李雷"), document("a", "b.xlsx", author="李雷")], regime="T")
        == []
    )


def test_empty_fields_tie_nobody():
    assert same_preparer([document("a"), document("b")], regime="T") == []


def test_a_person_and_a_unit_are_compared_apart():
    mixed = [document("a", author="广元造价咨询"), document("b", company="广元造价咨询")]
    assert same_preparer(mixed, regime="T") == []
    unit = only([document("a", company="广元造价咨询"), document("b", company="广元造价咨询")])
    assert (unit.evidence[0].kind, unit.standing) == ("unit", True)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Li Lei", "li  LEI"), ("ＬｉＬｅｉ", "Li Lei"), ("李 雷", "李雷"), ("甲; 李雷", "李雷；乙")],
)
def test_writing_a_name_differently_hides_nothing(one, other):
    assert only([document("a", author=one), document("b", author=other)]).members == ("a", "b")


def test_the_author_of_the_tender_document_explains():
    documents = [document("a", author="赵主任"), document("b", author="赵主任")]
    issued = [Metadata(format="docx", last_modified_by="赵 主任")]
    found = only(documents, issued=issued)
    assert (found.standing, result(found, "tender_document")) == (False, "explains")
    other = only(documents, issued=[Metadata(format="docx", author="钱主任", company="赵主任")])
    assert (other.standing, result(other, "tender_document")) == (True, "does_not_explain")


GENERIC = [
    "Administrator", "USER", "user 3", "微软用户", "Windows 用户", "hp", "Lenovo", "雨林木风", "PC", "用户1", "1", "--", "x", "张",
]  # fmt: skip


@pytest.mark.parametrize("name", GENERIC)
def test_a_name_that_any_machine_bears_explains(name):
    found = only([document("a", author=name), document("b", author=name)])
    assert (found.standing, result(found, "generic_name")) == (False, "explains")


@pytest.mark.parametrize(
    "name", ["李雷", "13800138000", "WPS_1512345678", "DESKTOP-7QK2L9A", "lx", "user.wang"]
)
def test_a_name_that_points_to_somebody_does_not(name):
    assert only([document("a", author=name), document("b", author=name)]).standing


@pytest.mark.parametrize(
    ("name", "software"),
    [("python-docx", ""), ("Apache POI", ""), ("WPS Office", "x"), ("Glodon", "Glodon GCCP 6")],
)
def test_a_program_s_own_name_explains(name, software):
    documents = [document(bidder, author=name, software=software) for bidder in "ab"]
    found = only(documents)
    assert (found.standing, result(found, "software_default")) == (False, "explains")


def test_the_same_agency_explains():
    documents = [document(bidder, company="广元市甲招标代理有限公司") for bidder in "ab"]
    found = only(documents, offices=["广元市乙局", "广元市甲招标代理有限公司"])
    assert (found.standing, result(found, "same_agency")) == (False, "explains")
    assert only(documents, offices=["广元市乙局"]).standing


def test_template_software_and_creation_time_are_circumstances_and_never_alone():
    same = {"template": "投标模板.dotx", "software": "WPS Office", "created": "2026-03-01T08:31:00Z"}
    assert same_preparer([document("a", **same), document("b", **same)], regime="T") == []
    found = only([document("a", author="李雷", **same), document("b", author="李雷", **same)])
    assert [shared.kind for shared in found.evidence] == ["person", "template", "software", "created"]
    assert {shared.facts.get("weight") for shared in found.evidence[1:]} == {"circumstance"}


def test_what_programs_put_there_by_themselves_is_no_circumstance():
    same = {"template": "Normal.dotm", "created": "2014-10-29T12:08:00Z"}
    found = only([document("a", author="李雷", **same), document("b", author="李雷", **same)])
    assert [shared.kind for shared in found.evidence] == ["person"]


def test_bidder_ids_only_tell_apart():
    documents = [document("a", author="李雷"), document("b", author="李雷"), document("c", author="admin")]
    renamed = {"a": "z", "b": "y", "c": "x"}
    moved = [BidDocument(renamed[d.bidder], d.name, d.metadata) for d in reversed(documents)]
    assert only(documents).members == ("a", "b")
    assert only(moved).members == ("y", "z")
    assert indications.groups([only(moved)])[0].members == ("y", "z")


def test_lists_of_common_names_are_written_as_they_are_compared():
    for name in commonplace.GENERIC_NAMES | commonplace.SOFTWARE_NAMES | commonplace.DEFAULT_TEMPLATES:
        assert commonplace.plain(name) == name
