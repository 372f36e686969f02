"""Routes of monitoring."""

from django.urls import path

from monitoring import views

urlpatterns = [
    path("desk/monitoring/", views.overview, name="monitoring"),
    path("desk/monitoring/lots/<uuid:lot_id>/", views.lot, name="monitoring-lot"),
    path("desk/monitoring/lots/<uuid:lot_id>/bids.csv", views.bids, name="monitoring-bids"),
    path("desk/monitoring/alerts/<uuid:alert_id>/", views.alert, name="monitoring-alert"),
    path("desk/monitoring/alerts/<uuid:alert_id>/seen/", views.see, name="monitoring-seen"),
    path("lots/<uuid:lot_id>/dossiers/<str:sha256>.zip", views.dossier, name="dossier"),
    path("desk/lots/<uuid:lot_id>/dossiers/", views.dossiers, name="desk-dossiers"),
    path("desk/lots/<uuid:lot_id>/dossiers/<str:sha256>.zip", views.audit_dossier, name="audit-dossier"),
]
