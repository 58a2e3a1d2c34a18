"""One direction of a TCP connection between two simulated machines."""

from collections.abc import Callable
from functools import partial
from random import Random

from msgspec import Struct

from sim.agenda import Action, Agenda

SECOND_NS = 1_000_000_000


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


class Wire:
    """Carries packets one way, each after a latency drawn anew, and never out of order.

    `record` is told of every packet at the moment of its arrival.
    """

    def __init__(self, agenda: Agenda, random: Random, route: Route, record: Callable[[str], None]) -> None:
        self._agenda = agenda
        self._random = random
        self._route = route
        self._record = record
        self._last_arrival_ns = 0

    def carry(self, packet: str, size: int, deliver: Action) -> None:
        """Do `deliver` when a packet of `size` bytes has arrived; `packet` describes it in the trace."""
        route = self._route
        latency_ns = self._random.randint(route.latency_ns_min, route.latency_ns_max)
        arrival_ns = self._agenda.now_ns + latency_ns + size * SECOND_NS // route.bytes_per_second
        self._last_arrival_ns = max(self._last_arrival_ns, arrival_ns)
        self._agenda.at(self._last_arrival_ns, partial(self._arrive, packet, deliver))

    def segment_bytes(self, waiting: int) -> int:
        """How many of the waiting bytes the next segment takes."""
        full = min(waiting, self._route.segment_bytes_max)
        if self._random.random() < self._route.cut_chance:
            return self._random.randint(1, full)
        return full

    def _arrive(self, packet: str, deliver: Action) -> None:
        self._record(packet)
        deliver()
