"""Deposits as rules over values: amounts, ledger, guarantees, signed messages, lives and limits."""
