"""The disk's reader."""
