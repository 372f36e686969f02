"""Indications as they are handed on: one finding's hash, the committee's report, the regulator's record."""

from collections.abc import Mapping, Sequence
from typing import Any

from kernel.domain import canonical
from monitoring.domain import indications
from monitoring.domain.indications import Indication

REPORT_DOMAIN = "yangguang/similarity-report/v1"


def identity(found: Indication) -> str:
    """Return the hash by which committee and regulator name one finding: of the form that the committee reads."""
    return canonical.digest(indications.as_json(found, masked=True))


def report(
    tender: str, lot: str, found: Sequence[Indication], *, documents: int, unread: int
) -> dict[str, Any]:
    """Return the 雷同性 report of a lot for its committee: what stands; each finding is known by its hash.

    `documents` is the number of files whose metadata were read, `unread` of those whose metadata could not be.
    """
    told = indications.committee_report(lot, found)
    return {
        "domain": REPORT_DOMAIN,
        "tender": tender,
        "lot": lot,
        "groups": told["groups"],
        "indications": told["indications"],
        "documents": {"read": documents, "unread": unread},
    }


def chance(finding: Mapping[str, Any]) -> str:
    """Return the chance that a finding's JSON states, "" where its item knows none."""
    stated = [str(one["facts"]["chance"]) for one in finding["evidence"] if "chance" in one["facts"]]
    return stated[0] if stated else ""
