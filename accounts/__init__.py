"""Organisations, people, seats and the certificates with which they sign."""
