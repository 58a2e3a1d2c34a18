"""What a listener does with those who do not speak its protocol: they are shown out, and others are served on."""

import os
import time

from conformance.blackbox.caller import Caller
from conformance.blackbox.case import Case, Needs, Violated, demand
from conformance.blackbox.frames import MAGIC, Offer
from conformance.blackbox.wire import Unanswered, Wire

FOREIGN = {
    "a request of HTTP": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "the banner of SSH": b"SSH-2.0-OpenSSH_9.2\r\n",
    "a TLS ClientHello": bytes.fromhex("16030100a5010000a10303") + bytes(64),
    "zeros": bytes(64),
    "one wrong byte": b"G",
    "a magic whose last byte is another": MAGIC[:-1] + b"\xff",
}
OVERSIZED_BYTES = 1 << 20

# How often the slow ones are looked at while the handshake's time runs.
LOOKS = 20


def foreign_first_bytes(caller: Caller) -> None:
    """Other protocols get no word, and not the time that a handshake has."""
    for name, data in FOREIGN.items():
        with caller.wire() as wire:
            wire.send(data)
            _demand_silent_end(caller, wire, name)
    demand_service(caller)


def oversized_first_bytes(caller: Caller) -> None:
    """A megabyte where sixty-four bytes are due."""
    offer = Offer(caller.mode, os.urandom(32)).encode()
    for name, head in {"random bytes": b"", "an offer and random bytes": offer}.items():
        with caller.wire() as wire:
            wire.send(head + os.urandom(OVERSIZED_BYTES))
            wire.rest(caller.deadlines.handshake + caller.deadlines.grace)
            demand(wire.is_ended, f"keeps a connection that has sent {OVERSIZED_BYTES:,} of {name}")
    demand_service(caller)


def slow_first_bytes(caller: Caller) -> None:
    """Connections that say nothing, too little or too slowly; others are served meanwhile."""
    started = time.monotonic()
    with caller.wire() as silent, caller.wire() as trickling, caller.wire() as halted:
        wires = {"says nothing": silent, "trickles its offer": trickling, "sends no proof": halted}
        offer = Offer(caller.mode, os.urandom(32)).encode()
        caller.offer(halted, caller.mode)
        demand_service(caller)
        end = started + caller.deadlines.handshake + caller.deadlines.grace
        while time.monotonic() < end and not all(wire.is_ended for wire in wires.values()):
            sent = len(trickling.sent)
            if not trickling.is_ended and sent < len(offer) - 1:
                trickling.send(offer[sent : sent + 1])
            for name, wire in wires.items():
                said = wire.rest(caller.deadlines.handshake / LOOKS / len(wires))
                demand(not said, f"answers a client that {name}, with {len(said)} bytes")
        for name, wire in wires.items():
            demand(wire.is_ended, f"keeps a client that {name} for more than {end - started:g} seconds")
        caller.note("wait", {"for": list(wires)}, {"seconds": round(time.monotonic() - started, 1)})
    demand_service(caller)


def demand_service(caller: Caller) -> None:
    """See an honest client served as far as the key that is there allows."""
    try:
        if caller.mode == caller.key.mode:
            caller.session().__exit__(None, None, None)
        else:
            with caller.wire() as wire:
                caller.offer(wire, caller.mode)
    except Unanswered as unanswered:
        raise Violated(f"serves an honest client no more: it {unanswered}") from None


def _demand_silent_end(caller: Caller, wire: Wire, name: str) -> None:
    said = wire.rest(caller.deadlines.prompt)
    caller.note("first bytes", {"are": name}, {"said": said[:64].hex(), "ended": wire.is_ended})
    demand(not said, f"answers {name} with {said[:40]!r}")
    demand(wire.is_ended, f"keeps a connection that began with {name}")


GARBAGE_CASES = (
    Case(
        "tcp-foreign-first-bytes",
        ("PS-PORT-04",),
        "A client of another service is shown out at its first wrong byte, without a word.",
        foreign_first_bytes,
        Needs.NOTHING,
    ),
    Case(
        "tcp-oversized-first-bytes",
        ("PS-ENC-10",),
        "A client that floods is shown out.",
        oversized_first_bytes,
        Needs.NOTHING,
    ),
    Case(
        "tcp-slow-first-bytes",
        ("PS-ENC-10",),
        "Clients that do not complete a handshake in its ten seconds are shown out, and hold up nobody.",
        slow_first_bytes,
        Needs.NOTHING,
    ),
)
