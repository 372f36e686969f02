"""Writes of tender, one verb a function: lock, guard, change, journal, publish."""
