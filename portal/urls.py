"""Routes of the portal."""

from django.urls import path

from portal.views import desk, ground, lots, operation, proof, site

_LOT = "lots/<uuid:lot_id>"

urlpatterns = [
    path("", site.home, name="home"),
    path("notices/", site.notices, name="notices"),
    path("notices.atom", site.notices_atom, name="notices-atom"),
    path("results/", site.results, name="results"),
    path("open-data/", site.open_data, name="open-data"),
    path("open-data/notices.jsonl", site.notices_jsonl, name="notices-jsonl"),
    path(f"{_LOT}/", lots.lot, name="lot"),
    path(f"{_LOT}/rules/", lots.rules, name="lot-rules"),
    path(f"{_LOT}/notice.json", lots.notice, name="lot-notice"),
    path(f"{_LOT}/edition.toml", lots.edition, name="lot-edition"),
    path(f"{_LOT}/evidence.json", lots.proof, name="lot-evidence"),
    path(f"{_LOT}/addenda/<int:number>.json", lots.addendum, name="lot-addendum"),
    path(f"{_LOT}/publications/<slug:kind>.json", lots.publication, name="lot-publication"),
    path(f"{_LOT}/files/<str:digest>/", lots.file, name="lot-file"),
    path("verify/", proof.verify, name="verify"),
    path("verify/verify.py", proof.verifier, name="verifier"),
    path("log/", proof.log, name="log"),
    path("log/checkpoint", proof.log_checkpoint, name="log-checkpoint"),
    path("log/tile/<path:path>", proof.log_tile, name="log-tile"),
    path("rules/", proof.rules, name="rules"),
    path("rules/<str:rule_id>/", proof.rule, name="rule"),
    path("glossary/", proof.glossary, name="glossary"),
    path("about/", proof.about, name="about"),
    path("help/", proof.guide, name="help"),
    path("language/", ground.language, name="set_language"),
    path("healthz", ground.healthz, name="healthz"),
    path("readyz", ground.readyz, name="readyz"),
    path("styleguide/", ground.styleguide, name="styleguide"),
    path("desk/", desk.home, name="desk"),
    path("desk/calendar/", operation.calendar, name="calendar"),
    path("desk/clock/", operation.clock_page, name="clock"),
    path("desk/journal/", operation.journal, name="journal"),
]
