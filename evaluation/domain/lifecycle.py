"""The lives of a draw, an invitation, a committee's session and a member's seat, each as one table.

`due` names the rulebook key that times a step; `clock` pulls a lever when its time has come. A replaced member
brings the session back to its beginning (C-10): the new one declares, votes and scores, what the others gave stays.
"""

from enum import StrEnum

from kernel.domain.lifecycles import Lifecycle, Transition


class DrawState(StrEnum):
    """Where a draw stands."""

    REQUESTED = "requested"
    COMMITTED = "committed"
    REVEALED = "revealed"
    DRAWN = "drawn"
    FILLED = "filled"
    EXHAUSTED = "exhausted"


class DrawLever(StrEnum):
    """What moves a draw."""

    COMMIT = "commit"
    REVEAL = "reveal"
    OPEN_ESCROW = "open_escrow"
    DRAW = "draw"
    FILL = "fill"
    REPLACE = "replace"
    EXHAUST = "exhaust"


_D, _DL = DrawState, DrawLever
DRAW = Lifecycle(
    "Draw",
    _D.REQUESTED,
    [
        Transition(_D.REQUESTED, _DL.COMMIT, _D.COMMITTED, "witness", "all_committed", "draw_commit_minutes"),
        Transition(_D.COMMITTED, _DL.REVEAL, _D.REVEALED, "witness", "all_revealed", "draw_reveal_minutes"),
        Transition(_D.COMMITTED, _DL.OPEN_ESCROW, _D.REVEALED, "custodian", "reveal_overdue"),
        Transition(_D.REVEALED, _DL.DRAW, _D.DRAWN, "clock", "pool_unchanged", "draw_lead_hours"),
        Transition(_D.DRAWN, _DL.FILL, _D.FILLED, "clock", "all_confirmed"),
        Transition(_D.DRAWN, _DL.REPLACE, _D.DRAWN, "clock", "declined_or_unreached"),
        Transition(_D.DRAWN, _DL.EXHAUST, _D.EXHAUSTED, "clock", "reserve_empty"),
        Transition(_D.FILLED, _DL.REPLACE, _D.DRAWN, "witness", "ground_of_replacement"),
    ],
)


class InvitationState(StrEnum):
    """Where an expert's invitation stands (R-11)."""

    PENDING = "pending"
    NOTIFYING = "notifying"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    UNREACHED = "unreached"
    SIGNED_IN = "signed_in"
    ABSENT = "absent"
    EVALUATING = "evaluating"
    COMPLETED = "completed"
    REPLACED = "replaced"
    RATED = "rated"


class InvitationLever(StrEnum):
    """What moves an invitation."""

    NOTIFY = "notify"
    ACCEPT = "accept"
    DECLINE = "decline"
    TIME_OUT = "time_out"
    SIGN_IN = "sign_in"
    MISS = "miss"
    BEGIN = "begin"
    COMPLETE = "complete"
    REPLACE = "replace"
    RESUME = "resume"
    RATE = "rate"


_I, _IL = InvitationState, InvitationLever
INVITATION = Lifecycle(
    "Invitation",
    _I.PENDING,
    [
        Transition(_I.PENDING, _IL.NOTIFY, _I.NOTIFYING, "clock", "is_taken"),
        Transition(_I.NOTIFYING, _IL.ACCEPT, _I.CONFIRMED, "expert"),
        Transition(_I.NOTIFYING, _IL.DECLINE, _I.DECLINED, "expert"),
        Transition(_I.NOTIFYING, _IL.TIME_OUT, _I.UNREACHED, "clock", due="draw_answer_minutes"),
        Transition(_I.CONFIRMED, _IL.DECLINE, _I.DECLINED, "expert"),
        Transition(_I.CONFIRMED, _IL.SIGN_IN, _I.SIGNED_IN, "expert", "at_own_seat"),
        Transition(_I.CONFIRMED, _IL.MISS, _I.ABSENT, "clock", due="expert_late_minutes"),
        Transition(_I.CONFIRMED, _IL.REPLACE, _I.REPLACED, "witness", "ground_of_replacement"),
        Transition(_I.SIGNED_IN, _IL.BEGIN, _I.EVALUATING, "clock", "session_begun"),
        Transition(_I.SIGNED_IN, _IL.REPLACE, _I.REPLACED, "witness", "ground_of_replacement"),
        Transition(_I.EVALUATING, _IL.COMPLETE, _I.COMPLETED, "clock", "session_signed"),
        Transition(_I.EVALUATING, _IL.REPLACE, _I.REPLACED, "witness", "ground_of_replacement"),
        Transition(_I.COMPLETED, _IL.RESUME, _I.EVALUATING, "supervisor", "session_reopened"),
        Transition(_I.COMPLETED, _IL.RATE, _I.RATED, "host"),
    ],
)


class SessionState(StrEnum):
    """Where a committee's session stands."""

    PREPARING = "preparing"
    DECLARED = "declared"
    LEADER = "leader"
    PRELIMINARY = "preliminary"
    COMPETITION = "competition"
    SCORING = "scoring"
    CHECKING = "checking"
    SIGNING = "signing"
    SIGNED = "signed"
    FAILED = "failed"


