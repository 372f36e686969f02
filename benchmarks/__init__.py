"""Benchmarks: every figure as one JSON line with its ratio, N, engine and commit."""
