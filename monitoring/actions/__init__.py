"""Writes of monitoring, one verb a function."""
