"""Routes of bidding."""

from django.urls import path

from bidding.views import acting, hall, own

_HALL = "lots/<uuid:lot_id>/hall"
urlpatterns = [
    path(f"{_HALL}/", hall.hall, name="hall"),
    path(f"{_HALL}/now/", hall.now, name="hall-now"),
    path(f"{_HALL}/mine/", hall.own, name="hall-mine"),
    path(f"{_HALL}/events/", hall.events, name="hall-events"),
    path(f"{_HALL}/<slug:name>.json", hall.document, {"kind": "json"}, name="hall-document"),
    path(f"{_HALL}/<slug:name>.p7s", hall.document, {"kind": "p7s"}, name="hall-signature"),
    path(f"{_HALL}/keys.jsonl", hall.keys, name="hall-keys"),
    path(f"{_HALL}/record.pdf", hall.paper, name="hall-paper"),
    path(f"{_HALL}/draws/<int:number>-<str:stratum>.json", hall.drawn, name="hall-draw"),
    path(f"{_HALL}/names/", acting.show_names, name="hall-show-names"),
    path(f"{_HALL}/names/heard/", acting.hear_names, name="hall-hear-names"),
    path(f"{_HALL}/objections/hear/", acting.hear_objections, name="hall-hear-objections"),
    path(f"{_HALL}/requests/", acting.ask, name="hall-ask"),
    path(f"{_HALL}/requests/<int:number>/", acting.answer_request, name="hall-answer-request"),
    path(f"{_HALL}/objections/", acting.raise_objection, name="hall-object"),
    path(f"{_HALL}/objections/<uuid:objection_id>/", acting.answer_objection, name="hall-answer-objection"),
    path(f"{_HALL}/check-in/", acting.check_in, name="hall-check-in"),
    path(f"{_HALL}/bids/<uuid:bid_id>/confirm/", acting.confirm, name="hall-confirm"),
    path(f"{_HALL}/bids/<uuid:bid_id>/decide/", acting.decide_fault, name="hall-decide-fault"),
    path(f"{_HALL}/bids/<uuid:bid_id>/object/", acting.object_to_fault, name="hall-object-to-fault"),
    path("desk/bids/", own.lots, name="own-bids"),
    path("desk/bids/<uuid:lot_id>/", own.bids, name="own-bids-of-lot"),
    path("desk/bids/<uuid:lot_id>/receipts/<slug:sha256>.json", own.receipt, name="own-receipt"),
]
