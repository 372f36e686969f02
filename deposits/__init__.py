"""Deposits and guarantees: issuers, transfers, the double-entry ledger, refunds."""
