"""Writes of bidding, one verb a function: lock, guard, change, journal, publish."""
