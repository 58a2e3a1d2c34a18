"""Which faults a world is likely to have: from nothing at all to everything at once.

All chances are zero by default. `chaos` is a swarm: each class of faults is off
with a chance of one half, so that what is rare is not hidden behind what is
frequent (Groce et al., "Swarm Testing", ISSTA 2012).
"""

from collections.abc import Callable, Iterator
from random import Random

from msgspec import Struct, structs

from psync.core.paths import PathStyle
from psync.core.settings import DEFAULT_INSTANCE, Durability
from sim.crash import CrashProfile
from sim.faults import (
    CallFails,
    ClockJumps,
    ConnectionReset,
    DiskFull,
    DiskSlow,
    Fault,
    FileLocked,
    KeyMismatch,
    LinkClogged,
    NameLost,
    NetworkSilent,
    PortFiltered,
    PortMismatch,
    PowerCut,
    ProcessHangs,
    ProcessKilled,
    RivalRun,
    SecondListener,
    SegmentTampered,
    SourceChanges,
    SourceWritten,
    TargetWritten,
)
from sim.faults.configuration import KeyPart
from sim.layout import DATA, Layout
from sim.plan import CLIENT, PLACES, Edit, FileSpec, Kind, Plan, Topology
from sim.windows import OPEN_ELSEWHERE

# A run of a small tree makes so many calls on a machine; a fault at a later one has no effect.
CALLS_MAX = 160
PACKETS_MAX = 120

# Smaller than every length that travels; with single bytes, a world of large files took a minute.
SEGMENT_BYTES_MIN = 7

# A medium tree makes so many times as many.
MEDIUM_CALLS = 5

NAMES = ("a", "b", "letter.txt", "sub/a", "sub/b", "sub/deep/c", "other/d", "other/e")
MANY_NAMES = (
    *NAMES,
    *(f"{folder}/{number}" for folder in ("sub", "sub/deep", "many") for number in range(24)),
)
SIZES = (0, 1, 100, 511, 512, 513, 1500, 4096, 5000)

# Just over the size from which on files travel in pieces.
LARGE_BYTES = 300_000
LARGE_CHANCE = 0.05

# Two pieces, without space reserved beforehand; some of these use up the credit of a stream.
BULKY_BYTES = 1_000_000


class Preset(Struct, frozen=True):
    """Chances by which faults are drawn: `classes` are tried in order, each `rounds` times.

    `mistake_chance`: for each of `MISTAKES`, in a run of its own choice.
    """

    classes: tuple[str, ...] = ()
    chance: float = 0.0
    rounds: int = 2
    is_swarm: bool = False
    interleave_chance: float = 0.0
    files_min: int = 1
    files_max: int = 8
    large_chance: float = LARGE_CHANCE
    large_bytes: int = LARGE_BYTES
    mistake_chance: float = 0.0
    windows_chance: float = 0.0
    kind_chance: float = 0.0
    keyed_chance: float = 0.5


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
    ("open", "EACCES", 40),
    ("open", "EMFILE", 40),
    ("open", "EIO", 40),
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
    return LinkClogged(
        source,
        target,
        d.random.choice((0.02, 0.15, 1.0)),
        d.random.choice((5_000, 100_000, 10_000_000)),
        d.random.choice((SEGMENT_BYTES_MIN, 100, 1460)),
    )


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
    return PortFiltered(d.random.choice(d.remotes or (CLIENT,)), d.random.choice((0.5, 5.0)))


def _name_lost(d: Drawing) -> Fault:
    return NameLost(CLIENT, d.random.choice(d.remotes or (CLIENT,)), d.random.choice((0.5, 5.0)))


def _link(d: Drawing) -> tuple[str, str]:
    other = d.random.choice(d.remotes or ("nobody",))
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


# Mistakes of operators, drawn in a stream of their own: each lasts one run.
MISTAKES: dict[str, Callable[[Drawing], Fault]] = {
    "port mismatch": _port_mismatch,
    "key mismatch": _key_mismatch,
    "second listener": _second_listener,
}

NETWORK = ("clogged link", "silent network", "reset", "tampered segment", "filtered port", "lost name")

