"""The bids of a file as what suspicion is measured in: a market, and the bidders of each tender."""

from monitoring.cli.bids import Bids
from monitoring.domain.suspicion.signs import Market


def market(bids: Bids) -> Market:
    """Return the bids as the market that signs are measured in."""
    return Market(len(bids.names), bids.tender, bids.bidder, bids.amount, bids.estimate)


def members(bids: Bids) -> list[frozenset[str]]:
    """Return the bidders of each tender."""
    found: list[set[str]] = [set() for _ in bids.names]
    for tender, bidder in zip(bids.tender.tolist(), bids.bidder.tolist(), strict=True):
        if bidder >= 0:
            found[tender].add(bids.bidders[bidder])
    return [frozenset(each) for each in found]
