"""Filters of the page components."""
