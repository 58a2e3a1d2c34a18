"""psync replicates folders between machines over TCP."""

__version__ = "0.1.0"
