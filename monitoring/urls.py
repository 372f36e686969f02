"""Routes of monitoring."""

from django.urls import path, re_path

from monitoring.views import alerts, cases, dashboard, lessons, network, replies, suspicion

_QUARTER = r"^desk/monitoring/reports/(?P<year>[1-9]\d{3})-q(?P<quarter>[1-4])"
_CASE = "desk/monitoring/cases/<uuid:case_id>"
urlpatterns = [
    path("desk/monitoring/", alerts.overview, name="monitoring"),
    path("desk/monitoring/lots/<uuid:lot_id>/", alerts.lot, name="monitoring-lot"),
    path("desk/monitoring/lots/<uuid:lot_id>/bids.csv", alerts.bids, name="monitoring-bids"),
    path("desk/monitoring/lots/<uuid:lot_id>/suspicion/", suspicion.suspicion, name="monitoring-suspicion"),
    path("desk/monitoring/dashboard/", dashboard.dashboard, name="monitoring-dashboard"),
    re_path(rf"{_QUARTER}\.pdf$", dashboard.report_pdf, name="monitoring-report-pdf"),
    re_path(rf"{_QUARTER}\.csv$", dashboard.report_csv, name="monitoring-report-csv"),
    path("desk/monitoring/models/", lessons.lessons, name="monitoring-lessons"),
    path("desk/monitoring/models/<uuid:lesson_id>/", lessons.lesson, name="monitoring-lesson"),
    path("desk/monitoring/models/<uuid:lesson_id>.skops", lessons.model, name="monitoring-model"),
    path("desk/monitoring/network/", network.network, name="monitoring-network"),
    path("desk/monitoring/markets/<uuid:market_id>.csv", suspicion.market, name="monitoring-market"),
    path("desk/monitoring/alerts/<uuid:alert_id>/", alerts.alert, name="monitoring-alert"),
    path("desk/monitoring/alerts/<uuid:alert_id>/reopen/", alerts.reopen, name="monitoring-reopen"),
    path("desk/monitoring/alerts/<uuid:alert_id>/seen/", alerts.see, name="monitoring-seen"),
    path("desk/monitoring/cases/", cases.cases, name="monitoring-cases"),
    path("desk/monitoring/cases/new/", cases.new, name="monitoring-case-new"),
    path(f"{_CASE}/", cases.case, name="monitoring-case"),
    path(f"{_CASE}/evidence/<int:number>/", cases.evidence, name="monitoring-case-evidence"),
    path(f"{_CASE}/replies/<uuid:question_id>/", cases.reply_file, name="monitoring-case-reply"),
    path(f"{_CASE}/package/<str:sha256>.zip", cases.package, name="monitoring-case-package"),
    path("desk/cases/", replies.questions, name="own-cases"),
    path("desk/cases/<uuid:question_id>/", replies.question, name="own-case"),
    path("desk/cases/<uuid:question_id>/evidence/<int:number>/", replies.evidence, name="own-case-evidence"),
    path("lots/<uuid:lot_id>/dossiers/<str:sha256>.zip", alerts.dossier, name="dossier"),
    path("desk/lots/<uuid:lot_id>/dossiers/", alerts.dossiers, name="desk-dossiers"),
    path("desk/lots/<uuid:lot_id>/dossiers/<str:sha256>.zip", alerts.audit_dossier, name="audit-dossier"),
]
