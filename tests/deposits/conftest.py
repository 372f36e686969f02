"""Worlds for the tests of deposits: the city, its published lot, and the bank and issuer beside it."""

import pytest


@pytest.fixture
def city(store, moved):
    """The city without any bank or issuer, before anything is published."""
    from tests.deposits import world

    actors = world.found()
    actors["move"] = moved
    return actors


@pytest.fixture
def bank(city, tmp_path):
    """The bank, running and entered by the operator; a lot is published and the bank told of it."""
    from tests import factories
    from tests.deposits import world

    found = world.start_bank(tmp_path, city)
    city["lot"] = factories.published(city)
    world.carry()
    yield found
    found.stop()


@pytest.fixture
def issuer(city, tmp_path):
    """The issuer, running and entered by the operator."""
    from tests.deposits import world

    found = world.start_issuer(tmp_path, city)
    yield found
    found.stop()
