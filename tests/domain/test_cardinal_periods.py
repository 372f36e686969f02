"""R003 and R030: the submission period, and bids after its end."""

import pytest

from monitoring.domain.cardinal import periods

from .cardinal_world import analyse, award, bid, flagged, release


def period(start, end, ocid="x", **tender):
    return {"ocid": ocid, "tender": {"tenderPeriod": {"startDate": start, "endDate": end}, **tender}}


def short(start, end, **options):
    return bool(flagged([period(start, end)], "R003", **options))


def test_fifteen_whole_days_are_enough_and_one_second_less_is_not():
    assert not short("2024-03-01T10:00:00Z", "2024-03-16T10:00:00Z")
    assert short("2024-03-01T10:00:00Z", "2024-03-16T09:59:59Z")
    assert short("2024-03-01T10:00:00Z", "2024-03-16T09:59:59.999999999Z")
    assert short("2024-03-01T10:00:00.000000001Z", "2024-03-16T10:00:00Z")


def test_offsets_are_counted_in():
    assert short("2024-03-01T10:00:00+00:00", "2024-03-16T10:00:00+00:01")
    assert not short("2024-03-01T10:00:00+00:00", "2024-03-16T10:00:00-00:01")
    assert not short("2024-02-20t10:00:00z", "2024-03-16 10:00:00+08:00")


def test_a_threshold_may_be_set_and_a_period_may_be_negative():
    assert not short("2024-03-01T10:00:00Z", "2024-03-02T10:00:00Z", threshold=1)
    assert short("2024-03-01T10:00:00Z", "2024-03-02T10:00:00Z", threshold=2)
    assert short("2024-03-05T10:00:00Z", "2024-03-02T10:00:00Z", threshold=0)
    assert not short("2024-03-05T10:00:00Z", "2024-03-05T09:00:00Z", threshold=0)
    assert periods.whole_days(-periods.instant("0001-01-02T12:00:00Z")) == -2


@pytest.mark.parametrize(
    "text",
    [
        None, "", "2024-03-01", "2024-03-01T10:00:00", "2024-03-01T10:00Z", "2024-02-30T10:00:00Z",
        "2024-03-01T24:00:00Z", "2024-03-01T10:00:61Z", "2024-03-01T10:00:00.Z", "2024-03-01T10:00:00+24:00",
        "2024-03-01T10:00:00Z ", "0000-03-01T10:00:00Z", "２０２４-03-01T10:00:00Z",
    ],
)  # fmt: skip
def test_what_is_no_instant_is_missing(text):
    assert periods.instant(text) is None
    assert not short(text, "2024-03-02T10:00:00Z")
    assert not short("2024-03-01T10:00:00Z", text)


def test_a_leap_second_is_an_instant():
    assert periods.instant("2016-12-31T23:59:60Z") == periods.instant("2017-01-01T00:00:00Z")


def test_releases_without_a_period_are_not_flagged():
    assert (
        flagged(
            [{"ocid": "x"}, {"ocid": "y", "tender": {}}, {"ocid": "z", "tender": {"tenderPeriod": 5}}], "R003"
        )
        == {}
    )


WEEK = ("2024-03-01T00:00:00Z", "2024-03-08T00:00:00Z")


def test_methods_may_be_named():
    releases = [
        period(*WEEK, "open", procurementMethod="open"),
        period(*WEEK, "direct", procurementMethod="direct"),
    ]
    releases.append(period(*WEEK, "unsaid"))
    assert set(flagged(releases, "R003")["OCID"]) == {"direct", "open", "unsaid"}
    assert set(flagged(releases, "R003", procurement_methods=frozenset(["open"]))["OCID"]) == {"open"}


def test_procedures_may_have_their_own_days():
    releases = [period(*WEEK, name, procurementMethodDetails=name) for name in ("urgent", "week", "other")]
    days = {"urgent": 5, "week": 7}
    assert set(flagged(releases, "R003", procurement_method_details=days)["OCID"]) == {"other"}
    assert flagged(releases, "R003", procurement_method_details=days, threshold=7) == {}


END = "2024-03-16T10:00:00Z"


def late(*bids, awards, **tender):
    return release("x", *bids, awards=awards, tenderPeriod={"endDate": END}, **tender)


def test_a_winning_bid_after_the_end_flags_process_and_winner():
    bids = (bid(("W", "V"), date="2024-03-16T10:00:01Z"), bid("L", date="2024-03-17T10:00:00Z"))
    _, document = analyse([late(*bids, awards=[award("W"), award("P", status="pending")])], "R030", maps=True)
    assert document["OCID"] == {"x": {"R030": 1.0}}
    assert document["Tenderer"] == {"W": {"R030": 1.0}}
    assert document["Maps"]["ocid_tenderer_r030"] == {"x": ["W"]}


@pytest.mark.parametrize(
    ("made", "awards"),
    [
        (bid("W", date=END), [award("W")]),
        (bid("W", date="2024-03-01T10:00:00Z"), [award("W")]),
        (bid("W"), [award("W")]),
        (bid("W", date=20240317), [award("W")]),
        (bid("W", date="2024-03-17T10:00:00Z", status="disqualified"), [award("W")]),
        (bid("W", date="2024-03-17T10:00:00Z"), [award("L")]),
        (bid("W", date="2024-03-17T10:00:00Z"), [award("W", status="cancelled")]),
        (bid("W", date="2024-03-17T10:00:00Z"), []),
    ],
)
def test_what_is_no_late_winning_bid(made, awards):
    assert flagged([late(made, awards=awards)], "R030") == {}


def test_without_an_end_nothing_is_late():
    assert flagged([release("x", bid("W", date="2024-03-17T10:00:00Z"), awards=[award("W")])], "R030") == {}
