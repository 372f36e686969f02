"""Two accounts are two people only when nobody is behind both."""

import uuid
from dataclasses import replace

import pytest

from accounts import policies
from accounts.domain.seats import SeatKind
from accounts.queries import Holder, Party
from kernel.domain.refusals import ALLOWED

OFFICE = Party(uuid.uuid4(), "", "晴川市住房和城乡建设局", "510800", "other", False, "", "", "", "")
CLERK = Holder(uuid.uuid4(), SeatKind.CLERK, OFFICE, "clerk", "陈经办", uuid.uuid4())


def other(**changes):
    fresh = {"id": uuid.uuid4(), "username": "reviewer", "person_id": uuid.uuid4()}
    return replace(CLERK, **fresh | changes)


@pytest.mark.parametrize("decider", [CLERK, other(person_id=CLERK.person_id), other(id=CLERK.id)])
def test_one_person_proposes_and_decides_nothing_alone(decider):
    refused = policies.four_eyes(CLERK, decider)
    assert (refused.rule, refused.reason) == ("A-07", "four_eyes")
    assert refused.facts == {"proposed_by": "clerk", "by": decider.username}


def test_two_people_do_and_seats_without_a_person_are_told_apart_by_account():
    assert policies.four_eyes(CLERK, other()) is ALLOWED
    assert policies.four_eyes(replace(CLERK, person_id=None), other(person_id=None)) is ALLOWED


def test_a_refusal_names_the_two_as_it_is_told():
    refused = policies.four_eyes(CLERK, CLERK, names=("A3", "A3"))
    assert refused.facts == {"proposed_by": "A3", "by": "A3"}
