"""The words for a plan, for what became of its faults, and for the end."""

import re
from collections.abc import Iterable, Sequence
from itertools import islice

from msgspec import Struct, structs

from psync.core.errors import (
    EXIT_CONNECTION,
    EXIT_CONVERGED,
    EXIT_DEFECT,
    EXIT_HELD,
    EXIT_INTERRUPTED,
    EXIT_PARTIAL,
    EXIT_USAGE,
)
from sim.faults import Fault
from sim.link import SECOND_NS
from sim.picture.calls import paths_in, readable
from sim.picture.events import EXIT, spelled
from sim.plan import Plan
from sim.trace import BROKEN, CONTENT, NOTE, Event
from sim.trial import Result

# Each is filled with the fields of its fault; one without words is shown by its name and fields.
WORDS = {
    "CallFails": "{call} fails with {error} on {machine} from its call {number} on, {times} times",
    "ClockJumps": "the clock of {machine} jumps by {seconds:g} s at system call {number}",
    "ConnectionReset": "connections between {source} and {target} are reset after {packets} packets",
    "DiskFull": "the disk of {machine} has room for {bytes} bytes more",
    "DiskHangs": "the disk of {machine} hangs for {seconds:g} s from {call} {number} on",
    "DiskReadOnly": "the disk of {machine} is read-only from system call {number} on",
    "EntryUnfit": "a user makes {path}, which cannot be replicated ({kind})",
    "FileSizeLimited": "no file of {machine} can have more than {bytes} bytes",
    "FileLocked": "another program on {machine} has {path} open ({state}) for {seconds:g} s",
    "KeyMismatch": "{machine} has another key in run {run} ({part})",
    "PortMismatch": "{machine} has port {port} in run {run}",
    "RivalRun": "another run begins on {machine} at system call {number}",
    "SecondListener": "a second listener starts on {machine} before run {run}, as instance {instance}",
    "SourceWritten": "the user of {machine} is half-way through a source file at {call} {number}",
    "TargetWritten": "the user of {machine} writes a file of the target when temporary file {number} is made",
    "DiskSlow": "the disk of {machine} takes {seconds:g} s for system call {number}",
    "LinkClogged": "the link {source} → {target} is slow: {bytes_per_second} bytes a second",
    "NameLost": "{machine} cannot resolve the name {name} for {seconds:g} s",
    "NetworkSilent": "after {packets} packets nothing arrives between {source} and {target} for {seconds:g} s",
    "PortFiltered": "a firewall at {machine} refuses connections for {seconds:g} s",
    "PowerCut": "{machine} loses its power at system call {number}",
    "ProcessHangs": "the program that makes system call {number} on {machine} hangs for {seconds:g} s",
    "ProcessKilled": "the program that makes system call {number} on {machine} is killed",
    "ProcessStopped": "the operator of {machine} ends the program that makes system call {number}",
    "SegmentTampered": "segment {segment} from {source} to {target} arrives changed ({kind})",
    "SourceChanges": "a source file on {machine} changes under the reader at {call} {number}",
}

# Faults that stand from the beginning, and take effect when a program meets them.
ARMED = frozenset({"FileLocked"})

# What the exit code of a run says to its user; below zero it was killed.
EXITS = {
    EXIT_CONVERGED: "all arrived",
    EXIT_PARTIAL: "some entries failed",
    EXIT_USAGE: "refused",
    EXIT_CONNECTION: "no connection",
    EXIT_HELD: "held back",
    EXIT_DEFECT: "a defect of psync's",
    EXIT_INTERRUPTED: "ended by its operator",
    -9: "killed",
}

STOPPED = "stopped by the broken promise"

# winerror.h
WINDOWS_ERRORS = {"5": "access denied", "32": "sharing violation", "33": "lock violation"}

# A path as a Windows disk has it, which no user has ever seen.
ON_WINDOWS_DISK = re.compile(r"/([A-Za-z]:/.*)", re.DOTALL)


class Fate(Struct, frozen=True):
    """A fault of the plan, and the numbers of the events at which it took effect."""

    fault: Fault
    words: str
    effects: tuple[int, ...]


def words_of(fault: object) -> str:
    """A fault in words."""
    assert isinstance(fault, Struct)
    fields = structs.asdict(fault)
    name = type(fault).__name__
    if name in WORDS:
        return WORDS[name].format(**{key: _as_typed(value) for key, value in fields.items()})
    return ", ".join([spelled(name), *(f"{key} {value}" for key, value in fields.items())])


def words_of_effects(known: Iterable[Fate], events: Sequence[Event]) -> dict[int, str]:
    """What the picture says of the events at which faults took effect, by their numbers."""
    found = {}
    for fate in known:
        for number in fate.effects:
            is_met = type(fate.fault).__name__ in ARMED
            found[number] = _meeting(fate, events[number]) if is_met else f"fault: {fate.words}"
    return found


def words_of_stops(events: Iterable[Event]) -> dict[int, str]:
    """What the picture says of the end of a program in which a promise was broken, by its number.

    The checker has stopped it, so that its exit code is none of psync's.
    """
    found = {}
    stopped = None
    for event in events:
        if event.kind == NOTE and event.detail.startswith(BROKEN):
            stopped = event.place
        elif event.kind == "process" and event.place == stopped and EXIT.fullmatch(event.detail):
            found[event.sequence] = STOPPED
    return found


