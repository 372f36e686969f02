"""The regulator's pages and the dossiers' page in Chromium, in both languages, on a desk and on a phone."""

import pytest

from kernel import clock
from monitoring.actions import asking
from monitoring.models import Alert
from tests.browser import real_site
from tests.monitoring import world

pytestmark = real_site.needs_chromium


@pytest.fixture(scope="module")
def chromium():
    with real_site.chromium() as browser:
        yield browser


@pytest.fixture
def watched(opened):
    """An opened lot whose screens and comparison are made, with both editions of its dossier."""
    world.relay()
    world.work()
    for edition in ("public", "audit"):
        asking.ask_dossier(opened.lot, edition, actor="system", now=clock.now())
    opened.watch.tick()
    opened.watch.tick()
    assert world.work() == 2
    return opened


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_of_monitoring(watched, chromium, language):
    lot = watched.lot
    alerts = [f"/desk/monitoring/alerts/{one.pk}/" for one in Alert.objects.all()]
    paths = [
        "/desk/monitoring/",
        "/desk/monitoring/dashboard/",
        "/desk/monitoring/network/",
        "/desk/monitoring/models/",
        f"/desk/monitoring/models/{world.lesson(watched.actors['supervisor'].holder).pk}/",
        f"/desk/monitoring/lots/{lot}/suspicion/",
        f"/desk/monitoring/lots/{lot}/",
        f"/desk/lots/{lot}/dossiers/",
        *alerts,
    ]
    assert len(alerts) == 3
    with real_site.serving() as address:
        for size in real_site.SIZES:
            visitor = real_site.Visitor(chromium, address, size=size, language=language, seat="supervisor")
            for path in paths:
                visitor.open(path)
            visitor.context.close()
