"""An opening to begin with."""

import pytest


@pytest.fixture
def begin(store, moved, monkeypatch):
    """Return a function that publishes a lot; its terms may be changed."""
    from tests import openings  # Django's apps are loaded after this file

    def started(**terms):
        return openings.begin(store, moved, monkeypatch, **terms)

    return started
