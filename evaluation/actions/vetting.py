"""Judging a tender document's method before it is approved or published, because it is the committee's law."""

from evaluation.domain import vetting
from kernel.domain.refusals import Refused, RefusedError
from tender import queries as tender
from tender.events import LotChecked


class RefusedMethodError(RefusedError):
    """A method that cannot be used; `refusals` holds everything that is wrong with it at once."""

    def __init__(self, refusals: tuple[Refused, ...]) -> None:
        super().__init__(refusals[0])
        self.refusals = refusals


def check_method(event: LotChecked) -> None:
    """Refuse a document whose method could not be computed or is not lawful; runs in the same transaction."""
    terms, record = tender.terms_of(event.lot), tender.lot(event.lot)
    found = vetting.vet(
        record.edition,
        category=terms.category,
        formula=terms.method.formula,
        parameters=terms.method.parameters,
        coefficients={one.name: one.values for one in terms.coefficients},
        members=terms.committee.size,
    )
    if found:
        raise RefusedMethodError(tuple(found))
