"""Writes of evaluation, one verb a function: lock, guard, change, journal, publish."""
