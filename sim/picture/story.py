"""The words for a plan, for what became of its faults, for the moments that matter, and for the end."""

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct, structs

from sim.faults import Fault
from sim.picture.events import EXIT, USER, Shown
from sim.plan import Plan
from sim.trace import NOTE, Event
from sim.trial import Result

# Each is filled with the fields of its fault; one without words is shown by its name and fields.
WORDS = {
    "CallFails": "{call} fails with {error} on {machine} from its call {number} on, {times} times",
    "ClockJumps": "the clock of {machine} jumps by {seconds:g} s at system call {number}",
    "ConnectionReset": "connections between {source} and {target} are reset after {packets} packets",
    "DiskFull": "the disk of {machine} has room for {bytes} bytes more",
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
    "SegmentTampered": "segment {segment} from {source} to {target} arrives changed ({kind})",
    "SourceChanges": "a source file on {machine} changes under the reader at {call} {number}",
}

TELLING = ("run ", "all faults", "source file", "ConnectionFailed", "ProblemFound", "RunRefused", "Summary")


class Fate(Struct, frozen=True):
    """A fault of the plan, and the numbers of the events at which it took effect."""

    fault: Fault
    words: str
    effects: tuple[int, ...]


class Moment(Struct, frozen=True):
    """An event that the story does not leave out. `tone`: fault, run, good, bad, or told."""

    sequence: int
    tone: str
    text: str


def words_of(fault: object) -> str:
    """A fault in words."""
    assert isinstance(fault, Struct)
    fields = structs.asdict(fault)
    name = type(fault).__name__
    if name in WORDS:
        return WORDS[name].format(**fields)
    spelled = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
    return ", ".join([spelled, *(f"{key} {value}" for key, value in fields.items())])


def fates(plan: Plan | None, events: Sequence[Event]) -> list[Fate]:
    """What became of each fault, in the order of the plan.

    The trace does not tell two faults of one kind on one machine apart: the one with the smaller
    number has come first.
    """
    left = [(event.sequence, event.place, event.detail) for event in events if event.kind == "fault"]
    faults = plan.faults if plan else ()
    found: dict[int, tuple[int, ...]] = {}
    for place in sorted(range(len(faults)), key=lambda place: (_number(faults[place]), place)):
        own = [one for one in left if _is_of(faults[place], one)]
        is_shared = sum(_key(other) == _key(faults[place]) for other in faults) > 1
        taken = own[:1] if is_shared else own
        left = [one for one in left if one not in taken]
        found[place] = tuple(sequence for sequence, _, _ in taken)
    return [Fate(fault, words_of(fault), found[place]) for place, fault in enumerate(faults)]


def moments(events: Sequence[Event], lines: Sequence[Shown], result: Result | None) -> list[Moment]:
    """What matters, in order, and the end."""
    found = list(_moments(events, lines))
    if result is not None and events:
        text = f"promise broken: {result.broken}" if result.broken else "every promise was kept"
        found.append(Moment(len(events) - 1, "bad" if result.broken else "good", text))
    return found


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
        f"a disk like {'ntfs' if target.machine in plan.windows else plan.crash_profile.value}",
        f"{_count(plan.runs, 'run')} while things fail, then two that must converge",
    ]
    return f"{', '.join(parts)}."


def end_in_words(result: Result) -> str:
    """How it ended."""
    codes = ", ".join(map(str, result.exit_codes)) or "none"
    end = f"Promise broken: {result.broken}" if result.broken else "Every promise was kept"
    return f"{end}. Exit codes of the runs: {codes}. {result.virtual_seconds:.3f} virtual seconds."


def _moments(events: Sequence[Event], lines: Sequence[Shown]) -> Iterator[Moment]:
    end = _epilogue(events)
    told = set()
    for event, line in zip(events[:end], lines, strict=False):
        tone = _tone(event)
        is_again = event.kind == "fault" and line.text in told
        if tone and not is_again:
            told.add(line.text)
            who = "" if event.place == "world" else f"{event.place} "
            is_named = line.text.startswith("fault: ") or event.place in line.text
            yield Moment(event.sequence, tone, line.text if is_named else f"{who}{line.text}")


def _epilogue(events: Sequence[Event]) -> int:
    """Where the world is closed: all that still runs is killed, and nothing follows."""
    end = len(events)
    while end and events[end - 1].kind == "process" and events[end - 1].detail == "ended -9":
        end -= 1
    return end


def _tone(event: Event) -> str:
    if event.kind == "fault" or (event.kind == "link" and event.detail.endswith("open")):
        return "fault"
    if event.kind == NOTE and event.detail.startswith(TELLING):
        return (
            "bad" if event.detail.startswith(("ConnectionFailed", "ProblemFound", "RunRefused")) else "told"
        )
    if event.kind == "machine" or (event.kind == "process" and not USER.fullmatch(event.place)):
        is_good = event.detail.startswith(("boot", "starts", "goes on", "ended 0"))
        is_failed = EXIT.fullmatch(event.detail) is not None and not is_good and event.detail != "ended -9"
        return "bad" if is_failed else "run"
    return ""


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
