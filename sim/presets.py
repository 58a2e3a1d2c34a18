"""Which faults a world is likely to have: from nothing at all to everything at once.

All chances are zero by default. `chaos` is a swarm: each class of faults is off
with a chance of one half, so that what is rare is not hidden behind what is
frequent (Groce et al., "Swarm Testing", ISSTA 2012).
"""

from collections.abc import Callable, Iterator
from random import Random

from msgspec import Struct, structs

from psync.core.settings import Durability
from sim.crash import CrashProfile
from sim.drawing import (
    CALLS_MAX,
    CLASSES,
    CONDITIONS,
    INTERRUPTIONS,
    LOCKS,
    MEDIUM_CALLS,
    MISTAKES,
    NEEDS_NETWORK,
    NETWORK,
    Drawing,
)
from sim.faults import EntryUnfit, Fault
from sim.plan import PLACES, Kind, Plan, Topology
from sim.workload import (
    BULKY_BYTES,
    Amounts,
    draw_edits,
    draw_files,
    draw_old_files,
    exchange,
    exclude,
    give_modes,
    respell,
    vary,
)

# One more run, at a fifth of a seed's cost, finds one bug in twenty more: all are found sooner where most seeds save it.
REPEATED_CHANCE = 0.25

# How often a listener goes on after the faults, with whatever they have left in it. To start another one costs more.
KEPT_CHANCE = 0.75


class Preset(Struct, frozen=True):
    """Chances by which faults are drawn: `classes` are tried in order, each `rounds` times.

    `mistake_chance`: for each of `MISTAKES`, in a run of its own choice. `condition_chance`: for each of `CONDITIONS`,
    `interruption_chance`: for each of `INTERRUPTIONS`. `lock_chance`: for each of `LOCKS`, where the target is a Windows machine.
    `repeated_chance`: that the job is run once more when all has converged. `mode_chance`: that files have modes
    of their own, which their user changes. `exclude_chance`: that something is no part of the job.
    `dry_run_chance`: that a dry run comes first, half of them to a target that is not there yet.
    `exchange_chance`: that edits put one kind of entry in the place of another; `respelling_chance`: that they change
    the case of names, where a machine under Windows takes part.
    """

    classes: tuple[str, ...] = ()
    chance: float = 0.0
    rounds: int = 2
    is_swarm: bool = False
    interleave_chance: float = 0.0
    amounts: Amounts = Amounts()
    mistake_chance: float = 0.0
    condition_chance: float = 0.0
    interruption_chance: float = 0.0
    lock_chance: float = 0.0
    windows_chance: float = 0.0
    kind_chance: float = 0.0
    keyed_chance: float = 0.5
    repeated_chance: float = REPEATED_CHANCE
    mode_chance: float = 0.0
    exclude_chance: float = 0.0
    dry_run_chance: float = 0.0
    exchange_chance: float = 0.0
    respelling_chance: float = 0.0


PRESETS = {
    "clean": Preset(mode_chance=0.3, exclude_chance=0.15, dry_run_chance=0.08, exchange_chance=0.3),
    "documented": Preset(
        ("locked file",), 0.7, mistake_chance=0.5, lock_chance=0.7, keyed_chance=0.9, windows_chance=0.7
    ),
    "lossy": Preset(NETWORK, chance=0.5, rounds=1),
    "crashy": Preset(("kill", "power cut"), chance=0.6, rounds=3),
    "failing-disk": Preset(("failing call", "full disk"), chance=0.5, rounds=6, exchange_chance=0.3),
    "failing-sync": Preset(("failing sync",), chance=0.9, rounds=2),
    "failing-source": Preset(("failing source",), chance=0.9, rounds=2),
    "meddling": Preset(("changing source", "source being written", "target written"), chance=0.8, rounds=3),
    "rivals": Preset(("rival",), chance=0.9, rounds=2),
    "tampered": Preset(("tampered segment", "endless record"), chance=0.9, rounds=2),
    "crowded": Preset(("power cut", "failing call"), chance=0.3, rounds=1, amounts=Amounts(9, 24)),
    "bulky": Preset(
        ("full disk", "clogged link"),
        chance=0.4,
        rounds=1,
        amounts=Amounts(large_chance=0.9, large_bytes=BULKY_BYTES),
    ),
    "locked": Preset(("locked file",), 0.9, rounds=4, windows_chance=1.0, respelling_chance=0.5),
    "windows-hostile": Preset(
        tuple(CLASSES),
        0.4,
        is_swarm=True,
        interleave_chance=0.25,
        condition_chance=0.2,
        interruption_chance=0.2,
        windows_chance=1.0,
        respelling_chance=0.4,
    ),
    "unfit": Preset(
        condition_chance=0.6, windows_chance=0.7, kind_chance=0.15, mode_chance=0.3, exclude_chance=0.15
    ),
    "interrupted": Preset(interruption_chance=0.7, windows_chance=0.7, respelling_chance=0.5),
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
        condition_chance=0.1,
        interruption_chance=0.1,
        lock_chance=0.7,
        windows_chance=0.5,
        kind_chance=0.15,
        mode_chance=0.3,
        exclude_chance=0.12,
        dry_run_chance=0.06,
        exchange_chance=0.25,
        respelling_chance=0.4,
    ),
    "medium": Preset(
        tuple(CLASSES),
        0.4,
        2,
        is_swarm=True,
        interleave_chance=0.25,
        amounts=Amounts(20, 60),
        mistake_chance=0.1,
        condition_chance=0.1,
        interruption_chance=0.1,
        lock_chance=0.5,
        windows_chance=0.3,
        kind_chance=0.1,
    ),
}