class SessionLever(StrEnum):
    """What moves a session."""

    DECLARE = "declare"
    ELECT = "elect"
    BEGIN_REVIEW = "begin_review"
    CONCLUDE_REVIEW = "conclude_review"
    TOO_FEW = "too_few"
    COMPETITION_LEFT = "competition_left"
    REJECT_ALL = "reject_all"
    SUM_UP = "sum_up"
    MEND = "mend"
    REPORT = "report"
    REOPEN = "reopen"
    FINISH = "finish"
    REPLACE_MEMBER = "replace_member"
    CANCEL = "cancel"


_S, _SL = SessionState, SessionLever
_SITTING = (_S.DECLARED, _S.LEADER, _S.PRELIMINARY, _S.COMPETITION, _S.SCORING, _S.CHECKING, _S.SIGNING)
SESSION = Lifecycle(
    "Session",
    _S.PREPARING,
    [
        Transition(_S.PREPARING, _SL.DECLARE, _S.DECLARED, "expert", "all_declared"),
        Transition(_S.DECLARED, _SL.ELECT, _S.LEADER, "expert", "may_lead"),
        Transition(_S.LEADER, _SL.BEGIN_REVIEW, _S.PRELIMINARY, "expert", "committee_lawful"),
        Transition(_S.PRELIMINARY, _SL.CONCLUDE_REVIEW, _S.SCORING, "expert", "enough_remain"),
        Transition(_S.PRELIMINARY, _SL.TOO_FEW, _S.COMPETITION, "expert", "few_remain"),
        Transition(_S.PRELIMINARY, _SL.REJECT_ALL, _S.FAILED, "expert", "must_fail"),
        Transition(_S.COMPETITION, _SL.COMPETITION_LEFT, _S.SCORING, "expert", "competition_judged"),
        Transition(_S.COMPETITION, _SL.REJECT_ALL, _S.FAILED, "expert", "competition_judged"),
        Transition(_S.SCORING, _SL.SUM_UP, _S.CHECKING, "expert", "all_scored"),
        Transition(_S.SCORING, _SL.TOO_FEW, _S.COMPETITION, "expert", "few_remain"),
        Transition(_S.SCORING, _SL.REJECT_ALL, _S.FAILED, "expert", "must_fail"),
        Transition(_S.CHECKING, _SL.MEND, _S.SCORING, "expert", "finding_open"),
        Transition(_S.CHECKING, _SL.REPORT, _S.SIGNING, "expert", "may_sign"),
        Transition(_S.SIGNING, _SL.REOPEN, _S.CHECKING, "expert", "ground_of_v11"),
        Transition(_S.SIGNING, _SL.FINISH, _S.SIGNED, "expert", "all_signed_or_deemed"),
        Transition(_S.SIGNED, _SL.REOPEN, _S.CHECKING, "supervisor", "ground_of_v11"),
        *(
            Transition(state, _SL.REPLACE_MEMBER, _S.PREPARING, "witness", "ground_of_replacement")
            for state in _SITTING
        ),
        *(
            Transition(state, _SL.CANCEL, _S.FAILED, "clock", "lot_ended")
            for state in (_S.PREPARING, *_SITTING)
        ),
    ],
)


class MemberState(StrEnum):
    """Where a member of a committee stands."""

    SEATED = "seated"
    DECLARED = "declared"
    VOTED = "voted"
    SCORED = "scored"
    SIGNED = "signed"
    DISSENTED = "dissented"
    DEEMED = "deemed"
    REPLACED = "replaced"


class MemberLever(StrEnum):
    """What moves a member."""

    DECLARE = "declare"
    VOTE = "vote"
    SCORE = "score"
    MEND = "mend"
    SIGN = "sign"
    DISSENT = "dissent"
    DEEM = "deem"
    RENEW = "renew"
    REPLACE = "replace"


_M, _ML = MemberState, MemberLever
MEMBER = Lifecycle(
    "Member",
    _M.SEATED,
    [
        Transition(_M.SEATED, _ML.DECLARE, _M.DECLARED, "expert", "no_conflict"),
        Transition(_M.DECLARED, _ML.VOTE, _M.VOTED, "expert", "votes_complete"),
        Transition(_M.VOTED, _ML.SCORE, _M.SCORED, "expert", "sheet_complete"),
        Transition(_M.SCORED, _ML.MEND, _M.VOTED, "expert", "finding_open"),
        Transition(_M.SCORED, _ML.SIGN, _M.SIGNED, "expert", "may_sign"),
        Transition(_M.SCORED, _ML.DISSENT, _M.DISSENTED, "expert", "may_sign"),
        Transition(_M.SCORED, _ML.DEEM, _M.DEEMED, "clock", "neither_signed_nor_dissented", "report_signing"),
        *(
            step
            for state in (_M.SIGNED, _M.DISSENTED, _M.DEEMED)
            for step in (
                Transition(state, _ML.MEND, _M.VOTED, "expert", "session_reopened"),
                Transition(state, _ML.RENEW, _M.SCORED, "expert", "report_laid_anew"),
            )
        ),
        *(
            Transition(state, _ML.REPLACE, _M.REPLACED, "witness", "ground_of_replacement")
            for state in (_M.SEATED, _M.DECLARED, _M.VOTED, _M.SCORED, _M.SIGNED, _M.DISSENTED, _M.DEEMED)
        ),
    ],
)

ALL = (DRAW, INVITATION, SESSION, MEMBER)
