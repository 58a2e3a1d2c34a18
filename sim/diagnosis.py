"""Why a scenario has failed, for one who does not know the code: a traceback is for those who do."""

import linecache
import traceback
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from sim.scenarios import pair as helpers
from sim.scenarios.pair import Pair
from sim.world import Unhandled

# Whatever lies elsewhere is Python's own, or a library's.
PROJECT = Path(__file__).parents[1]

Rows = Iterator[tuple[str, str]]


class Failing(Struct, frozen=True):
    """Where something has failed, and why; an assertion may not say why."""

    place: str
    why: str


class Reported(Struct, frozen=True):
    """An entry that a program has reported, and the code of its problem."""

    path: str
    code: str


class Diagnosis(Struct, frozen=True):
    """All that is known of a failure. `meanwhile`: what programs have raised beside it.

    `effects` counts those of faults, `causes` are what has ended programs, and `problems` what they have
    reported, where the scenario has a pair of machines.
    """

    failings: tuple[Failing, ...]
    meanwhile: tuple[str, ...] = ()
    effects: dict[str, int] = {}
    causes: tuple[str, ...] = ()
    problems: tuple[Reported, ...] = ()


def diagnose(error: Exception) -> Diagnosis:
    """Find out where it failed and why, then what its pair of machines knows."""
    causes = error.exceptions if isinstance(error, Unhandled) else [error]
    failings = tuple(Failing(_place(cause), _why(cause)) for cause in causes)
    notes = getattr(error, "__notes__", ())  # tracebacks of programs, by `World.run`
    meanwhile = tuple(note.strip().splitlines()[-1] for note in notes)
    pair = _pair(error)
    if pair is None:
        return Diagnosis(failings, meanwhile)
    problems = (Reported(path.decode(errors="backslashreplace"), code) for path, code in pair.problems())
    return Diagnosis(failings, meanwhile, dict(pair.effects), tuple(pair.causes()), tuple(problems))


def diagnosis_rows(found: Diagnosis) -> Rows:
    """Give names and values, without what is empty."""
    for failing in found.failings:
        yield "failed at", failing.place
        if failing.why:
            yield "because", failing.why
    yield from (("meanwhile", line) for line in found.meanwhile)
    known = {
        "faults": [f"{name} {count}" for name, count in found.effects.items()],
        "causes": found.causes,
        "problems": [f"{problem.path} {problem.code}" for problem in found.problems],
    }
    yield from ((name, ", ".join(values)) for name, values in known.items() if values)


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