def derive(name: str, seed: int) -> Plan:
    """Give the plan of a seed."""
    preset = PRESETS[name]
    random = Random(f"{name}:{seed}:plan")
    course = Random(f"{name}:{seed}:repetition")
    topology = random.choice((Topology.PUSH, Topology.PUSH, Topology.PULL, Topology.RELAY, Topology.LOCAL))
    source, target = PLACES[topology]
    remotes = tuple(place.machine for place in (source, target) if place.is_remote)
    calls_max = CALLS_MAX if preset.amounts.files_min == 1 else CALLS_MAX * MEDIUM_CALLS
    drawing = Drawing(Random(f"{name}:{seed}:faults"), source.machine, target.machine, remotes, calls_max)
    drawing.windows = _windows(Random(f"{name}:{seed}:windows"), preset, remotes)
    files = tuple(draw_files(random, preset.amounts, 0))
    drawing.files = tuple(file.path for file in files)
    drawing.content_bytes = sum(file.size for file in files)
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
        target=tuple(draw_old_files(random, files, preset.amounts)),
        edits=tuple(tuple(draw_edits(random, number)) for number in range(random.choice((0, 0, 1, 2)))),
        faults=tuple(_faults(preset, drawing)),
        is_mapped=random.random() < 0.5,
        is_run_once=course.random() >= preset.repeated_chance,
        is_kept_on=course.random() < KEPT_CHANCE,
    )
    plan = _varied(preset, plan)
    mistakes = structs.replace(drawing, random=Random(f"{name}:{seed}:mistakes"))
    conditions = structs.replace(drawing, random=Random(f"{name}:{seed}:conditions"))
    interruptions = structs.replace(drawing, random=Random(f"{name}:{seed}:interruptions"))
    faults = (
        *plan.faults,
        *_mistakes(preset, mistakes, plan.runs),
        *_each(CONDITIONS, preset.condition_chance, conditions),
        *_each(INTERRUPTIONS, preset.interruption_chance, interruptions),
    )
    locks = structs.replace(drawing, random=Random(f"{name}:{seed}:locks"))
    locks.due_files = tuple(_due(plan))
    return _edited(preset, structs.replace(plan, faults=(*faults, *_locks(preset, locks))))


def _edited(preset: Preset, plan: Plan) -> Plan:
    """Have the user do more between runs. Unfit entries would be in his way: they stand where he has not been."""
    if not plan.edits or any(isinstance(fault, EntryUnfit) for fault in plan.faults):
        return plan
    exchanges, spellings = (
        Random(f"{plan.preset}:{plan.seed}:{what}") for what in ("exchanges", "spellings")
    )
    if exchanges.random() < preset.exchange_chance:
        plan = exchange(plan, exchanges)
    if plan.windows and not plan.exclude and spellings.random() < preset.respelling_chance:
        plan = respell(plan, spellings)
    return plan


def _varied(preset: Preset, plan: Plan) -> Plan:
    """Make other things of a plain plan, each in a stream of its own."""
    kinds, modes, exclusions, rehearsal = (
        Random(f"{plan.preset}:{plan.seed}:{what}") for what in ("kinds", "modes", "exclusions", "rehearsal")
    )
    if not plan.windows:  # where links need a privilege
        plan = vary(plan, kinds, preset.kind_chance)
    if modes.random() < preset.mode_chance:
        plan = give_modes(plan, modes)
    if exclusions.random() < preset.exclude_chance:
        plan = exclude(plan, exclusions)
    if rehearsal.random() < preset.dry_run_chance:
        plan = structs.replace(plan, is_dry_run_first=True)
        if rehearsal.random() < 0.5:
            plan = structs.replace(plan, target=(), is_target_missing=True)
    return plan


def _windows(random: Random, preset: Preset, remotes: tuple[str, ...]) -> tuple[str, ...]:
    """Say which of the listeners' machines run under Windows."""
    return tuple(name for name in remotes if random.random() < preset.windows_chance)


def _faults(preset: Preset, drawing: Drawing) -> Iterator[Fault]:
    random = drawing.random
    classes = [name for name in preset.classes if not preset.is_swarm or random.random() < 0.5]
    for name in classes:
        for _ in range(preset.rounds):
            if random.random() < preset.chance and _is_possible(name, drawing):
                yield CLASSES[name](drawing)


def _is_possible(name: str, drawing: Drawing) -> bool:
    """Whether there is a network, or a machine whose files can be locked."""
    return bool(drawing.windows if name == "locked file" else drawing.remotes or name not in NEEDS_NETWORK)


def _mistakes(preset: Preset, drawing: Drawing, runs: int) -> Iterator[Fault]:
    for draw in MISTAKES.values():
        drawing.run = drawing.random.randint(1, runs)
        if drawing.random.random() < preset.mistake_chance and drawing.remotes:
            yield draw(drawing)


def _each(classes: dict[str, Callable[[Drawing], Fault]], chance: float, drawing: Drawing) -> Iterator[Fault]:
    for draw in classes.values():
        if drawing.random.random() < chance:
            yield draw(drawing)


def _due(plan: Plan) -> Iterator[str]:
    """Name the files of the target that the first run has to exchange or delete."""
    source = {file.path: file for file in plan.source}
    for file in plan.target:
        is_other = source[file.path] != file if file.path in source else plan.is_deleting
        if file.kind is Kind.FILE and is_other:
            yield file.path


def _locks(preset: Preset, drawing: Drawing) -> Iterator[Fault]:
    is_possible = drawing.target in drawing.windows and drawing.due_files
    for draw in LOCKS.values():
        if is_possible and drawing.random.random() < preset.lock_chance:
            yield draw(drawing)
