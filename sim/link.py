"""One direction between two machines: how packets travel on it, and whether they do at all.

A link that is held delivers nothing. TCP sends again what was lost, so what a
program sees of a hole in the network is silence, and all that was sent once it
is over; a link therefore keeps its packets and lets them go in their order.
"""

from collections import deque
from collections.abc import Callable

from msgspec import Struct

from sim.agenda import Action, Agenda

SECOND_NS = 1_000_000_000

# Told of the bytes of each segment, gives what arrives instead.
Tamper = Callable[[bytes], bytes]


class Route(Struct, frozen=True):
    """How packets travel from one machine to another.

    `cut_chance`: how often a segment ends at a random byte instead of where it
    is full, so that no program may rely on where its messages are cut.
    """

    latency_ns_min: int = 200_000
    latency_ns_max: int = 2_000_000
    bytes_per_second: int = 125_000_000
    segment_bytes_max: int = 16 * 1460
    cut_chance: float = 0.1


LOOPBACK = Route(latency_ns_min=5_000, latency_ns_max=50_000, bytes_per_second=2_000_000_000)


class Link:
    """Packets from one machine to another. `route` and `tamper` may be exchanged at any time.

    `watches` are told of each packet when it is sent, and may hold the link.
    `tell` is told when the link falls silent, and when it is open again.
    """

    def __init__(self, agenda: Agenda, route: Route, tell: Callable[[str], None] | None = None) -> None:
        self.route = route
        self.tamper: Tamper | None = None
        self.watches: list[Callable[[str], None]] = []
        self._agenda = agenda
        self._tell = tell
        self._holds = 0
        self._held: deque[Action] = deque()

    @property
    def is_held(self) -> bool:
        """Whether nothing arrives at the moment."""
        return self._holds > 0

    def hold(self) -> None:
        """Deliver nothing until as many calls of `release`."""
        self._holds += 1
        if self._tell and self._holds == 1:
            self._tell("silent")

    def release(self) -> None:
        """End one hold; after the last one, all that waits is delivered in its order."""
        self._holds -= 1
        if self._tell and not self._holds:
            self._tell("open")
        while self._held and not self._holds:
            self._agenda.after(0, self._held.popleft())

    def deliver(self, arrive: Action) -> None:
        """Have a packet arrive now, or when the link is no longer held."""
        if self._holds:
            self._held.append(arrive)
        else:
            arrive()
