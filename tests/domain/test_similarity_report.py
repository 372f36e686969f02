"""The 雷同性 report for the committee, and the hash by which committee and regulator name one finding."""

from kernel.domain import canonical
from monitoring.domain import filing, indications
from monitoring.domain.payers import Payment, one_account


def found():
    shared = [Payment("a", "deposit", "6222 0001 2345"), Payment("b", "deposit", "6222-0001-2345")]
    issuer = [Payment("c", "guarantee_fee", "99"), Payment("d", "guarantee_fee", "99")]
    return one_account([*shared, *issuer], regime="T", issuer_accounts=["99"])


def test_the_report_holds_what_stands_and_masks_what_the_committee_may_not_read():
    report = filing.report("t", "l", found(), documents=3, unread=1)
    assert (report["domain"], report["lot"]) == ("yangguang/similarity-report/v1", "l")
    assert report["documents"] == {"read": 3, "unread": 1}
    [one] = report["indications"]
    assert one["members"] == ["a", "b"]
    assert "622200012345" not in canonical.to_bytes(report).decode()


def test_a_finding_has_one_hash_for_committee_and_regulator():
    standing, explained = sorted(found(), key=lambda one: not one.standing)
    [told] = filing.report("t", "l", found(), documents=0, unread=0)["indications"]
    assert filing.identity(standing) == canonical.digest(told)
    assert filing.identity(explained) != filing.identity(standing)


def test_the_chance_of_a_finding_is_what_its_evidence_states():
    assert filing.chance(indications.as_json(found()[0], masked=False)) == ""
    assert filing.chance({"evidence": [{"facts": {"step": "1"}}, {"facts": {"chance": "0.002"}}]}) == "0.002"
