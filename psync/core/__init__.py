"""Decisions as pure functions: no I/O, clock, randomness, async or logging."""
