"""40-(4) in bills of quantities: how they are read, equal unit prices, fixed ratios, wrong totals."""

from decimal import Decimal

import pytest

from monitoring.domain.documents import bills, prices
from tests.domain.documents_world import document, lot, only, outcome

HEAD = ["序号", "项目编码", "项目名称", "工程量", "综合单价（元）", "合价(元)"]


def bill(bidder, quoted, *, quantity="10", totals=None, **said):
    rows = [
        [
            str(n),
            f"0101{n:05}",
            f"项目{n}",
            quantity,
            str(price),
            str((totals or {}).get(n, Decimal(quantity) * Decimal(price))),
        ]
        for n, price in enumerate(quoted, 1)
    ]
    return document(bidder, name="bill.xlsx", form="xlsx", rows=[HEAD, *rows], **said)


def given(quoted):
    return bill("", quoted)


OWN = ["101.17", "58.02", "77.91", "1240.55", "33.08", "902.40", "415.36", "66.66", "18.71", "250.09"]
OTHER = ["99.80", "61.33", "75.02", "1302.10", "30.91", "887.15", "431.07", "70.12", "17.95", "262.44"]


def compared(*documents, **context):
    return prices.same_bills(lot(*documents, **context))


def test_a_bill_is_read_with_prices_headings_over_two_rows_and_sections():
    rows = [
        ["分部分项工程量清单"],
        ["序号", "项目编码", "项目名称", "工程量", "金额（元）", ""],
        ["", "", "", "", "综合单价", "合价"],
        ["", "", "土方工程"],
        ["1", "010101001001", "挖土方", "1,200.5", "¥12.30", "14,766.15"],
        ["2", "010101001002", "回填", "3", "0", "0"],
        ["序号", "项目编码", "项目名称", "数量", "单价"],
        ["3", "010101001001", "挖土方", "２", "１３"],
        ["小计", "", "", "", "14766"],
    ]
    found = bills.lines([document("a", rows=rows)])
    assert {item: (line.price, line.quantity, line.total) for item, line in found.items()} == {
        "010101001001": (Decimal("12.30"), Decimal("1200.5"), Decimal("14766.15")),
        "010101001001#2": (Decimal(13), Decimal(2), None),
    }
    assert found["010101001001"].place.field == "table 1 row 5"


@pytest.mark.parametrize("text", ["", "—", "12-3", "1.2.3", "见附件", "nan", "1e999999"])
def test_what_is_no_number_has_no_price(text):
    assert bills.number(text) is None


def test_a_table_without_prices_or_items_is_no_bill():
    assert bills.lines([document("a", rows=[["姓名", "单价"], ["李雷", "3"]])]) == {}
    assert bills.lines([document("a", rows=[["项目名称", "业绩"], ["泵站", "3"]])]) == {}


def test_three_equal_prices_of_ten_stand_and_two_do_not():
    mixed = [*OWN[:3], *OTHER[3:]]
    found = only(compared(bill("a", OWN), bill("b", mixed)))
    assert (found.item, found.evidence[0].kind, found.standing) == ("40-(4)", "equal_unit_prices", True)
    assert found.evidence[0].value == "3/10"
    assert "010100001=101.17" in found.evidence[0].facts["prices"]
    assert compared(bill("a", OWN), bill("b", [*OWN[:2], *OTHER[2:]])) == []


def test_nine_common_items_are_too_few():
    assert compared(bill("a", OWN[:9]), bill("b", OWN[:9])) == []


def test_prices_that_the_tender_document_gives_are_left_out():
    more = [*OWN, "5.50", "6.60", "7.70"]
    other = [*OTHER, "5.50", "6.60", "7.70"]
    assert compared(bill("a", more), bill("b", other)) == []  # 3 of 13
    own, theirs = [*OWN[:3], *OTHER[3:]], OWN
    found = only(compared(bill("a", own), bill("b", theirs), given=[given([*OWN[:1], *["1"] * 9])]))
    assert (outcome(found, "tender_document"), found.standing) == ("explains", False)
    found = only(compared(bill("a", own), bill("b", theirs), given=[given(["1"] * 10)]))
    assert (outcome(found, "tender_document"), found.standing) == ("does_not_explain", True)


