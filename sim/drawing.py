"""How faults are drawn: one function a class, which gives the fault that chance decides."""

from collections.abc import Callable
from random import Random

from msgspec import Struct

from psync.core.paths import PathStyle
from psync.core.settings import DEFAULT_INSTANCE
from sim.faults import (
    CallFails,
    ClockJumps,
    ConnectionReset,
    DiskFull,
    DiskHangs,
    DiskReadOnly,
    DiskSlow,
    EntryUnfit,
    Fault,
    FileLocked,
    FileSizeLimited,
    KeyMismatch,
    LinkClogged,
    NameLost,
    NetworkSilent,
    PortFiltered,
    PortMismatch,
    PowerCut,
    ProcessHangs,
    ProcessKilled,
    ProcessStopped,
    RivalRun,
    SecondListener,
    SegmentTampered,
    SourceChanges,
    SourceWritten,
    TargetWritten,
)
from sim.faults.configuration import KeyPart
from sim.faults.unfit import Unfit
from sim.layout import DATA, Layout
from sim.plan import CLIENT
from sim.windows import EXCLUSIVE, OPEN_ELSEWHERE, READING

# A run of a small tree makes so many calls on a machine; a fault at a later one has no effect.
CALLS_MAX = 160
PACKETS_MAX = 120

# Smaller than every length that travels.
SEGMENT_BYTES_MIN = 7

# A link cuts a tree into no more segments than about so many, each an event: after some hundreds it is only slow.
SEGMENTS_MAX = 5_000

# A medium tree makes so many times as many.
MEDIUM_CALLS = 5


class Drawing(Struct):
    """What a seed has decided before it draws faults."""

    random: Random
    source: str
    target: str
    remotes: tuple[str, ...]
    calls_max: int = CALLS_MAX
    run: int = 1
    windows: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    content_bytes: int = 0
    due_files: tuple[str, ...] = ()

    @property
    def machines(self) -> tuple[str, ...]:
        return tuple(sorted({CLIENT, self.source, self.target}))


def _kill(d: Drawing) -> Fault:
    return ProcessKilled(d.random.choice(d.machines), d.random.randint(1, d.calls_max))


def _power_cut(d: Drawing) -> Fault:
    return PowerCut(d.random.choice(d.machines), d.random.randint(1, d.calls_max))


def _hang(d: Drawing) -> Fault:
    seconds = d.random.choice((0.5, 20.0, 150.0))
    return ProcessHangs(d.random.choice(d.machines), d.random.randint(1, d.calls_max), seconds)


def _clock(d: Drawing) -> Fault:
    seconds = d.random.choice((-86400.0, -2.0, -0.001, 1.0, 3600.0))
    return ClockJumps(d.random.choice(d.machines), d.random.randint(1, d.calls_max), seconds)


# What a call can fail with, and about how many of them a small run makes.
FAILING_CALLS = (
    ("fsync", "EIO", 12),
    ("fsync", "ENOSPC", 12),
    ("write", "EIO", 8),
    ("write", "ENOSPC", 8),
    ("write", "EDQUOT", 8),
    ("open", "EACCES", 40),
    ("open", "EMFILE", 40),
    ("open", "EIO", 40),
    ("open", "ENOSPC", 40),
    ("pread", "EIO", 8),
    ("rename", "EIO", 8),
    ("rename", "EACCES", 8),
    ("close", "EIO", 40),
    ("scandir", "EIO", 6),
    ("mkdir", "ENOSPC", 4),
    ("unlink", "EACCES", 4),
    ("utime", "EPERM", 8),
    ("fchmod", "EPERM", 8),
    ("fstat", "EIO", 20),
    ("stat", "EIO", 20),
    ("sync_volume", "EIO", 2),
)


def _call_fails(d: Drawing) -> Fault:
    call, error, calls = d.random.choice(FAILING_CALLS)
    number = d.random.randint(1, calls)
    return CallFails(d.random.choice(d.machines), call, number, error, d.random.choice((1, 1, 1, 3)))


