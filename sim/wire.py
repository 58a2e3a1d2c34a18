"""One direction of a TCP connection between two simulated machines."""

from collections.abc import Callable
from functools import partial
from random import Random

from sim.agenda import Action, Agenda
from sim.chance import between
from sim.link import SECOND_NS, Link


class Wire:
    """Carries packets one way, each after a latency drawn anew, and never out of order.

    `record` is told of every packet at the moment of its arrival, with the time
    at which it was sent; None where nobody keeps a record.
    """

    def __init__(
        self, agenda: Agenda, random: Random, link: Link, record: Callable[[str, int], None] | None
    ) -> None:
        self._agenda = agenda
        self._random = random
        self._link = link
        self._record = record
        self._last_arrival_ns = 0

    def carry(self, packet: str, size: int, deliver: Action) -> None:
        """Do `deliver` when a packet of `size` bytes has arrived; `packet` describes it in the trace."""
        link = self._link
        for watch in link.watches:
            watch(packet)
        route = link.route
        latency_ns = between(self._random, route.latency_ns_min, route.latency_ns_max)
        arrival_ns = self._agenda.now_ns + latency_ns + size * SECOND_NS // route.bytes_per_second
        self._last_arrival_ns = max(self._last_arrival_ns, arrival_ns)
        if self._record is not None:
            deliver = partial(_recorded, partial(self._record, packet, self._agenda.now_ns), deliver)
        self._agenda.at(self._last_arrival_ns, partial(link.deliver, deliver))

    def segment_bytes(self, waiting: int) -> int:
        """How many of the waiting bytes the next segment takes."""
        route = self._link.route
        full = min(waiting, route.segment_bytes_max)
        if self._random.random() < route.cut_chance:
            return between(self._random, 1, full)
        return full

    def tampered(self, data: bytes) -> bytes:
        """The bytes of a segment as they arrive."""
        return data if self._link.tamper is None else self._link.tamper(data)


def _recorded(record: Action, deliver: Action) -> None:
    record()
    deliver()
