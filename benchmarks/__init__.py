"""Measures a server against the least that could do the same: `python -m benchmarks`."""
