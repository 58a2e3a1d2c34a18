"""Networks that are slow, silent, or do to packets what they should not."""

from collections.abc import Callable, Iterable
from typing import Annotated

from msgspec import Meta, Struct, structs

from sim.faults.fault import Heal, Seconds, Site
from sim.link import SECOND_NS, Link


class LinkClogged(Struct, frozen=True, tag="link-clogged"):
    """One direction is slow: so much latency, so many bytes a second, segments of so many bytes."""

    source: str
    target: str
    latency_seconds: Seconds
    bytes_per_second: Annotated[int, Meta(ge=1)]
    segment_bytes: Annotated[int, Meta(ge=1)]

    def arm(self, site: Site) -> Heal:
        """Give the link another route."""
        link = site.world.network.link(self.source, self.target)
        before = link.route
        latency_ns = round(self.latency_seconds * SECOND_NS)
        link.route = structs.replace(
            before,
            latency_ns_min=latency_ns,
            latency_ns_max=latency_ns * 2,
            bytes_per_second=self.bytes_per_second,
            segment_bytes_max=self.segment_bytes,
        )
        site.took_effect(self)

        def heal() -> None:
            link.route = before

        return heal


class NetworkSilent(Struct, frozen=True, tag="network-silent"):
    """After so many packets nothing arrives for a while, in one direction or in both."""

    source: str
    target: str
    is_both_ways: bool
    packets: int
    seconds: Seconds

    def arm(self, site: Site) -> Heal:
        """Hold the links."""
        network = site.world.network
        there, back = network.link(self.source, self.target), network.link(self.target, self.source)
        held: list[Link] = []

        def silence() -> None:
            site.took_effect(self, "both ways" if self.is_both_ways else "one way")
            for link in (there, back) if self.is_both_ways else (there,):
                link.hold()
                held.append(link)
            site.world.agenda.after(round(self.seconds * SECOND_NS), end)

        def end() -> None:
            while held:
                held.pop().release()

        stop = _at_packet((there, back), self.packets, silence)

        def heal() -> None:
            stop()
            end()

        return heal


class ConnectionReset(Struct, frozen=True, tag="connection-reset"):
    """After so many packets between two machines, their connections are reset."""

    source: str
    target: str
    packets: int

    def arm(self, site: Site) -> Heal:
        """Reset them."""
        network = site.world.network

        def reset() -> None:
            for end in network.ends_between(self.source, self.target):
                site.took_effect(self)
                end.reset()

        def soon() -> None:
            # Not while a packet is being sent: the sender's kernel is at work.
            site.world.agenda.after(0, reset)

        return _at_packet(
            (network.link(self.source, self.target), network.link(self.target, self.source)),
            self.packets,
            soon,
        )


class SegmentTampered(Struct, frozen=True, tag="segment-tampered"):
    """Somebody in between changes a segment: flips a bit, makes its first record
    endless, sends it twice, or drops its end."""

    source: str
    target: str
    kind: str
    segment: int

    def __post_init__(self) -> None:
        if self.kind not in TAMPERINGS:
            raise ValueError(f"nobody tampers by {self.kind!r}; there are: {', '.join(TAMPERINGS)}")

    def arm(self, site: Site) -> Heal:
        """Change one segment."""
        link = site.world.network.link(self.source, self.target)
        seen = 0

        def tamper(data: bytes) -> bytes:
            nonlocal seen
            seen += 1
            if seen != self.segment:
                return data
            site.took_effect(self, self.kind)
            return TAMPERINGS[self.kind](data)

        link.tamper = tamper

        def heal() -> None:
            link.tamper = None

        return heal


def _flip(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


def _lengthen(data: bytes) -> bytes:
    """Where a segment begins with a record, its length is half a MiB more: the record never ends."""
    return data[:1] + bytes([data[1] | 8]) + data[2:] if len(data) > 1 else data


TAMPERINGS: dict[str, Callable[[bytes], bytes]] = {
    "corrupt": _flip,
    "lengthen": _lengthen,
    "replay": lambda data: data + data,
    "truncate": lambda data: data[: len(data) // 2],
}


class PortFiltered(Struct, frozen=True, tag="port-filtered"):
    """A firewall refuses connections to a machine for so long."""

    machine: str
    seconds: Seconds

    def arm(self, site: Site) -> Heal:
        """Refuse them."""
        stack = site.machine(self.machine).stack
        stack.is_refusing = True
        site.took_effect(self)

        def end() -> None:
            stack.is_refusing = False

        site.world.agenda.after(round(self.seconds * SECOND_NS), end)
        return end


class NameLost(Struct, frozen=True, tag="name-lost"):
    """The resolver of one machine does not know another one for so long."""

    machine: str
    name: str
    seconds: Seconds

    def arm(self, site: Site) -> Heal:
        """Lose the name."""
        lost = site.machine(self.machine).stack.lost_names
        lost.add(self.name.lower())
        site.took_effect(self)

        def end() -> None:
            lost.discard(self.name.lower())

        site.world.agenda.after(round(self.seconds * SECOND_NS), end)
        return end


def _at_packet(links: Iterable[Link], number: int, act: Callable[[], None]) -> Heal:
    """Do something once, when that many packets have been sent on any of the links."""
    seen = 0

    def watch(packet: str) -> None:
        nonlocal seen
        seen += 1
        if seen == number:
            act()

    watched = list(links)
    for link in watched:
        link.watches.append(watch)

    def heal() -> None:
        for link in watched:
            if watch in link.watches:
                link.watches.remove(watch)

    return heal
