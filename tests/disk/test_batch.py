"""The disk's batch."""
