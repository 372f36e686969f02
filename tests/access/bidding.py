"""Rows of bidding: the hall for everybody, its acts for each duty, a bidder's own bids; its operations and socket."""

from accounts.domain.seats import SeatKind as S
from tests.access.rows import (
    OK,
    closed_operation,
    nobody,
    open_operation,
    outsider,
    post,
    posts,
    public,
    seats,
    socket,
    token,
)

_ACT = {"document": "{}", "signature": "AAAA"}
_WITNESSED = {**_ACT, "checkpoint": "none"}
_HALL = "/lots/{opened}/hall/"

HALL = [
    # everybody, before T and afterwards; a draft has no hall
    *(
        row(route, f"/lots/{{{lot}}}/hall/{part}")
        for route, part in (
            ("hall", ""),
            ("hall-now", "now/"),
            ("hall-mine", "mine/"),
            ("hall-events", "events/"),
        )
        for lot, row in (("lot", public), ("opened", public), ("draft", nobody), ("nothing", nobody))
    ),
    *(public("hall-document", f"{_HALL}{name}.json") for name in ("closing", "release", "table", "record")),
    *(
        nobody("hall-document", f"/lots/{{lot}}/hall/{name}.json")
        for name in ("closing", "release", "table", "record")
    ),
    nobody("hall-document", f"{_HALL}bids.json"),
    *(
        public("hall-signature", f"{_HALL}{name}.p7s")
        for name in ("closing", "release", "table", "record-host", "record-witness")
    ),
    nobody("hall-signature", "/lots/{lot}/hall/closing.p7s"),
    public("hall-keys", f"{_HALL}keys.jsonl"),
    nobody("hall-keys", "/lots/{lot}/hall/keys.jsonl"),
    public("hall-paper", f"{_HALL}record.pdf"),
    nobody("hall-paper", "/lots/{lot}/hall/record.pdf"),
    public("hall-draw", f"{_HALL}draws/1-K.json"),
    nobody("hall-draw", "/lots/{lot}/hall/draws/1-K.json"),
    # the host of this lot and no other
    *(
        post(route, path, S.HOST)
        for route, path in (
            ("hall-show-names", f"{_HALL}names/"),
            ("hall-hear-names", f"{_HALL}names/heard/"),
            ("hall-hear-objections", f"{_HALL}objections/hear/"),
            ("hall-ask", f"{_HALL}requests/"),
            ("hall-answer-objection", f"{_HALL}objections/{{hall_objection}}/"),
            ("hall-decide-fault", f"{_HALL}bids/{{bid}}/decide/"),
        )
    ),
    post("hall-show-names", "/lots/{draft}/hall/names/", hidden_from=[S.HOST]),
    # its witness
    post("hall-answer-request", f"{_HALL}requests/1/", S.WITNESS),
    # every bidder, whether it has a bid or not
    post("hall-check-in", "/lots/{lot}/hall/check-in/", S.BIDDER, shared=True),
    post("hall-check-in", "/lots/{draft}/hall/check-in/", hidden_from=[S.BIDDER]),
    post("hall-object", f"{_HALL}objections/", S.BIDDER, shared=True),
    post("hall-object", "/lots/{draft}/hall/objections/", hidden_from=[S.BIDDER]),
    # the bidder of this bid
    post("hall-confirm", f"{_HALL}bids/{{bid}}/confirm/", S.BIDDER),
    post("hall-confirm", f"{_HALL}bids/{{nothing}}/confirm/", hidden_from=[S.BIDDER]),
    post("hall-object-to-fault", f"{_HALL}bids/{{bid}}/object/", S.BIDDER, data={"text": "不同意"}),
    seats("own-bids", "/desk/bids/", S.BIDDER),
    seats("own-bids-of-lot", "/desk/bids/{lot}/", S.BIDDER, shared=True),
    seats("own-bids-of-lot", "/desk/bids/{draft}/", hidden_from=[S.BIDDER]),
    seats("own-receipt", "/desk/bids/{opened}/receipts/{record}.json", S.BIDDER),
    seats("own-receipt", "/desk/bids/{lot}/receipts/{record}.json", hidden_from=[S.BIDDER]),
]

_acts = posts(token)
_DRAWERS = (S.HOST, S.WITNESS, S.SUPERVISOR)