def _sync_fails(d: Drawing) -> Fault:
    return CallFails(d.target, "fsync", d.random.randint(1, 8), d.random.choice(("EIO", "ENOSPC")))


def _source_fails(d: Drawing) -> Fault:
    call, calls = d.random.choice((("scandir", 4), ("stat", 16), ("fstat", 24)))
    return CallFails(d.source, call, d.random.randint(1, calls), d.random.choice(("EIO", "EACCES")))


def _disk_full(d: Drawing) -> Fault:
    return DiskFull(d.target, d.random.choice((0, 100, 2000, 6000)))


def _disk_slow(d: Drawing) -> Fault:
    return DiskSlow(
        d.random.choice(d.machines), d.random.randint(1, d.calls_max), d.random.choice((0.06, 1.0, 30.0))
    )


def _source_changes(d: Drawing) -> Fault:
    call = d.random.choice(("pread", "pread", "preadv", "fstat"))
    return SourceChanges(d.source, d.random.randint(1, 8), call)


def _source_written(d: Drawing) -> Fault:
    return SourceWritten(d.source, d.random.randint(1, 8), d.random.choice(("pread", "pread", "preadv")))


def _target_written(d: Drawing) -> Fault:
    return TargetWritten(d.target, d.random.randint(1, 8))


def _rival(d: Drawing) -> Fault:
    return RivalRun(d.target, d.random.randint(1, d.calls_max))


