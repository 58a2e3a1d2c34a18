"""Both ends keep to the protocol, so none ever says that the other has broken it.

But for records that somebody in between has changed: those must be recognised as
that, and not come as far as to be understood.
"""

from psync.core.errors import ProtocolViolation
from psync.engine.events import ConnectionFailed, Event, RunRefused, SessionEnded
from sim.checkers.checker import Checker

CHANGED = "a record was changed on its way, or sealed with another key"


class Protocol(Checker):
    """Listens for complaints."""

    def heard(self, event: Event) -> None:
        """A program has told why a run or a session has ended."""
        if isinstance(event, ConnectionFailed | RunRefused) and isinstance(event.cause, ProtocolViolation):
            self._judge(str(event.cause))
        elif isinstance(event, SessionEnded) and "broke the protocol" in event.reason:
            self._judge(event.reason)

    def _judge(self, complaint: str) -> None:
        if not (CHANGED in complaint and self._is_tampered):
            raise self.broken("protocol", complaint)

    @property
    def _is_tampered(self) -> bool:
        return any(kind.startswith("SegmentTampered") for kind in self.trial.effects)
