"""Routes of deposits."""

from django.urls import path

from deposits import views

urlpatterns = [
    path("guarantees/", views.guarantees, name="guarantees"),
    path("desk/lots/<uuid:lot_id>/deposits/", views.lot, name="lot-deposits"),
    path("desk/deposits/", views.own, name="own-deposits"),
    path("desk/deposits/<uuid:deposit_id>/decide/", views.propose, name="deposit-propose"),
    path("desk/deposits/decisions/<uuid:decision_id>/", views.decide, name="deposit-decide"),
    path("desk/guarantees/", views.issued, name="issued-guarantees"),
    path("desk/institutions/", views.institutions, name="institutions"),
    path("desk/institutions/new/", views.new_institution, name="institution-new"),
    path("desk/institutions/<uuid:institution_id>/", views.institution, name="institution"),
]
