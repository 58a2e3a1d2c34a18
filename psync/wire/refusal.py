"""Why a handshake ends without a connection."""

from enum import StrEnum


class Refusal(StrEnum):
    """The causes; each is the `code` of one class of connection failure in `psync.core.errors`."""

    NOT_PSYNC = "NOT_PSYNC"
    VERSION = "VERSION"
    MODE_MISMATCH = "MODE_MISMATCH"
    KEY_MISMATCH = "KEY_MISMATCH"
    LISTENER_UNPROVEN = "LISTENER_UNPROVEN"
    BUSY = "BUSY"


class HandshakeRefused(Exception):
    """The handshake is over: send `reply` (it may be empty), then close.

    A cause that the peer merely claims, in an alert, is not authenticated: it
    serves the operator's message and must decide nothing else.
    """

    def __init__(self, code: Refusal, reply: bytes = b"") -> None:
        super().__init__(code)
        self.code = code
        self.reply = reply
