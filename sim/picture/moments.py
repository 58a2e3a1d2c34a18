"""The story: the moments that nobody should leave out, in order, each told once.

What repeats is folded: a fault that takes effect again and again, a line that
follows itself, and a round of lines that begins anew with other processes only.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct, structs

from psync.core.errors import EXIT_CONVERGED, EXIT_INTERRUPTED
from sim.picture.bands import HEALED, Band
from sim.picture.events import EXIT, TROUBLE, USER, Shown
from sim.trace import BROKEN, LINK, NOTE, Event
from sim.trial import Result

# What a program or a machine notes is a story only if it begins so; what the world notes always is.
WORLD = "world"
TELLING = ("run ", "all faults", "source file", "Summary", *TROUBLE)

# How a program ends that has met no trouble of its own; below zero it was killed.
EXPECTED_EXITS = (EXIT_CONVERGED, EXIT_INTERRUPTED, -9)

# Of what is as loud as a headline: where a run begins, and where all is healed.
PHASES = re.compile(r"(dry run|run \d+) of the job|" + re.escape(HEALED))

# A longer round would be a story of its own.
ROUND_LINES_MAX = 12

# A round that comes but twice is told in full.
ROUNDS_MIN = 3

# What may differ from one round to the next.
CHANGING = re.compile(r"(?<=/)\d{4,}|(?<=boot )\d+")


class Moment(Struct, frozen=True):
    """An event that the story does not leave out. `tone`: fault, run, good, bad, phase, or told.

    It happened `count` times, the last time at the event `last`; `time_ns` is that of the first.
    """

    sequence: int
    time_ns: int
    tone: str
    text: str
    count: int = 1
    last: int = 0


def moments(
    events: Sequence[Event], lines: Sequence[Shown], lasting: Iterable[Band], result: Result | None
) -> list[Moment]:
    """What matters, in order, and the end."""
    told = [*_spans(events, lasting), *_moments(events, lines)]
    found = fold(sorted(told, key=lambda moment: moment.sequence))
    if result is not None and events:
        text = f"promise broken: {result.broken}" if result.broken else "every promise was kept"
        tone = "bad" if result.broken else "good"
        found.append(Moment(len(events) - 1, events[-1].time_ns, tone, text))
    return found


def closing(events: Sequence[Event]) -> int:
    """The event with which the world is closed: all that still runs is ended, and nothing follows."""
    end = len(events)
    while end and events[end - 1].kind == "process" and events[end - 1].detail == "ended -9":
        end -= 1
    return end


def fold(told: Sequence[Moment]) -> list[Moment]:
    """Tell once, with a count, what repeats."""
    return _fold_faults(_fold_rounds(told))


def _spans(events: Sequence[Event], lasting: Iterable[Band]) -> Iterator[Moment]:
    """Beginnings and ends that no event tells."""
    for band in lasting:
        if band.begins:
            yield Moment(band.first, events[band.first].time_ns, "fault", band.begins)
        if band.ends:
            yield Moment(band.last, band.ends_ns, "fault", band.ends)


def _moments(events: Sequence[Event], lines: Sequence[Shown]) -> Iterator[Moment]:
    before = ""
    for event, line in zip(events[: closing(events)], lines, strict=False):
        # What one call does to two locks of a file, or one reset to two connections, is told once.
        is_same = event.kind == "fault" and line.text == before
        before = line.text
        tone = _tone(event)
        if tone and not is_same:
            is_named = event.place == "world" or event.place in line.text or line.text.startswith("fault")
            text = line.text if is_named else f"{event.place}: {line.text}"
            yield Moment(event.sequence, event.time_ns, tone, text)


def _tone(event: Event) -> str:
    if event.kind == "fault":
        return "fault"
    if event.kind == LINK:
        return "run" if event.detail.endswith("open") else ""
    if event.kind == NOTE and PHASES.fullmatch(event.detail):
        return "phase"
    if event.kind == NOTE and event.detail.startswith(BROKEN):
        return ""  # the end of the story tells it
    if event.kind == NOTE and (event.place == WORLD or event.detail.startswith(TELLING)):
        return "bad" if event.detail.startswith(TROUBLE) else "told"
    if event.kind == "machine" or (event.kind == "process" and not USER.fullmatch(event.place)):
        ended = EXIT.fullmatch(event.detail)
        return "bad" if ended is not None and int(ended[1]) not in EXPECTED_EXITS else "run"
    return ""


def _fold_faults(told: Iterable[Moment]) -> list[Moment]:
    """A fault that strikes again before the next headline is told where it struck first."""
    found: list[Moment] = []
    places: dict[str, int] = {}
    for moment in told:
        if moment.tone == "phase":
            places.clear()
        if moment.tone == "fault" and moment.text in places:
            found[places[moment.text]] = _again(found[places[moment.text]], [moment])
            continue
        if moment.tone == "fault":
            places[moment.text] = len(found)
        found.append(moment)
    return found


def _fold_rounds(told: Iterable[Moment]) -> Iterator[Moment]:
    left = list(told)
    while left:
        size, count = _round(left)
        if size == 1:
            yield _again(left[0], left[1:count])
        else:
            yield from left[:size]
            repeated = left[size : size * count]
            words = f"the last {size} lines again, by other processes"
            first = repeated[0]
            yield structs.replace(first, tone="told", text=words, count=count - 1, last=repeated[-1].sequence)
        del left[: size * count]


def _again(moment: Moment, others: Sequence[Moment]) -> Moment:
    """One moment for several that say the same."""
    if not others:
        return moment
    count = moment.count + sum(other.count for other in others)
    return structs.replace(moment, count=count, last=others[-1].last or others[-1].sequence)


def _round(left: Sequence[Moment]) -> tuple[int, int]:
    """How many lines make the round that begins here, and how often it comes; the one that saves most lines."""
    texts = [moment.text for moment in left]
    alike = [CHANGING.sub("…", text) for text in texts]
    sizes = range(2, min(ROUND_LINES_MAX, len(left) // ROUNDS_MIN) + 1)
    rounds = [(1, _repeats(texts, 1)), *((size, _repeats(alike, size)) for size in sizes)]
    return max(
        (found for found in rounds if found[0] == 1 or found[1] >= ROUNDS_MIN),
        key=lambda found: (found[0] * (found[1] - 1), -found[0]),
    )


def _repeats(texts: Sequence[str], size: int) -> int:
    count = 1
    while texts[:size] == texts[size * count : size * (count + 1)]:
        count += 1
    return count
