"""Why a scenario has failed, for one who does not know the code: a traceback is for those who do."""

import linecache
import traceback
from collections.abc import Iterator
from pathlib import Path

from sim.scenarios import pair as helpers
from sim.scenarios.pair import Pair
from sim.world import Unhandled

# Whatever lies elsewhere is Python's own, or a library's.
PROJECT = Path(__file__).parents[1]

Rows = Iterator[tuple[str, str]]


def diagnosis(error: Exception) -> Rows:
    """Give names and values: where it failed and why, then what its pair of machines knows."""
    causes = error.exceptions if isinstance(error, Unhandled) else [error]
    for cause in causes:
        yield "failed at", _place(cause)
        if why := _why(cause):
            yield "because", why
    for note in getattr(error, "__notes__", ()):  # tracebacks of programs, by `World.run`
        yield "meanwhile", note.strip().splitlines()[-1]
    pair = _pair(error)
    if pair is not None:
        yield from _known(pair)


def _place(error: BaseException) -> str:
    """The innermost line of ours, in full even if it goes over several; of a helper's failure, who called it."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(PROJECT)]
    callers = [frame for frame in ours if frame.filename != helpers.__file__]
    frame = (callers or ours or frames)[-1]
    first = frame.lineno or 1
    lines = [linecache.getline(frame.filename, at) for at in range(first, (frame.end_lineno or first) + 1)]
    file = Path(frame.filename)
    shown = file.relative_to(PROJECT).as_posix() if ours else frame.filename
    return f"{shown}:{first}: {' '.join(' '.join(lines).split())}"


def _why(error: BaseException) -> str:
    """The message of an assertion, which says all; any other error by its kind, too."""
    message = " ".join(str(error).split())
    if isinstance(error, AssertionError):
        return message
    return f"{type(error).__name__}: {message}" if message else type(error).__name__


def _pair(error: Exception) -> Pair | None:
    """The one that the code which failed had at hand."""
    found = None
    for frame, _ in traceback.walk_tb(error.__traceback__):
        found = next((value for value in frame.f_locals.values() if isinstance(value, Pair)), found)
    return found


def _known(pair: Pair) -> Rows:
    known = {
        "faults": [f"{name} {count}" for name, count in pair.effects.items()],
        "causes": pair.causes(),
        "problems": [f"{path.decode(errors='backslashreplace')} {code}" for path, code in pair.problems()],
    }
    yield from ((name, ", ".join(values)) for name, values in known.items() if values)
