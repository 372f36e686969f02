"""A lot to evaluate."""

import pytest


@pytest.fixture
def begin(store, moved):
    """Return a function that publishes a lot with pool and sites; its terms may be changed."""
    from tests.evaluation import world  # Django's apps are loaded after this file

    def started(**terms):
        return world.begin(moved, **terms)

    return started


@pytest.fixture
def opened(begin):
    """A lot of regime T whose seven bids are opened."""
    found = begin()
    found.open()
    return found
