"""The disk's target."""
