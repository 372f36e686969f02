"""Routes of tender."""

from django.urls import path

from tender.views import awarding, custody, drafting, objecting, projects, reviewing

_LOT = "desk/lots/<uuid:lot_id>"

urlpatterns = [
    path("desk/projects/", projects.projects, name="desk-projects"),
    path("desk/projects/new/", projects.new_project, name="desk-project-new"),
    path("desk/projects/<uuid:project_id>/", projects.project, name="desk-project"),
    path("desk/lots/", projects.lots, name="desk-lots"),
    path(f"{_LOT}/", drafting.lot, name="desk-lot"),
    path(f"{_LOT}/terms/", drafting.terms, name="desk-lot-terms"),
    path(f"{_LOT}/files/", drafting.files, name="desk-lot-files"),
    path(f"{_LOT}/files/remove/", drafting.remove_file, name="desk-lot-file-remove"),
    path(f"{_LOT}/people/", drafting.people, name="desk-lot-people"),
    path(f"{_LOT}/check/", drafting.check, name="desk-lot-check"),
    path(f"{_LOT}/submit/", drafting.submit, name="desk-lot-submit"),
    path(f"{_LOT}/approve/", reviewing.approve, name="desk-lot-approve"),
    path(f"{_LOT}/return/", reviewing.send_back, name="desk-lot-return"),
    path(f"{_LOT}/publish/", reviewing.publish, name="desk-lot-publish"),
    path(f"{_LOT}/addendum/", reviewing.addendum, name="desk-lot-addendum"),
    path(f"{_LOT}/addendum/publish/", reviewing.publish_addendum, name="desk-lot-addendum-publish"),
    path(f"{_LOT}/cancel/", reviewing.cancel, name="desk-lot-cancel"),
    path(f"{_LOT}/cancel/decide/", reviewing.decide_cancel, name="desk-lot-cancel-decide"),
    path(f"{_LOT}/award/", awarding.award, name="desk-lot-award"),
    path(f"{_LOT}/award/lay/", awarding.lay_award, name="desk-lot-award-lay"),
    path(f"{_LOT}/contract/lay/", awarding.lay_contract, name="desk-lot-contract-lay"),
    path(f"{_LOT}/perform/", awarding.perform, name="desk-lot-perform"),
    path("desk/objections/", objecting.inbox, name="objections"),
    path("desk/objections/<uuid:objection_id>/", objecting.answer_objection, name="objection"),
    path("desk/custody/", custody.lots, name="custody"),
    path("desk/custody/<uuid:lot_id>/", custody.lot, name="custody-lot"),
    path("lots/<uuid:lot_id>/obtain/", objecting.obtain, name="lot-obtain"),
    path("lots/<uuid:lot_id>/objections/", objecting.of_lot, name="lot-objections"),
    path(
        "lots/<uuid:lot_id>/objections/<uuid:objection_id>/withdraw/",
        objecting.withdraw,
        name="lot-objection-withdraw",
    ),
]
