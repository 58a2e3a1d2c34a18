"""The disk's folder."""
