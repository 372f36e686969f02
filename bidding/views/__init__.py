"""Pages of bidding: the hall for everybody, its acts for host, witness and bidders, a bidder's own bids."""