PRESETS = {
    "clean": Preset(),
    "documented": Preset(("locked file",), 0.7, mistake_chance=0.5, keyed_chance=0.9, windows_chance=0.7),
    "lossy": Preset(NETWORK, chance=0.5, rounds=1),
    "crashy": Preset(("kill", "power cut"), chance=0.6, rounds=3),
    "failing-disk": Preset(("failing call", "full disk"), chance=0.5, rounds=6),
    "failing-sync": Preset(("failing sync",), chance=0.9, rounds=2),
    "failing-source": Preset(("failing source",), chance=0.9, rounds=2),
    "meddling": Preset(("changing source", "source being written", "target written"), chance=0.8, rounds=3),
    "rivals": Preset(("rival",), chance=0.9, rounds=2),
    "tampered": Preset(("tampered segment", "endless record"), chance=0.9, rounds=2),
    "crowded": Preset(("power cut", "failing call"), chance=0.3, rounds=1, files_min=9, files_max=24),
    "bulky": Preset(
        ("full disk", "clogged link"), chance=0.4, rounds=1, large_chance=0.9, large_bytes=BULKY_BYTES
    ),
    "locked": Preset(("locked file",), 0.9, rounds=4, windows_chance=1.0),
    "windows-hostile": Preset(tuple(CLASSES), 0.4, is_swarm=True, interleave_chance=0.25, windows_chance=1.0),
    "interleave": Preset(
        ("slow disk", "kill", "failing call", "changing source", "power cut"), 0.4, interleave_chance=1.0
    ),
    "chaos": Preset(
        tuple(CLASSES),
        chance=0.4,
        rounds=2,
        is_swarm=True,
        interleave_chance=0.25,
        mistake_chance=0.1,
        windows_chance=0.3,
        kind_chance=0.15,
    ),
    "medium": Preset(
        tuple(CLASSES),
        0.4,
        2,
        is_swarm=True,
        interleave_chance=0.25,
        files_min=20,
        files_max=60,
        mistake_chance=0.1,
        windows_chance=0.3,
        kind_chance=0.1,
    ),
}


def derive(name: str, seed: int) -> Plan:
    """Give the plan of a seed."""
    preset = PRESETS[name]
    random = Random(f"{name}:{seed}:plan")
    topology = random.choice((Topology.PUSH, Topology.PUSH, Topology.PULL, Topology.RELAY, Topology.LOCAL))
    source, target = PLACES[topology]
    remotes = tuple(place.machine for place in (source, target) if place.is_remote)
    calls_max = CALLS_MAX if preset.files_min == 1 else CALLS_MAX * MEDIUM_CALLS
    drawing = Drawing(Random(f"{name}:{seed}:faults"), source.machine, target.machine, remotes, calls_max)
    drawing.windows = _windows(Random(f"{name}:{seed}:windows"), preset, remotes)
    files = tuple(_files(random, preset, 0))
    drawing.files = tuple(file.path for file in files)
    plan = Plan(
        preset=name,
        seed=seed,
        topology=topology,
        durability=random.choice((Durability.BATCH, Durability.BATCH, Durability.FILE, Durability.NONE)),
        is_deleting=random.random() < 0.6,
        is_keyed=random.random() < preset.keyed_chance,
        is_interleaved=random.random() < preset.interleave_chance,
        windows=drawing.windows,
        crash_profile=random.choice((CrashProfile.EXT4, CrashProfile.STRICT_POSIX)),
        source=files,
        target=tuple(_old_files(random, files, preset)),
        edits=tuple(tuple(_edits(random, number)) for number in range(random.choice((0, 0, 1, 2)))),
        faults=tuple(_faults(preset, drawing)),
        is_mapped=random.random() < 0.5,
    )
    if not plan.windows:  # where links need a privilege
        plan = _varied(plan, Random(f"{name}:{seed}:kinds"), preset.kind_chance)
    mistakes = structs.replace(drawing, random=Random(f"{name}:{seed}:mistakes"))
    return structs.replace(plan, faults=(*plan.faults, *_mistakes(preset, mistakes, plan.runs)))


