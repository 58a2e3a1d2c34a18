"""What lasted: machines without power, hung programs, silent links, and faults of the plan that have a length.

The trace tells how the first three end. The length of the others stands in the
plan; none of them lasts longer than until all faults end.
"""

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from sim.link import SECOND_NS
from sim.picture.story import ARMED, Fate, begin_of
from sim.trace import LINK, NOTE, Event

HEALED = "all faults end"

# Faults that go on until they are healed, though nothing of them says how long.
ENDLESS = frozenset({"DiskFull", "DiskReadOnly", "EntryUnfit", "FileSizeLimited", "LinkClogged"})

# Their seconds are no length, or the trace tells their end better.
TOLD_OTHERWISE = frozenset({"ClockJumps", "NetworkSilent", "PowerCut", "ProcessHangs", "ProcessKilled"})

BEGINNINGS = {"power cut": "off", "hangs": "hang", "silent": "silent"}
ENDS = {"boot": "off", "goes": "hang", "ended": "hang", "lost": "hang", "open": "silent"}


class Band(Struct):
    """From one event to another. `where` is a machine, a process, or two machines as `near>far`.

    `begins` and `ends` tell what no event of the trace tells: that it began right before the
    event `first`, that it ended right before the event `last`, at `ends_ns`.
    """

    kind: str
    where: str
    text: str
    first: int
    last: int
    begins: str = ""
    ends: str = ""
    ends_ns: int = 0


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
        is_armed = name in ARMED
        first = begin_of(events).sequence if is_armed else fate.effects[0]
        ends_ns = events[last].time_ns
        if seconds is not None:
            ends_ns = min(ends_ns, events[first].time_ns + round(seconds * SECOND_NS))
        end = max(first, next(one.sequence for one in events[first:] if one.time_ns >= ends_ns))
        begins = f"fault begins: {fate.words}" if is_armed else ""
        is_brief = end <= first + 1  # over before anything else happens
        ends = f"fault ends: {fate.words}" if end < last and not is_brief else ""
        yield Band("fault", _where(fate), fate.words, first, end, begins, ends, ends_ns)


def _where(fate: Fate) -> str:
    source, target = getattr(fate.fault, "source", ""), getattr(fate.fault, "target", "")
    return str(getattr(fate.fault, "machine", "")) or f"{source}>{target}"
