"""The protocol, sans-IO: bytes in, events out. `PROTOCOL.md` is the specification."""
