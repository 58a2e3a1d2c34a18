"""Where two histories part: the first event that is not the same, and what led to it."""

from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path

import msgspec
from msgspec import Struct, structs

from sim.trace import Event

CONTEXT_EVENTS = 5


class NoTrace(Exception):
    """A file is no trace, or its end is missing."""


class Difference(Struct, frozen=True):
    """Where two histories part, as `--json` prints it: at event `at`, None if they are equal.

    `events`: how many each of them has. `fields`: what is not the same in that event, nothing where one
    of them ends. `before`: what both share shortly before; `left`, `right`: what follows in each.
    """

    events: tuple[int, int]
    at: int | None
    fields: tuple[str, ...] = ()
    before: tuple[Event, ...] = ()
    left: tuple[Event, ...] = ()
    right: tuple[Event, ...] = ()


def read_trace(file: Path) -> list[Event]:
    """Give the events of a trace file. Raises `NoTrace`, and `OSError`."""
    try:
        return msgspec.json.Decoder(Event).decode_lines(file.read_bytes())
    except msgspec.MsgspecError as error:
        raise NoTrace(f"{file} is no trace: {error}") from None


def first_divergence(left: Sequence[Event], right: Sequence[Event]) -> int | None:
    """The number of the first event that differs or that only one of them has; None if they are equal."""
    pairs = enumerate(zip_longest(left, right))
    return next((number for number, (one, other) in pairs if one != other), None)


def compare(left: Sequence[Event], right: Sequence[Event]) -> Difference:
    """Find where two histories part, and take the events around it."""
    events, at = (len(left), len(right)), first_divergence(left, right)
    if at is None:
        return Difference(events, None)
    before = tuple(left[max(0, at - CONTEXT_EVENTS) : at])
    after = (tuple(side[at : at + CONTEXT_EVENTS]) for side in (left, right))
    return Difference(events, at, _fields(left, right, at), before, *after)


def describe(difference: Difference) -> list[str]:
    """Lines for a reader: what both share shortly before, then each on its own."""
    if difference.at is None:
        return ["The histories are equal."]
    one, other = difference.events
    what = f"in {', '.join(difference.fields)}" if difference.fields else "the end of one"
    lines = [f"The histories part at event {difference.at} of {one} and {other}, {what}."]
    lines += [f"  {_line(event)}" for event in difference.before]
    for sign, events in (("-", difference.left), ("+", difference.right)):
        lines += [f"{sign} {_line(event)}" for event in events] or [f"{sign} (the end)"]
    return lines


def _fields(left: Sequence[Event], right: Sequence[Event], at: int) -> tuple[str, ...]:
    if at >= min(len(left), len(right)):
        return ()
    one, other = structs.asdict(left[at]), structs.asdict(right[at])
    return tuple(name for name in one if one[name] != other[name])


def _line(event: Event) -> str:
    return (
        f"{event.sequence:>7}  {event.time_ns / 1e9:>13.6f} s  "
        f"{event.place:<12} {event.kind:<8} {event.detail}"
    )