API = [
    _acts(
        "POST /lots/{lot_id}/bids",
        "/api/lots/{lot}/bids",
        S.BIDDER,
        shared=True,
        data={"statement": "{}", "signature": "AAAA", "shares": {}},
    ),
    _acts(
        "POST /lots/{lot_id}/bids",
        "/api/lots/{draft}/bids",
        hidden_from=[S.BIDDER],
        data={"statement": "{}", "signature": "AAAA", "shares": {}},
    ),
    token("GET /lots/{lot_id}/bids", "/api/lots/{lot}/bids", S.BIDDER, shared=True),
    token("GET /bids/{bid_id}", "/api/bids/{bid}", S.BIDDER),
    token("GET /bids/{bid_id}/receipt", "/api/bids/{bid}/receipt", S.BIDDER),
    token("GET /bids/{bid_id}/receipt", "/api/bids/{nothing}/receipt", hidden_from=[S.BIDDER]),
    *(
        _acts(f"POST /bids/{{bid_id}}/{verb}", f"/api/bids/{{bid}}/{verb}", S.BIDDER, data=data)
        for verb, data in (
            ("withdrawal", _ACT),
            ("consent", _ACT),
            ("lodging", _ACT),
            ("confirmation", {"answer": "confirmed"}),
        )
    ),
    open_operation("GET /lots/{lot_id}/opening", "/api/lots/{lot}/opening"),
    open_operation("GET /lots/{lot_id}/opening", "/api/lots/{opened}/opening"),
    closed_operation("GET /lots/{lot_id}/opening", "/api/lots/{draft}/opening"),
    _acts("POST /lots/{lot_id}/check-in", "/api/lots/{lot}/check-in", S.BIDDER, shared=True),
    _acts("POST /lots/{lot_id}/check-in", "/api/lots/{draft}/check-in", hidden_from=[S.BIDDER]),
    _acts(
        "POST /lots/{lot_id}/opening-objections",
        "/api/lots/{opened}/opening-objections",
        S.BIDDER,
        shared=True,
        data={"text": "唱标有误"},
    ),
    token("GET /custody/{lot_id}", "/api/custody/{opened}", S.CUSTODIAN),
    token("GET /custody/{lot_id}", "/api/custody/{lot}", S.CUSTODIAN),
    token("GET /custody/{lot_id}", "/api/custody/{draft}", hidden_from=[S.CUSTODIAN]),
    *(
        _acts(
            f"POST /custody/{{lot_id}}/{verb}",
            f"/api/custody/{{opened}}/{verb}",
            S.CUSTODIAN,
            data=_WITNESSED,
        )
        for verb in ("ready", "release")
    ),
    token("GET /draws", "/api/draws", *_DRAWERS, S.CUSTODIAN),
    *(
        _acts(
            f"POST /draws/{{draw_id}}/{verb}",
            f"/api/draws/{{draw}}/{verb}",
            *kinds,
            hidden_from=others,
            data=_ACT,
        )
        for verb, kinds, others in (
            ("commit", _DRAWERS, [S.CUSTODIAN]),
            ("reveal", _DRAWERS, [S.CUSTODIAN]),
            ("open", [S.CUSTODIAN], _DRAWERS),
        )
    ),
]

_AUDIENCES = {
    S.BIDDER: "bidder",
    outsider(S.BIDDER): "bidder",
    S.HOST: "host",
    S.WITNESS: "witness",
    S.SUPERVISOR: "supervisor",
}

SOCKETS = [
    socket("ws/hall/<uuid:lot_id>/", "/ws/hall/{lot}/", _AUDIENCES),
    socket("ws/hall/<uuid:lot_id>/", "/ws/hall/{opened}/", _AUDIENCES),
    socket("ws/hall/<uuid:lot_id>/", "/ws/hall/{draft}/", default=None),
    socket("ws/hall/<uuid:lot_id>/", "/ws/hall/{nothing}/", default=None),
]
"""`route` is the pattern's text; an outcome is the audience that the reader joins, None when it is closed with 4004."""

_TUS = {"Tus-Resumable": "1.0.0"}
_PATCH = {**_TUS, "Content-Type": "application/offset+octet-stream", "Upload-Offset": "5"}

UPLOADS = [
    open_operation("/upload/", "/upload/{upload}", method="OPTIONS", ok={204}),
    token(
        "/upload/",
        "/upload/{upload}",
        S.BIDDER,
        hidden_from=[k for k in S if k is not S.BIDDER],
        method="HEAD",
        headers=_TUS,
    ),
    token("/upload/", "/upload/{nothing}", hidden_from=S, method="HEAD", headers=_TUS),
    token(
        "/upload/",
        "/upload/{upload}",
        S.BIDDER,
        hidden_from=[k for k in S if k is not S.BIDDER],
        method="PATCH",
        headers=_PATCH,
        ok={409},
    ),
]
"""The upload app: a token of any seat gets in, and finds only its own uploads."""

assert OK in {row.outcomes[S.BIDDER] for row in UPLOADS}