def _windows(random: Random, preset: Preset, remotes: tuple[str, ...]) -> tuple[str, ...]:
    """Say which of the listeners' machines run under Windows."""
    return tuple(name for name in remotes if random.random() < preset.windows_chance)


def _files(random: Random, preset: Preset, version: int) -> Iterator[FileSpec]:
    names = NAMES if preset.files_max <= len(NAMES) else MANY_NAMES
    chosen = random.sample(names, random.randint(preset.files_min, preset.files_max))
    for place, name in enumerate(sorted(chosen)):
        size = preset.large_bytes if random.random() < preset.large_chance else random.choice(SIZES)
        yield FileSpec(name, size, version + place + 1)


def _old_files(random: Random, new: tuple[FileSpec, ...], preset: Preset) -> Iterator[FileSpec]:
    """Give what the target has at first: something of the source, something older, something else."""
    half = structs.replace(preset, files_max=(preset.files_min + preset.files_max) // 2)
    for file in _files(random, half, 1000):
        known = next((one for one in new if one.path == file.path), file)
        chance = random.random()
        if chance < 0.1:
            known = structs.replace(known, size=known.size + 1)  # of the same time
        yield known if chance < 0.4 else file


def _varied(plan: Plan, random: Random, chance: float) -> Plan:
    """Make some files of the source links or folders; with deleting, some of the target stand in their way."""
    edited = {edit.path for edits in plan.edits for edit in edits}
    source = tuple(
        structs.replace(file, kind=random.choice((Kind.LINK, Kind.FOLDER)), size=max(1, file.size % 100))
        if random.random() < chance and file.path not in edited
        else file
        for file in plan.source
    )
    target = _in_the_way(plan, random, chance) if plan.is_deleting else ()
    kept = tuple(file for file in plan.target if plan.is_deleting or file.path not in _names(source))
    return structs.replace(plan, source=source, target=_apart((*target, *kept)))


def _names(files: tuple[FileSpec, ...]) -> set[str]:
    return {file.path for file in files if file.kind is not Kind.FILE}


def _in_the_way(plan: Plan, random: Random, chance: float) -> tuple[FileSpec, ...]:
    """Give folders where the source has files, and files where it has folders."""
    found = []
    for file in plan.source:
        if random.random() < chance:
            above = file.path.rpartition("/")[0]
            path = above if above and random.random() < 0.5 else f"{file.path}/inside"
            found.append(FileSpec(path, random.choice(SIZES), 2000 + file.version))
    return tuple(found)


def _apart(files: tuple[FileSpec, ...]) -> tuple[FileSpec, ...]:
    """Leave out what cannot stand beside what comes before it: the same name, or one above or below it."""
    kept: list[FileSpec] = []
    for file in files:
        if not any(
            _is_at_or_below(file.path, one.path) or _is_at_or_below(one.path, file.path) for one in kept
        ):
            kept.append(file)
    return tuple(kept)


def _is_at_or_below(path: str, other: str) -> bool:
    return f"{path}/".startswith(f"{other}/")


def _edits(random: Random, round_number: int) -> Iterator[Edit]:
    for place in range(random.randint(1, 3)):
        size = -1 if random.random() < 0.2 else random.choice(SIZES)
        yield Edit(random.choice(NAMES), size, 10_000 + round_number * 100 + place)


def _faults(preset: Preset, drawing: Drawing) -> Iterator[Fault]:
    random = drawing.random
    classes = [name for name in preset.classes if not preset.is_swarm or random.random() < 0.5]
    for name in classes:
        for _ in range(preset.rounds):
            if random.random() < preset.chance and _is_possible(name, drawing):
                yield CLASSES[name](drawing)


def _is_possible(name: str, drawing: Drawing) -> bool:
    """Whether there is a network, or a machine whose files can be locked."""
    return bool(drawing.windows if name == "locked file" else drawing.remotes or name not in NETWORK)


def _mistakes(preset: Preset, drawing: Drawing, runs: int) -> Iterator[Fault]:
    for draw in MISTAKES.values():
        drawing.run = drawing.random.randint(1, runs)
        if drawing.random.random() < preset.mistake_chance and drawing.remotes:
            yield draw(drawing)
