"""Sealed bids, receipts, custodians and the opening hall."""
