"""Behaviour as short functions: what the unmodified programs do in a simulated world."""
