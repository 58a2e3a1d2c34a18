"""One direction of a connection."""

from random import Random

from sim.agenda import Agenda
from sim.link import Link, Route
from sim.wire import Wire

PACKETS = [f"packet {number}" for number in range(200)]


def _carry(route: Route, sizes: list[int]) -> tuple[list[str], list[int], list[str]]:
    """Send numbered packets; give those delivered, the moments of it, and what was recorded."""
    agenda = Agenda()
    recorded: list[str] = []
    wire = Wire(agenda, Random("seed"), Link(agenda, route), lambda packet, sent_ns: recorded.append(packet))
    delivered: list[str] = []
    moments: list[int] = []
    for packet, size in zip(PACKETS, sizes, strict=False):
        wire.carry(packet, size, lambda packet=packet: delivered.append(packet))
    while agenda.advance(None):
        agenda.run_due()
        moments.append(agenda.now_ns)
    return delivered, moments, recorded


def test_packets_arrive_in_order_whatever_their_latency():
    delivered, moments, recorded = _carry(Route(latency_ns_min=1, latency_ns_max=1_000_000), [0] * 200)

    assert delivered == recorded == PACKETS
    assert moments == sorted(moments)


def test_a_packet_takes_the_latency_and_the_time_of_its_bytes():
    _, moments, _ = _carry(
        Route(latency_ns_min=100, latency_ns_max=100, bytes_per_second=1_000_000_000), [50]
    )

    assert moments == [150]


def test_segments_are_full_or_cut_anywhere():
    link = Link(Agenda(), Route(segment_bytes_max=1000, cut_chance=0.5))
    wire = Wire(Agenda(), Random("seed"), link, print)

    lengths = [wire.segment_bytes(5000) for _ in range(200)]

    assert (min(lengths) >= 1, max(lengths), len(set(lengths)) > 50) == (True, 1000, True)
    assert {wire.segment_bytes(1) for _ in range(20)} == {1}
