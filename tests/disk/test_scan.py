"""The disk's scan."""
