"""What an indication is, how indications tie bidders into groups, and who may read what of them."""

import pytest

from kernel.domain import canonical
from monitoring.domain import indications
from monitoring.domain.indications import Evidence, Exemption, Item, Place, Result


def tied(*members, item=Item.SAME_PREPARER, results=(Result.FAILS,), regime="T"):
    shared = Evidence("person", "王工", tuple(Place(member, "bid.docx", "author") for member in members))
    tried = [Exemption("generic_name", {"name": "王工"}, result) for result in results]
    return indications.indication(item, regime=regime, evidence=[shared], exemptions=tried)


@pytest.mark.parametrize(
    ("results", "standing"),
    [
        ((), True),
        ((Result.FAILS, Result.UNTRIED), True),
        ((Result.FAILS, Result.EXPLAINS), False),
        ((Result.EXPLAINS, Result.UNTRIED), False),
    ],
)
def test_it_stands_until_one_explanation_accounts_for_it(results, standing):
    assert tied("a", "b", results=results).standing is standing


def test_one_bidder_alone_is_tied_to_nobody():
    with pytest.raises(ValueError, match="at least two bidders"):
        tied("a", "a")


def test_each_regime_cites_its_own_article():
    assert "条例》第四十条第（四）项" in tied("a", "b", item=Item.REGULAR_PRICES).article
    assert "第87号）第三十七条第（六）项" in tied("a", "b", item=Item.ONE_ACCOUNT, regime="G").article
    with pytest.raises(ValueError, match="regimes are T and G"):
        tied("a", "b", regime="X")


def test_groups_are_the_connected_components_of_what_stands():
    found = [
        tied("d", "e"),
        tied("a", "b"),
        tied("b", "c", item=Item.ONE_ACCOUNT),
        tied("c", "d", results=(Result.EXPLAINS,)),
        tied("e", "f", "g", item=Item.REGULAR_PRICES),
    ]
    ties = [(group.members, group.items) for group in indications.groups(found)]
    assert ties == [
        (("a", "b", "c"), (Item.SAME_PREPARER, Item.ONE_ACCOUNT)),
        (("d", "e", "f", "g"), (Item.SAME_PREPARER, Item.REGULAR_PRICES)),
    ]
    assert [(g.members, g.items) for g in indications.groups(reversed(found))] == ties
    merged = indications.groups([*found, tied("g", "a")])
    assert [group.members for group in merged] == [tuple("abcdefg")]


def test_the_committee_reads_what_stands_and_the_regulator_everything():
    secret = Evidence(
        "payer_account",
        "62220001",
        (Place("a", "x", "deposit"), Place("b", "y", "deposit")),
        shown="****0001",
    )
    stands = indications.indication(Item.ONE_ACCOUNT, regime="T", evidence=[secret], exemptions=[])
    falls = tied("c", "d", results=(Result.EXPLAINS,))
    report = indications.committee_report("lot-1", [stands, falls])
    record = indications.regulator_record("lot-1", [stands, falls])
    assert [entry["members"] for entry in report["indications"]] == [["a", "b"]]
    assert "62220001" not in canonical.to_bytes(report).decode()
    assert report["indications"][0]["evidence"][0]["value"] == "****0001"
    assert [entry["standing"] for entry in record["indications"]] == [True, False]
    assert record["indications"][0]["evidence"][0]["value"] == "62220001"
    assert record["indications"][1]["exemptions"][0] == {
        "name": "generic_name", "tried": {"name": "王工"}, "result": "explains",
    }  # fmt: skip
    assert report["groups"] == record["groups"] == [{"members": ["a", "b"], "items": ["40-(6)"]}]
