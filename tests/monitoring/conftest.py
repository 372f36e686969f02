"""An opened lot to look at."""

import pytest


@pytest.fixture
def begin(store, moved, monkeypatch):
    """Return a function that publishes a lot; its terms may be changed."""
    from tests import openings  # Django's apps are loaded after this file

    def started(**terms):
        terms.setdefault("mode", "custodians")
        terms.setdefault("coefficients", [])
        terms.setdefault("deposit", None)
        return openings.begin(store, moved, monkeypatch, **terms)

    return started


@pytest.fixture
def opened(begin):
    """A lot whose bids are opened; two of them have one author, and three prices keep a progression."""
    from tests.monitoring import world  # as above

    found = begin()
    world.submit(found)
    world.open_hall(found)
    return found
