"""Made-up lots whose dossiers are judged: each is built once for all tests that only read it."""

import json

import pytest

from tests.verifier import dossier_builder, lots


@pytest.fixture(scope="session")
def works():
    """A works lot of regime T, contracted: an addendum, a bid replaced, one withdrawn, one silent, one rejected."""
    return dossier_builder.build(lots.WORKS)


@pytest.fixture(scope="session")
def small():
    """The same with fewer bids and no documents, for tests that judge it a thousand times."""
    return dossier_builder.build(lots.SMALL)


@pytest.fixture(scope="session")
def goods():
    """A goods lot of regime G, contracted, mode custodians, the lowest price with a deduction."""
    return dossier_builder.build(lots.GOODS)


@pytest.fixture(scope="session")
def failed():
    """A lot that failed with two bids."""
    return dossier_builder.build(lots.FAILED)


@pytest.fixture(scope="session")
def running():
    """A lot before T with two bids."""
    return dossier_builder.build(lots.RUNNING)


@pytest.fixture(scope="session")
def opened():
    """A lot whose three bids were opened."""
    return dossier_builder.build(lots.OPENED)


@pytest.fixture
def written(tmp_path):
    """Return a function that writes a built lot as a stranger gets it: two zips, the trust folder, receipts."""

    def write(built):
        trust = tmp_path / "trust"
        trust.mkdir()
        for name, data in built.trust.items():
            (trust / name).write_bytes(data)
        for bag, edition in zip(built.bags, ("public", "audit"), strict=True):
            (tmp_path / f"{edition}.zip").write_bytes(bag.packed())
        for number, receipt in enumerate(built.receipts):
            (tmp_path / f"receipt-{number}.json").write_text(json.dumps(receipt), "utf-8")
        return tmp_path

    return write