def _clogged(d: Drawing) -> Fault:
    source, target = _link(d)
    latency_seconds = d.random.choice((0.02, 0.15, 1.0))
    bytes_per_second = d.random.choice((5_000, 100_000, 10_000_000))
    segment_bytes = max(d.random.choice((SEGMENT_BYTES_MIN, 100, 1460)), d.content_bytes // SEGMENTS_MAX)
    return LinkClogged(source, target, latency_seconds, bytes_per_second, segment_bytes)


def _silent(d: Drawing) -> Fault:
    seconds = d.random.choice((1.0, 8.0, 40.0, 200.0))
    return NetworkSilent(*_link(d), d.random.random() < 0.5, d.random.randint(1, PACKETS_MAX), seconds)


def _reset(d: Drawing) -> Fault:
    return ConnectionReset(*_link(d), d.random.randint(1, PACKETS_MAX))


def _tampered(d: Drawing) -> Fault:
    kind = d.random.choice(("corrupt", "replay", "truncate"))
    return SegmentTampered(*_link(d), kind, d.random.randint(1, 30))


def _lengthened(d: Drawing) -> Fault:
    return SegmentTampered(*_link(d), "lengthen", d.random.randint(3, 30))


def _filtered(d: Drawing) -> Fault:
    return PortFiltered(d.random.choice(d.remotes), d.random.choice((0.5, 5.0)))


def _name_lost(d: Drawing) -> Fault:
    return NameLost(CLIENT, d.random.choice(d.remotes), d.random.choice((0.5, 5.0)))


def _link(d: Drawing) -> tuple[str, str]:
    other = d.random.choice(d.remotes)
    return (CLIENT, other) if d.random.random() < 0.5 else (other, CLIENT)


def _locked(d: Drawing) -> Fault:
    path = Layout(PathStyle.WINDOWS).on_disk(DATA).decode() + "/" + d.random.choice(d.files)
    seconds = d.random.choice((0.5, 8.0, 200.0))
    return FileLocked(d.random.choice(d.windows), path, seconds, d.random.choice(OPEN_ELSEWHERE))


CLASSES: dict[str, Callable[[Drawing], Fault]] = {
    "kill": _kill,
    "power cut": _power_cut,
    "hang": _hang,
    "clock": _clock,
    "failing call": _call_fails,
    "failing sync": _sync_fails,
    "failing source": _source_fails,
    "full disk": _disk_full,
    "slow disk": _disk_slow,
    "changing source": _source_changes,
    "source being written": _source_written,
    "target written": _target_written,
    "rival": _rival,
    "clogged link": _clogged,
    "silent network": _silent,
    "reset": _reset,
    "tampered segment": _tampered,
    "endless record": _lengthened,
    "filtered port": _filtered,
    "lost name": _name_lost,
    "locked file": _locked,
}


def _port_mismatch(d: Drawing) -> Fault:
    return PortMismatch(d.run, d.random.choice((CLIENT, *d.remotes)), d.random.choice((1024, 7334, 65535)))


def _key_mismatch(d: Drawing) -> Fault:
    return KeyMismatch(d.run, d.random.choice((CLIENT, *d.remotes)), d.random.choice(list(KeyPart)))


def _second_listener(d: Drawing) -> Fault:
    return SecondListener(d.run, d.random.choice(d.remotes), d.random.choice((DEFAULT_INSTANCE, "old")))


def _locked_target(d: Drawing) -> Fault:
    """A file that the first run has to exchange or delete; for that run, or for all."""
    path = Layout(PathStyle.WINDOWS).on_disk(DATA).decode() + "/" + d.random.choice(d.due_files)
    state = d.random.choice((EXCLUSIVE, READING, d.random.choice(OPEN_ELSEWHERE)))
    return FileLocked(d.target, path, d.random.choice((8.0, 200.0)), state)


# Mistakes of operators, drawn in a stream of their own: each lasts one run.
MISTAKES: dict[str, Callable[[Drawing], Fault]] = {
    "port mismatch": _port_mismatch,
    "key mismatch": _key_mismatch,
    "second listener": _second_listener,
}


def _read_only(d: Drawing) -> Fault:
    return DiskReadOnly(d.target, d.random.randint(1, d.calls_max))


def _limited(d: Drawing) -> Fault:
    return FileSizeLimited(d.target, d.random.choice((99, 512, 4095, 250_000)))


# What a user may call them. Windows allows none of the first.
UNFIT_NAMES = ("a:stream", "nul", "sub/com1.txt", "ends.", "sub/ends ", "what?", "tab\tname")
FIT_NAMES = ("special", "sub/special", "new/special")


def _unfit(d: Drawing) -> Fault:
    kind = d.random.choice(list(Unfit))
    names = {Unfit.NAME: UNFIT_NAMES, Unfit.FOLDER: d.files}.get(kind, FIT_NAMES)
    return EntryUnfit(kind, d.random.choice(names))


# What does not pass by itself, drawn in a stream of its own so that it does not hide everything else.
CONDITIONS: dict[str, Callable[[Drawing], Fault]] = {
    "read-only disk": _read_only,
    "limited file size": _limited,
    "unfit entry": _unfit,
}

# Calls at which a disk begins to hang, the first two mostly in a thread, and about how many a small run makes.
HANGING_CALLS = (("fsync", 6), ("sync_volume", 1), ("open", 20), ("write", 4), ("pread", 4), ("rename", 3))


def _disk_hangs(d: Drawing) -> Fault:
    call, calls = d.random.choice(HANGING_CALLS)
    machine = d.source if call == "pread" else d.target
    return DiskHangs(machine, call, d.random.randint(1, calls), d.random.choice((8.0, 50.0, 200.0)))


def _stopped(d: Drawing) -> Fault:
    return ProcessStopped(d.random.choice(d.machines), d.random.randint(1, d.calls_max))


# What breaks off a run though nothing is broken, likewise in a stream of its own.
INTERRUPTIONS: dict[str, Callable[[Drawing], Fault]] = {
    "hung disk": _disk_hangs,
    "stopped program": _stopped,
}

# Where the target is a Windows machine that has files: the fault that the guide documents.
LOCKS: dict[str, Callable[[Drawing], Fault]] = {"locked target": _locked_target}

NETWORK = ("clogged link", "silent network", "reset", "tampered segment", "filtered port", "lost name")
NEEDS_NETWORK = (*NETWORK, "endless record")
