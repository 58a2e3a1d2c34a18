"""Virtual time, and what the simulated hardware will do at which moment of it.

Packets and timers of the kernel stand here and not among asyncio's timers: that
heap does not keep the order of two entries of the same moment, so that the end
of a stream could overtake its last bytes.
"""

import heapq
from collections.abc import Callable

Action = Callable[[], None]


class Agenda:
    """A clock that moves only when there is nothing left to do at its moment."""

    def __init__(self) -> None:
        self.now_ns = 0
        self._count = 0
        self._entries: list[tuple[int, int, Action]] = []

    @property
    def next_ns(self) -> int | None:
        """The moment of the next action, or None."""
        return self._entries[0][0] if self._entries else None

    def at(self, time_ns: int, action: Action) -> None:
        """Do `action` at `time_ns`, after all that was entered for that moment before."""
        assert time_ns >= self.now_ns, "the past cannot be changed"
        self._count += 1
        heapq.heappush(self._entries, (time_ns, self._count, action))

    def after(self, delay_ns: int, action: Action) -> None:
        """Do `action` when `delay_ns` have passed."""
        self.at(self.now_ns + delay_ns, action)

    def advance(self, deadline_ns: int | None) -> bool:
        """Move to the next action or to the deadline, whichever is first; False if there is neither."""
        moment_ns = self.next_ns
        if moment_ns is None or (deadline_ns is not None and deadline_ns < moment_ns):
            moment_ns = deadline_ns
        if moment_ns is not None and moment_ns > self.now_ns:
            self.now_ns = moment_ns
        return moment_ns is not None

    def run_due(self) -> bool:
        """Do all that is due now, and what that makes due; False if it is nothing."""
        entries = self._entries
        if not entries or entries[0][0] > self.now_ns:
            return False
        while entries and entries[0][0] <= self.now_ns:
            heapq.heappop(entries)[2]()
        return True
