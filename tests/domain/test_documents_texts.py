"""40-(4) and 40-(5) in texts: similarity, slips of writing, another bidder's name."""

import pytest

from monitoring.domain.documents import oddities, similarity, strangers
from tests.domain.documents_world import document, issued, lot, only, outcome, prose


def similar(*documents, **context):
    return similarity.similar_texts(lot(*documents, **context))


def mixed(share, letters=1000):
    """Return two texts of which the given share is common, in one piece."""
    same = round(letters * share)
    return [prose("same", same) + prose(side, letters - same) for side in "ab"]


def test_four_fifths_of_own_text_stand_and_less_does_not():
    one, other = mixed(0.8)
    found = only(similar(document("a", one), document("b", other)))
    assert (found.item, found.members, found.standing) == ("40-(4)", ("a", "b"), True)
    assert found.evidence[0].facts["similarity"] == "0.800"
    assert {place.bidder for place in found.evidence[0].places} == {"a", "b"}
    assert prose("same", 30) in found.evidence[0].facts["excerpts"]
    assert similar(*map(document, "ab", mixed(0.79))) == []


def test_punctuation_width_breaks_and_a_word_here_and_there_hide_nothing():
    text = prose("t", 1500)
    altered = [
        text.replace("，", "；\n "),
        "".join("替" if at % 40 == 0 else letter for at, letter in enumerate(text)),
    ]
    for other in altered:
        assert only(similar(document("a", text), document("b", *other.split("\n")))).standing


def test_a_copied_file_is_found_inside_a_longer_bid_from_either_side():
    copied = prose("c", 900)
    found = only(similar(document("a", copied), document("b", prose("x", 5000) + copied)))
    assert [one.places[0].bidder for one in found.evidence] == ["a"]
    found = only(similar(document("a", prose("x", 5000) + copied), document("b", copied)))
    assert found.standing


def test_what_was_issued_is_nobodys_own_text():
    form = prose("form", 4000)
    bids = [document(name, form + prose(name, 800)) for name in "ab"]
    found = only(similar(*bids, given=[issued(form)]))
    assert (outcome(found, "tender_document"), found.standing) == ("explains", False)
    assert outcome(only(similar(*bids)), "tender_document") == "cannot_be_tried"
    copied = [document(name, form + prose("ring", 800)) for name in "ab"]
    found = only(similar(*copied, given=[issued(form)]))
    assert (outcome(found, "tender_document"), found.standing) == ("does_not_explain", True)


def test_text_of_the_majority_is_commonplace():
    letter = prose("letter", 2500)
    bids = [document(name, letter + prose(name, 600)) for name in "abc"]
    found = similar(*bids, document("d", prose("d", 3000)))
    assert [(outcome(one, "commonplace"), one.standing) for one in found] == [("explains", False)] * 3
    halves = [*bids[:2], document("c", prose("c", 3000)), document("d", prose("d", 3000))]
    assert only(similar(*halves)).standing  # half of the bidders are no majority
    assert all(one.standing for one in similar(*bids))  # three bidders have no majority that shows a custom


def test_a_short_form_of_the_majority_is_custom_and_a_whole_long_file_is_not():
    for letters, standing in ((3000, False), (3001, True)):
        bids = [document(name, prose("same", letters)) for name in "abc"]
        found = similar(*bids, document("d", prose("d", 3000)))
        assert [one.standing for one in found] == [standing] * 3


def test_little_text_and_workbooks_are_not_compared():
    short = prose("s", 499)
    assert similar(document("a", short), document("b", short)) == []
    assert only(similar(document("a", short + "足"), document("b", short + "足"))).standing
    sheet = prose("s", 2000)
    assert similar(*(document(name, sheet, form="xlsx") for name in "ab")) == []
    assert similar(document("a"), document("b")) == []


def test_excerpts_show_no_long_number():
    text = "注册编号132060801234，" + prose("p", 700)
    found = only(similar(document("a", text), document("b", text)))
    assert "132060801234" not in found.evidence[0].facts["excerpts"]
    assert "********1234" in found.evidence[0].facts["excerpts"]