def fates(plan: Plan | None, events: Sequence[Event]) -> list[Fate]:
    """What became of each fault, in the order of the plan.

    The trace does not tell two faults of one kind on one machine apart: the one with the smaller
    number has come first. A lock is known by its file: all that is refused for it is its effect.
    """
    left = [(event.sequence, event.place, event.detail) for event in events if event.kind == "fault"]
    faults = plan.faults if plan else ()
    found: dict[int, tuple[int, ...]] = {}
    for place in sorted(range(len(faults)), key=lambda place: (_number(faults[place]), place)):
        own = [one for one in left if _is_of(faults[place], one)]
        if type(faults[place]).__name__ in ARMED:
            found[place] = tuple(one[0] for one in own if _is_met(faults[place], one[0], events))
            continue
        is_shared = sum(_key(other) == _key(faults[place]) for other in faults) > 1
        taken = own[:1] if is_shared else own
        left = [one for one in left if one not in taken]
        found[place] = tuple(sequence for sequence, _, _ in taken)
    return [Fate(fault, words_of(fault), found[place]) for place, fault in enumerate(faults)]


def plan_in_words(plan: Plan) -> str:
    """What was set up, and what was to happen."""
    source, target = plan.source_place, plan.target_place
    parts = [
        f"{plan.topology.value}: {_end(source.machine, source.is_remote)}"
        f" → {_end(target.machine, target.is_remote)}",
        f"{_count(len(plan.source), 'file')} at the source, {len(plan.target)} at the target",
        f"durability {plan.durability.value}",
        "with a key" if plan.is_keyed else "without a key",
        "deletes what the source has not" if plan.is_deleting else "deletes nothing",
        f"a disk like {plan.profile(target.machine).value}",
        *(["a dry run first"] if plan.is_dry_run_first else []),
        f"{_count(plan.runs, 'run')} while things fail, then {'one' if plan.is_run_once else 'two'} that must converge",
    ]
    return f"{', '.join(parts)}."


def end_in_words(plan: Plan, result: Result) -> str:
    """How it ended."""
    failing, healed = result.exit_codes[: plan.runs], result.exit_codes[plan.runs :]
    parts = [f"Promise broken: {result.broken}." if result.broken else "Every promise was kept."]
    if failing:
        parts.append(f"{_runs(failing)} while things failed: {_exits(failing)}.")
    if healed:
        parts.append(f"{_runs(healed)} after all was healed: {_exits(healed)}.")
    if result.is_run_stopped:
        parts.append(f"Run {len(result.exit_codes) + 1} was {STOPPED}.")
    if not result.broken:
        repeated = "" if plan.is_run_once else ", and a last run had nothing to send"
        parts.append(f"At the end the target was as it should be{repeated}.")
    return " ".join([*parts, f"It took {result.virtual_seconds:.3f} s of virtual time."])


def end_of_last_run(events: Sequence[Event]) -> str:
    """What came of the last run of a world without a plan, which has promised nothing."""
    copies = {event.place for event in events if (event.kind, event.detail) == ("process", "starts copy")}
    ends = [EXIT.fullmatch(event.detail) for event in events if event.place in copies]
    codes = [int(end[1]) for end in ends if end and end[1] != "-9"]
    return f"{_runs(codes)} came to an end, the last one so: {_exits(codes[-1:])}." if codes else ""


def _runs(codes: Sequence[int]) -> str:
    return _count(len(codes), "run")


def _exits(codes: Sequence[int]) -> str:
    return ", ".join(f"{EXITS.get(code, 'ended otherwise')} (exit code {code})" for code in codes)


def _meeting(fate: Fate, event: Event) -> str:
    """`FileLocked rename 5`: which call of whom was refused, and by which file."""
    call, _, number = event.detail.partition(" ")[2].partition(" ")
    path = _as_typed(getattr(fate.fault, "path", ""))
    why = WINDOWS_ERRORS.get(number, f"error {number}")
    return f"{event.place} meets the lock of {path}: {call} is refused ({why})"


def _is_met(fault: Fault, number: int, events: Sequence[Event]) -> bool:
    """Whether the call that was refused at that event, which follows it, is one on the file or its folder."""
    event = events[number]
    calls = (
        one for one in islice(events, number + 1, None) if one.kind == "file" and _machine(one) == event.place
    )
    names = {
        readable(path).replace("\\", "/").rpartition("/")[2].lower() for path in _paths(next(calls, None))
    }
    parts = getattr(fault, "path", "").lower().split("/")[-2:]
    ends_ns = begin_of(events).time_ns + round(getattr(fault, "seconds", 0) * SECOND_NS)
    return event.time_ns <= ends_ns and (not names or not names.isdisjoint(parts))


def begin_of(events: Sequence[Event]) -> Event:
    """The first event after the files of both sides were put where they are: faults are armed right before it."""
    return next((event for event in events if event.kind not in (CONTENT, "file")), events[0])


def _paths(event: Event | None) -> list[bytes]:
    return paths_in(event.detail) if event else []


def _machine(event: Event) -> str:
    return event.place.partition("/")[0]


def _as_typed(value: object) -> object:
    found = ON_WINDOWS_DISK.fullmatch(value) if isinstance(value, str) else None
    return found[1].replace("/", "\\") if found else value


def _is_of(fault: Fault, event: tuple[int, str, str]) -> bool:
    _, place, detail = event
    name, _, what = detail.partition(" ")
    told = getattr(fault, "call", "") + " " + getattr(fault, "error", "")
    is_kind = what == told if name == "CallFails" else True
    return name == type(fault).__name__ and place == getattr(fault, "machine", "world") and is_kind


def _key(fault: Fault) -> tuple[str, ...]:
    names = ("machine", "call", "error")
    return type(fault).__name__, *(str(getattr(fault, name, "")) for name in names)


def _number(fault: Fault) -> int:
    return int(
        next((getattr(fault, name) for name in ("number", "packets", "run") if hasattr(fault, name)), 0)
    )


def _end(machine: str, is_remote: bool) -> str:
    return f"{machine}, behind a listener" if is_remote else f"{machine}, a folder of the client's"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
