"""Where two histories part: the first event that is not the same, and what led to it."""

from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path

import msgspec
from msgspec import structs

from sim.trace import Event

CONTEXT_EVENTS = 5


class NoTrace(Exception):
    """A file is no trace, or its end is missing."""


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


def describe(left: Sequence[Event], right: Sequence[Event]) -> list[str]:
    """Lines for a reader: what both share shortly before, then each on its own; none if they are equal."""
    at = first_divergence(left, right)
    if at is None:
        return []
    lines = [f"The histories part at event {at} of {len(left)} and {len(right)}{_fields(left, right, at)}."]
    lines += [f"  {_line(event)}" for event in left[max(0, at - CONTEXT_EVENTS) : at]]
    for sign, events in (("-", left), ("+", right)):
        after = events[at : at + CONTEXT_EVENTS]
        lines += [f"{sign} {_line(event)}" for event in after] or [f"{sign} (the end)"]
    return lines


def _fields(left: Sequence[Event], right: Sequence[Event], at: int) -> str:
    if at >= min(len(left), len(right)):
        return ", the end of one"
    one, other = structs.asdict(left[at]), structs.asdict(right[at])
    return f", in {', '.join(name for name in one if one[name] != other[name])}"


def _line(event: Event) -> str:
    return (
        f"{event.sequence:>7}  {event.time_ns / 1e9:>13.6f} s  "
        f"{event.place:<12} {event.kind:<8} {event.detail}"
    )
