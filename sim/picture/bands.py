"""What lasted: machines without power, hung programs, silent links, and faults of the plan that have a length.

The trace tells how the first three end. The length of the others stands in the
plan; none of them lasts longer than until all faults end.
"""

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from sim.link import SECOND_NS
from sim.picture.story import Fate
from sim.trace import LINK, NOTE, Event

HEALED = "all faults end, listeners are started anew"

# Faults that go on until they are healed, though nothing of them says how long.
ENDLESS = frozenset({"DiskFull", "DiskReadOnly", "EntryUnfit", "FileSizeLimited", "LinkClogged"})

# They are there from the beginning; what is counted is what they keep a program from.
ARMED = frozenset({"FileLocked"})

# Their seconds are no length, or the trace tells their end better.
TOLD_OTHERWISE = frozenset({"ClockJumps", "NetworkSilent", "PowerCut", "ProcessHangs", "ProcessKilled"})

BEGINNINGS = {"power cut": "off", "hangs": "hang", "silent": "silent"}
ENDS = {"boot": "off", "goes": "hang", "ended": "hang", "lost": "hang", "open": "silent"}


class Band(Struct):
    """From one event to another. `where` is a machine, a process, or two machines as `near>far`."""

    kind: str
    where: str
    text: str
    first: int
    last: int


def bands(events: Sequence[Event], fates: Iterable[Fate]) -> list[Band]:
    """All bands, in the order in which they begin."""
    found = [*_told(events), *_planned(events, fates)]
    return sorted(found, key=lambda band: (band.first, band.kind, band.where))


def _told(events: Sequence[Event]) -> Iterator[Band]:
    under_way: dict[tuple[str, str], Band] = {}
    last = len(events) - 1
    for event in events:
        if event.kind not in ("process", "machine", LINK):
            continue
        where, what = event.place, event.detail
        if event.kind == LINK:
            where, _, what = event.detail.partition(" ")
        if what in BEGINNINGS:
            kind = BEGINNINGS[what]
            under_way[kind, where] = Band(kind, where, _words(kind, where), event.sequence, last)
            yield under_way[kind, where]
        ended = under_way.pop((ENDS.get(what.partition(" ")[0], ""), where), None)
        if ended:
            ended.last = event.sequence


def _words(kind: str, where: str) -> str:
    if kind == "off":
        return f"{where} has no power"
    if kind == "hang":
        return f"{where} hangs"
    source, _, target = where.partition(">")
    return f"nothing from {source} arrives at {target}"


def _planned(events: Sequence[Event], fates: Iterable[Fate]) -> Iterator[Band]:
    last = next((one.sequence for one in events if (one.kind, one.detail) == (NOTE, HEALED)), len(events) - 1)
    for fate in fates:
        seconds = getattr(fate.fault, "seconds", None)
        name = type(fate.fault).__name__
        if not fate.effects or name in TOLD_OTHERWISE or (seconds is None and name not in ENDLESS):
            continue
        first = 0 if name in ARMED else fate.effects[0]
        end = last if seconds is None else _at(events, first, round(seconds * SECOND_NS), last)
        yield Band("fault", _where(fate), fate.words, first, max(first, end))


def _where(fate: Fate) -> str:
    source, target = getattr(fate.fault, "source", ""), getattr(fate.fault, "target", "")
    return str(getattr(fate.fault, "machine", "")) or f"{source}>{target}"


def _at(events: Sequence[Event], first: int, length_ns: int, last: int) -> int:
    """The first event that long after another one."""
    end_ns = events[first].time_ns + length_ns
    return next((one.sequence for one in events[first:last] if one.time_ns >= end_ns), last)
