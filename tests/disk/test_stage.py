"""The disk's stage."""
