"""`System` on a real machine."""
