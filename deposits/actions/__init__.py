"""Writes of deposits, one verb a function."""
