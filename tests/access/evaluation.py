"""Rows of evaluation: committees, experts, those who ask for them, the witness of a sitting, pool and sites."""

from accounts.domain.seats import SeatKind as S
from tests.access.rows import post, seats

PROCURERS = (S.CLERK, S.REVIEWER, S.HOST, S.AGENCY)
DRAFTERS = (S.CLERK, S.AGENCY)
OURS = (S.CLERK, S.REVIEWER, S.HOST)

_READ = {
    "committee": "",
    "committee-bids": "bids/",
    "committee-similarity": "similarity/",
    "committee-review": "review/",
    "committee-clarifications": "clarifications/",
    "committee-corrections": "corrections/",
    "committee-motions": "motions/",
    "committee-scores": "scores/",
    "committee-checks": "checks/",
    "committee-report": "report/",
}
_DONE = {
    "committee-declare": "declare/",
    "committee-leader": "leader/",
    "committee-time": "time/",
    "committee-review-begin": "review/begin/",
    "committee-review-drop": "review/{breach}/drop/",
    "committee-review-cast": "review/cast/",
    "committee-review-conclude": "review/conclude/",
    "committee-competition": "competition/",
    "committee-correction-settle": "corrections/{correction}/",
    "committee-sum": "sum/",
    "committee-mend": "mend/",
    "committee-tie": "tie/",
    "committee-report-lay": "report/lay/",
    "committee-report-dissent": "report/dissent/",
    "committee-report-reopen": "report/reopen/",
}
_OUR_SIDE = (
    "draw",
    "supplement",
    "member",
    "times",
    "extend",
)

PAGES = [
    # a committee: its members, nobody else; {lot} has no committee yet
    *(seats(name, "/desk/committee/{judged}/" + path, S.EXPERT) for name, path in _READ.items()),
    *(seats(name, "/desk/committee/{lot}/" + path, hidden_from=[S.EXPERT]) for name, path in _READ.items()),
    seats("committee-paper", "/desk/committee/{judged}/bids/{judged_bid}/documents/0/", S.EXPERT),
    seats("committee-paper", "/desk/committee/{judged}/bids/{bid}/documents/0/", hidden_from=[S.EXPERT]),
    *(post(name, "/desk/committee/{judged}/" + path, S.EXPERT) for name, path in _DONE.items()),
    *(post(name, "/desk/committee/{lot}/" + path, hidden_from=[S.EXPERT]) for name, path in _DONE.items()),
    post("committee-check-confirm", "/desk/committee/{judged}/checks/none/confirm/", S.EXPERT),
    # experts
    seats("invitations", "/desk/invitations/", S.EXPERT),
    post("invitation-accept", "/desk/invitations/{invitation}/accept/", S.EXPERT),
    post("invitation-decline", "/desk/invitations/{invitation}/decline/", S.EXPERT),
    post("seat-sign-in", "/desk/invitations/sign-in/", S.EXPERT, ok={422}),
    seats("expertise", "/desk/expertise/", S.EXPERT),
    post("expertise-interest", "/desk/expertise/interests/", S.EXPERT),
    # only what is one's own is touched; anything else is as if it were done already
    post(
        "expertise-interest-withdraw", "/desk/expertise/interests/{interest}/withdraw/", S.EXPERT, shared=True
    ),
    post("expertise-busy", "/desk/expertise/absences/", S.EXPERT),
    post("expertise-busy-drop", "/desk/expertise/absences/{absence}/drop/", S.EXPERT, shared=True, ok={302}),
    # the side that procures
    seats("lot-committee", "/desk/lots/{judged}/committee/", S.CLERK, hidden_from=[S.AGENCY]),
    seats("lot-committee", "/desk/lots/{foreign}/committee/", hidden_from=DRAFTERS),
    *(
        post(f"lot-committee-{one}", f"/desk/lots/{{lot}}/committee/{one}/", S.CLERK, hidden_from=[S.AGENCY])
        for one in _OUR_SIDE
    ),
    *(
        post(
            f"lot-committee-{one}", f"/desk/lots/{{judged}}/committee/{one}/", S.CLERK, hidden_from=[S.AGENCY]
        )
        for one in (*_OUR_SIDE,)
    ),
    post(
        "lot-committee-member-drop",
        "/desk/lots/{judged}/committee/member/drop/",
        S.CLERK,
        hidden_from=[S.AGENCY],
        data={"name": "{representative}"},
    ),
    post(
        "lot-evaluation-deliver", "/desk/lots/{judged}/evaluation/deliver/", S.CLERK, hidden_from=[S.AGENCY]
    ),
    post("lot-evaluation-candidates", "/desk/lots/{judged}/evaluation/candidates/", S.REVIEWER),
    post("lot-evaluation-result", "/desk/lots/{judged}/evaluation/result/", S.REVIEWER),
    # those who watch
    seats("lot-evaluation", "/desk/lots/{judged}/evaluation/", *OURS, S.SUPERVISOR, hidden_from=[S.AGENCY]),
    seats("lot-evaluation", "/desk/lots/{lot}/evaluation/", hidden_from=(*PROCURERS, S.SUPERVISOR)),
    seats(
        "lot-evaluation-draw",
        "/desk/lots/{judged}/evaluation/draws/{expert_draw}/civil.json",
        *OURS,
        S.SUPERVISOR,
        hidden_from=[S.AGENCY],
    ),
    post(
        "lot-evaluation-replacement",
        "/desk/lots/{judged}/evaluation/replacement/",
        S.SUPERVISOR,
        hidden_from=[S.HOST],
        data={"name": "{replaced}", "decline": "1"},
    ),
    post("lot-evaluation-reopen", "/desk/lots/{judged}/evaluation/reopen/", S.SUPERVISOR),
    # the witnesses of the two places of a sitting
    seats("sittings", "/desk/sittings/", S.WITNESS),
    seats("sitting", "/desk/sittings/{judged}/", S.WITNESS, shared=True),
    seats("sitting", "/desk/sittings/{lot}/", hidden_from=[S.WITNESS]),
    post("sitting-code", "/desk/sittings/{judged}/code/", S.WITNESS, shared=True, data={"name": "{member}"}),
    post("sitting-begin", "/desk/sittings/{judged}/begin/", S.WITNESS),
    post("sitting-replace", "/desk/sittings/{judged}/replace/", S.WITNESS, shared=True),
    post("sitting-begin", "/desk/sittings/{lot}/begin/", hidden_from=[S.WITNESS]),
    # bidders asked to clarify
    seats("clarifications", "/desk/clarifications/", S.BIDDER),
    seats("clarification", "/desk/clarifications/{clarification}/", S.BIDDER),
    post("clarification", "/desk/clarifications/{clarification}/", S.BIDDER),
    # the pool and the sites
    seats("pool", "/desk/pool/", S.OPERATOR),
    seats("pool-import", "/desk/pool/import/", S.OPERATOR),
    seats("pool-limits", "/desk/pool/limits/", S.OPERATOR),
    seats("pool-expert", "/desk/pool/{expert}/", S.OPERATOR),
    seats("sites", "/desk/sites/", S.OPERATOR),
    seats("site-places", "/desk/sites/{site}/", S.OPERATOR),
    post("site-place-retire", "/desk/sites/places/{place}/retire/", S.OPERATOR),
]
