"""Both ends keep to the protocol, so none ever says that the other has broken it.

But for records that somebody in between has changed: those must be recognised as
that, and not come as far as to be understood.
"""

from psync.core.errors import ProtocolViolation
from psync.engine.events import ConnectionFailed, Event, RunRefused, SessionEnded
from psync.wire.seal import LengthInvalid, TagMismatch
from sim.checkers.checker import Checker

# What may be said of records where somebody on the way changes them.
CHANGED = (TagMismatch.reason, LengthInvalid.reason)


class Protocol(Checker):
    """Listens for complaints."""

    def heard(self, event: Event) -> None:
        """A program has told why a run or a session has ended."""
        if isinstance(event, ConnectionFailed | RunRefused) and isinstance(event.cause, ProtocolViolation):
            self._judge(str(event.cause))
        elif isinstance(event, SessionEnded) and "broke the protocol" in event.reason:
            self._judge(event.reason)

    def _judge(self, complaint: str) -> None:
        if not (self._is_tampered and any(reason in complaint for reason in CHANGED)):
            raise self.broken("protocol", complaint)

    @property
    def _is_tampered(self) -> bool:
        return any(kind.startswith("SegmentTampered") for kind in self.trial.effects)
