"""The life of a lot and of an objection as tables, and which steps a pause holds back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from accounts.domain.seats import SeatKind
from kernel.domain.lifecycles import Lifecycle, Transition
from kernel.domain.refusals import ALLOWED, Decision
from tender.domain import instants
from tender.domain.rulebook import FrozenEdition
from tender.domain.wording import gettext_noop

CLOCK = "clock"


class LotState(StrEnum):
    """Where a lot stands; the last three are exits."""

    DRAFT = "draft"
    REVIEWED = "reviewed"
    PUBLISHED = "published"
    CLOSED = "closed"
    OPENING = "opening"
    OPENED = "opened"
    EVALUATING = "evaluating"
    EVALUATED = "evaluated"
    CANDIDATES_PUBLIC = "candidates_public"
    DECIDING = "deciding"
    RESULT_PUBLIC = "result_public"
    AWARDED = "awarded"
    CONTRACTED = "contracted"
    PERFORMING = "performing"
    ARCHIVED = "archived"
    FAILED = "failed"
    CANCELLED = "cancelled"
    AWARD_VOID = "award_void"


class Lever(StrEnum):
    """What moves a lot; each is one action, pulled by a seat or by the clock."""

    REVIEW = "review"
    RETURN_TO_DRAFT = "return_to_draft"
    PUBLISH = "publish"
    CLOSE = "close"
    BEGIN_OPENING = "begin_opening"
    FINISH_OPENING = "finish_opening"
    BEGIN_EVALUATION = "begin_evaluation"
    SIGN_REPORT = "sign_report"
    PUBLISH_CANDIDATES = "publish_candidates"
    DELIVER_REPORT = "deliver_report"
    END_PUBLICATION = "end_publication"
    RE_EVALUATE = "re_evaluate"
    PUBLISH_RESULT = "publish_result"
    ISSUE_NOTICE = "issue_notice"
    SIGN_CONTRACT = "sign_contract"
    BEGIN_PERFORMANCE = "begin_performance"
    ARCHIVE = "archive"
    FAIL = "fail"
    CANCEL = "cancel"
    VOID_AWARD = "void_award"


_S, _L = LotState, Lever
_CANCELLABLE = (
    _S.DRAFT,
    _S.REVIEWED,
    _S.PUBLISHED,
    _S.CLOSED,
    _S.OPENING,
    _S.OPENED,
    _S.EVALUATING,
    _S.EVALUATED,
    _S.CANDIDATES_PUBLIC,
    _S.DECIDING,
)
_VOIDABLE = (_S.RESULT_PUBLIC, _S.AWARDED, _S.CONTRACTED)

LOT = Lifecycle(
    "Lot",
    LotState.DRAFT,
    [
        Transition(_S.DRAFT, _L.REVIEW, _S.REVIEWED, SeatKind.REVIEWER, "document_lawful"),
        Transition(_S.REVIEWED, _L.RETURN_TO_DRAFT, _S.DRAFT, SeatKind.REVIEWER),
        Transition(_S.REVIEWED, _L.PUBLISH, _S.PUBLISHED, SeatKind.REVIEWER, "four_eyes_and_document_lawful"),
        Transition(_S.PUBLISHED, _L.CLOSE, _S.CLOSED, CLOCK, "deadline_reached", "opening_at_deadline"),
        Transition(_S.CLOSED, _L.FAIL, _S.FAILED, CLOCK, "too_few_bids", "bidders_minimum"),
        Transition(_S.CLOSED, _L.BEGIN_OPENING, _S.OPENING, CLOCK, "enough_bids", "opening_at_deadline"),
        Transition(
            _S.OPENING, _L.FINISH_OPENING, _S.OPENED, SeatKind.HOST, "record_signed_by_host_and_witness"
        ),
        Transition(_S.OPENING, _L.FAIL, _S.FAILED, SeatKind.HOST, "no_bid_opened"),
        Transition(_S.OPENED, _L.BEGIN_EVALUATION, _S.EVALUATING, SeatKind.WITNESS, "committee_complete"),
        Transition(_S.EVALUATING, _L.SIGN_REPORT, _S.EVALUATED, SeatKind.EXPERT, "report_signed_by_all"),
        Transition(_S.EVALUATING, _L.FAIL, _S.FAILED, SeatKind.EXPERT, "all_bids_rejected"),
        Transition(
            _S.EVALUATED,
            _L.PUBLISH_CANDIDATES,
            _S.CANDIDATES_PUBLIC,
            SeatKind.REVIEWER,
            "regime_t_and_candidates_lawful",
            "candidate_publication_start_maximum",
        ),
        Transition(
            _S.EVALUATED,
            _L.DELIVER_REPORT,
            _S.DECIDING,
            SeatKind.AGENCY,
            "regime_g",
            "report_delivery_maximum",
        ),
        Transition(
            _S.EVALUATED, _L.RE_EVALUATE, _S.EVALUATING, SeatKind.SUPERVISOR, "instruction_with_reason"
        ),
        Transition(
            _S.CANDIDATES_PUBLIC,
            _L.END_PUBLICATION,
            _S.DECIDING,
            CLOCK,
            "no_open_objection",
            "candidate_publication_minimum",
        ),
        Transition(
            _S.CANDIDATES_PUBLIC,
            _L.RE_EVALUATE,
            _S.EVALUATING,
            SeatKind.SUPERVISOR,
            "instruction_with_reason",
        ),
        Transition(
            _S.DECIDING,
            _L.PUBLISH_RESULT,
            _S.RESULT_PUBLIC,
            SeatKind.REVIEWER,
            "winner_in_order",
            "winner_confirmation_maximum, result_publication_maximum",
        ),
        Transition(_S.DECIDING, _L.FAIL, _S.FAILED, SeatKind.REVIEWER, "no_candidate_left"),
        Transition(_S.RESULT_PUBLIC, _L.ISSUE_NOTICE, _S.AWARDED, SeatKind.REVIEWER, "result_published"),
        Transition(
            _S.AWARDED,
            _L.SIGN_CONTRACT,
            _S.CONTRACTED,
            SeatKind.REVIEWER,
            "contract_equals_bid",
            "contract_maximum",
        ),
        Transition(_S.CONTRACTED, _L.BEGIN_PERFORMANCE, _S.PERFORMING, SeatKind.CLERK, "contract_published"),
        Transition(_S.PERFORMING, _L.ARCHIVE, _S.ARCHIVED, SeatKind.ARCHIVIST, "file_complete"),
        *(
            Transition(
                state, _L.CANCEL, _S.CANCELLED, SeatKind.REVIEWER, "four_eyes_reason_and_no_release_under_way"
            )
            for state in _CANCELLABLE
        ),
        *(
            Transition(state, _L.VOID_AWARD, _S.AWARD_VOID, SeatKind.SUPERVISOR, "decision_with_reason")
            for state in _VOIDABLE
        ),
    ],
)
EXITS = frozenset({LotState.FAILED, LotState.CANCELLED, LotState.AWARD_VOID, LotState.ARCHIVED})


class PauseReason(StrEnum):
    """Why a lot stands still; objections by regime T, queries by regime G."""

    DOCUMENT_OBJECTION = "document_objection"
    RESULT_OBJECTION = "result_objection"
    QUERY = "query"
    REGULATOR_ORDER = "regulator_order"
    PLATFORM_FAULT = "platform_fault"


@dataclass(frozen=True, slots=True)
class PauseRule:
    """What a pause rests on (a key of the rulebook), what it says, and which levers it holds back."""

    key: str
    cause: str
    levers: frozenset[Lever]


_OPENING = frozenset({_L.BEGIN_OPENING})
_JUDGING = frozenset({_L.BEGIN_EVALUATION, _L.SIGN_REPORT})
_AWARD = frozenset({_L.PUBLISH_RESULT, _L.ISSUE_NOTICE, _L.END_PUBLICATION})
_CANDIDATES = frozenset({_L.PUBLISH_CANDIDATES, _L.DELIVER_REPORT})
_CONTRACT = frozenset({_L.SIGN_CONTRACT})
_PERFORMANCE = frozenset({_L.BEGIN_PERFORMANCE})

PAUSES: Mapping[PauseReason, PauseRule] = {
    PauseReason.DOCUMENT_OBJECTION: PauseRule(
        "open_objection_pauses",
        gettext_noop("an objection to the document is not answered"),
        _OPENING | _JUDGING | _CANDIDATES | _AWARD | _CONTRACT,
    ),
    PauseReason.RESULT_OBJECTION: PauseRule(
        "open_objection_pauses",
        gettext_noop("an objection to the result is not answered"),
        _AWARD | _CONTRACT,
    ),
    PauseReason.QUERY: PauseRule(
        "open_objection_pauses",
        gettext_noop("a query that may affect the result is not answered"),
        _CONTRACT | _PERFORMANCE,
    ),
    PauseReason.REGULATOR_ORDER: PauseRule(
        "regulator_may_suspend",
        gettext_noop("the regulator has ordered a pause"),
        _OPENING | _JUDGING | _CANDIDATES | _AWARD | _CONTRACT | _PERFORMANCE,
    ),
    PauseReason.PLATFORM_FAULT: PauseRule(
        "platform_fault_pauses",
        gettext_noop("a fault of the platform is not resolved"),
        _OPENING | _JUDGING | _CANDIDATES | _AWARD,
    ),
}
"""Which reason blocks what. `close` is never blocked: the deadline is a function of now, only an addendum moves
it; an opening under way follows the hall's own pauses, and from the first release nothing stops it."""


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause in force: its reason and since when."""

    reason: PauseReason
    since: datetime


def blocked_levers(pauses: Iterable[Pause]) -> frozenset[Lever]:
    """Return every lever that the pauses in force hold back."""
    return frozenset(lever for pause in pauses for lever in PAUSES[pause.reason].levers)


def judge_pauses(edition: FrozenEdition, lever: Lever, pauses: Iterable[Pause]) -> Decision:
    """Refuse a lever while a pause holds it back, under the rule on which the oldest such pause rests."""
    holding = [pause for pause in pauses if lever in PAUSES[pause.reason].levers]
    if not holding:
        return ALLOWED
    pause = min(holding, key=lambda each: (each.since, each.reason))
    rule = PAUSES[pause.reason]
    facts = {"cause": rule.cause, "since": instants.clock(pause.since)}
    return edition.rule(rule.key).answer("paused", facts)


class ObjectionState(StrEnum):
    """Where an objection or query stands; answered, opinion and withdrawn are exits."""

    FILED = "filed"
    OPEN = "open"
    ANSWERED = "answered"
    OPINION = "opinion"
    WITHDRAWN = "withdrawn"


class ObjectionLever(StrEnum):
    """What moves an objection."""

    ADMIT = "admit"
    REGISTER_AS_OPINION = "register_as_opinion"
    ANSWER = "answer"
    WITHDRAW = "withdraw"


_O, _M = ObjectionState, ObjectionLever
OBJECTION = Lifecycle(
    "Objection",
    ObjectionState.FILED,
    [
        Transition(_O.FILED, _M.ADMIT, _O.OPEN, CLOCK, "filed_in_its_window"),
        Transition(
            _O.FILED, _M.REGISTER_AS_OPINION, _O.OPINION, CLOCK, "filed_late", "late_objection_is_opinion"
        ),
        Transition(
            _O.OPEN,
            _M.ANSWER,
            _O.ANSWERED,
            SeatKind.REVIEWER,
            "answer_in_writing",
            "objection_answer_maximum",
        ),
        Transition(_O.OPEN, _M.WITHDRAW, _O.WITHDRAWN, SeatKind.BIDDER, "own_objection"),
    ],
)
OBJECTION_EXITS = frozenset({ObjectionState.ANSWERED, ObjectionState.OPINION, ObjectionState.WITHDRAWN})