def scattered(n, equal=4):
    return [
        *OWN[:equal],
        *(str(Decimal(price) + n * n * 7 + index * n) for index, price in enumerate(OTHER[equal:])),
    ]


@pytest.mark.parametrize(("bidders", "standing"), [("abc", True), ("abcd", False)])
def test_prices_that_most_of_the_other_bidders_quote_are_commonplace(bidders, standing):
    bids = [bill(name, scattered(n)) for n, name in enumerate(bidders)]
    found = compared(*bids, bill("z", [str(Decimal(price) * 3 + n * n) for n, price in enumerate(OTHER)]))
    found = [one for one in found if one.evidence[0].kind == "equal_unit_prices"]
    assert {one.standing for one in found} == {standing}
    assert {outcome(one, "commonplace") for one in found} == {"does_not_explain" if standing else "explains"}
    assert outcome(only(compared(*bids[:2])), "commonplace") == "cannot_be_tried"


def multiplied(quoted, ratio):
    return [str((Decimal(price) * Decimal(ratio)).quantize(Decimal("0.01"))) for price in quoted]


def test_a_fixed_ratio_stands_with_its_value_also_after_a_few_mended_prices():
    for other in (multiplied(OWN, "1.037"), [*multiplied(OWN[:8], "1.037"), *OTHER[8:]]):
        found = only(compared(bill("a", OWN), bill("b", other)))
        assert (found.evidence[0].kind, found.standing) == ("fixed_ratio", True)
        assert float(found.evidence[0].value) == pytest.approx(1.037, abs=1e-4)
    assert compared(bill("a", OWN), bill("b", [*multiplied(OWN[:7], "1.037"), *OTHER[7:]])) == []


def test_both_discounting_the_issued_prices_is_explained():
    control = [str(Decimal(price) * 2) for price in OWN]
    bids = [bill("a", multiplied(control, "0.93")), bill("b", multiplied(control, "0.9"))]
    found = only(compared(*bids, given=[given(control)]))
    assert (outcome(found, "tender_document"), found.standing) == ("explains", False)
    assert only(compared(*bids, given=[given(OTHER)])).standing


def test_a_wrong_total_in_two_bills_stands_and_in_one_does_not():
    one, other = (
        bill("a", OWN, totals={4: "12450.50"}),
        bill("b", [*OTHER[:3], "1240.55", *OTHER[4:]], totals={4: "12450.50"}),
    )
    found = only(compared(one, other))
    assert (found.evidence[0].kind, found.evidence[0].value, found.standing) == (
        "wrong_total",
        "12450.50",
        True,
    )
    assert found.evidence[0].facts["item"] == "010100004"
    assert compared(one, bill("b", OTHER)) == []
    issue = bill("", ["1"] * 10, totals={4: "12450.50"})
    assert not only(compared(one, other, given=[issue])).standing


def test_rounding_and_a_bill_that_multiplies_by_tax_are_no_errors():
    rounded = {1: "1012", 2: "580.21", 3: "779.15"}  # to the yuan, to the cent, from an uncut unit price
    assert prices.wrong_totals(bills.lines([bill("a", OWN, totals=rounded)])) == {}
    taxed = {n: str(Decimal(price) * 10 * Decimal("1.09")) for n, price in enumerate(OWN, 1)}
    assert prices.wrong_totals(bills.lines([bill("a", OWN, totals=taxed)])) == {}
    assert prices.wrong_totals(bills.lines([bill("a", OWN, totals={1: "1013"})])) == {
        "010100001": Decimal(1013)
    }


def test_issued_prices_without_these_totals_explain_no_error():
    totals = {4: "12450.50", 5: "331.80"}
    bids = [
        bill(name, quoted, totals=totals)
        for name, quoted in (("a", OWN), ("b", [*OTHER[:3], "1240.55", *OTHER[4:]]))
    ]
    half = given(["1"] * 10)
    assert only(compared(*bids, given=[half])).standing
