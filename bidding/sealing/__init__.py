"""Suites and containers: how a bid is sealed on the machine of its bidder and opened after the deadline."""