SLIPS = ["本工程采用商品混凝土，，由专业厂家供应到现场", "质量标准执行国家规范。；验收合格后交付使用"]


def test_two_slips_that_only_these_bidders_share_stand():
    found = only(
        oddities.shared_oddities(
            lot(document("a", *SLIPS), document("b", *SLIPS), document("c", "通顺的文字"))
        )
    )
    assert (found.item, found.members, found.standing) == ("40-(4)", ("a", "b"), True)
    assert [one.value for one in found.evidence] == ["商品混凝土，，由专业厂家", "行国家规范。；验收合格后"]


def test_one_slip_alone_or_slips_in_other_words_are_nothing():
    assert oddities.shared_oddities(lot(document("a", SLIPS[0]), document("b", SLIPS[0]))) == []
    other = [slip.replace("混凝土", "砂浆料").replace("国家", "行业") for slip in SLIPS]
    assert oddities.shared_oddities(lot(document("a", *SLIPS), document("b", *other))) == []


def test_mixed_widths_count_and_ordinary_writing_does_not():
    odd = ["我公司计划于2０26年三月开工建设完成", "选用的设备型号为ＧB50500标准系列产品"]
    assert only(oddities.shared_oddities(lot(document("a", *odd), document("b", *odd)))).standing
    fine = [
        "他说：“可以。”然后离开了现场办公室",
        "目录……………第一章总则部分内容",
        "是否？！当然如此，请继续往下看",
        "型号GB50500与ＧＢ５０５００相同的",
    ]
    assert oddities.shared_oddities(lot(document("a", *fine), document("b", *fine))) == []


def test_slips_of_the_tender_document_are_explained():
    found = only(
        oddities.shared_oddities(lot(document("a", *SLIPS), document("b", *SLIPS), given=[issued(SLIPS[0])]))
    )
    assert (outcome(found, "tender_document"), found.standing) == ("explains", False)
    four = [document(name, *(SLIPS if name != "d" else ())) for name in "abcd"]
    assert outcome(only(oddities.shared_oddities(lot(*four))), "commonplace") == "explains"


NAMES = {"1": "广元建设工程有限公司", "2": "明远市政集团有限公司"}


def test_another_bidders_name_stands_and_its_own_does_not():
    bids = [
        document("1", "广元建设工程有限公司投标文件"),
        document("2", "致：明 远 市 政 集团有限公司", "广元建设工程有限公司（盖章）"),
    ]
    found = only(strangers.mixed_bids(lot(*bids, names=NAMES)))
    assert (found.item, found.members, found.standing) == ("40-(5)", ("1", "2"), True)
    assert (found.evidence[0].value, found.evidence[0].places[1].field) == (NAMES["1"], "paragraph 2")


def test_the_metadata_and_company_names_as_ids_serve_too():
    found = only(
        strangers.mixed_bids(
            lot(
                document("广元建设工程有限公司"),
                document("明远市政集团有限公司", company="广元建设工程有限公司"),
            )
        )
    )
    assert found.evidence[0].places[1].field == "company"
    assert strangers.mixed_bids(lot(document("a", "b的报价"), document("b"))) == []


@pytest.mark.parametrize("given", [[issued("投标人名单：广元建设工程有限公司")], [issued("无")]])
def test_a_name_of_the_tender_document_is_explained(given):
    bids = [document("1"), document("2", "广元建设工程有限公司")]
    named = "广元" in given[0].passages[0].text
    assert only(strangers.mixed_bids(lot(*bids, given=given, names=NAMES))).standing is not named


def test_a_branch_may_bear_the_name_of_its_head():
    names = {"1": "广元建设工程有限公司", "2": "广元建设工程有限公司北京分公司"}
    assert strangers.mixed_bids(lot(document("1"), document("2", names["2"]), names=names)) == []
    assert only(strangers.mixed_bids(lot(document("1"), document("2", names["1"]), names=names))).standing
