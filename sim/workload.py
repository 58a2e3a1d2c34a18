"""What stands on the disks of a trial, and what its user does: trees and edits, as chance decides."""

from collections.abc import Iterator
from contextlib import suppress
from random import Random

from msgspec import Struct, structs

from psync.core.paths import PathStyle
from sim.plan import Edit, FileSpec, Kind, Plan, folders_above

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


class Amounts(Struct, frozen=True):
    """How many files a tree has, how often one of them is large, and how large."""

    files_min: int = 1
    files_max: int = 8
    large_chance: float = LARGE_CHANCE
    large_bytes: int = LARGE_BYTES


def draw_files(random: Random, amounts: Amounts, version: int) -> Iterator[FileSpec]:
    names = NAMES if amounts.files_max <= len(NAMES) else MANY_NAMES
    chosen = random.sample(names, random.randint(amounts.files_min, amounts.files_max))
    for place, name in enumerate(sorted(chosen)):
        size = amounts.large_bytes if random.random() < amounts.large_chance else random.choice(SIZES)
        yield FileSpec(name, size, version + place + 1)


def draw_old_files(random: Random, new: tuple[FileSpec, ...], amounts: Amounts) -> Iterator[FileSpec]:
    """Give what the target has at first: something of the source, something older, something else."""
    half = structs.replace(amounts, files_max=(amounts.files_min + amounts.files_max) // 2)
    for file in draw_files(random, half, 1000):
        known = next((one for one in new if one.path == file.path), file)
        chance = random.random()
        if chance < 0.1:
            known = structs.replace(known, size=known.size + 1)  # of the same time
        yield known if chance < 0.4 else file


def vary(plan: Plan, random: Random, chance: float) -> Plan:
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


# Those of files that their owner can read, and of folders that he can list: some are closed to him.
FILE_MODES = ("600", "755", "444", "640")
FOLDER_MODES = ("700", "555", "750", "500")

# What only a target may have: psync writes there, and need not read.
UNREADABLE = "200"

MODE_CHANCE = 0.4


def give_modes(plan: Plan, random: Random) -> Plan:
    """Give some files and folders of POSIX machines modes of their own; between runs, the user changes some."""
    source, target, edits = plan.source, plan.target, plan.edits
    if plan.style(plan.target_place.machine) is PathStyle.POSIX:
        target = tuple(_moded(random, target, (*FILE_MODES, UNREADABLE, UNREADABLE), 4000))
    if plan.style(plan.source_place.machine) is PathStyle.POSIX:
        source = tuple(_moded(random, source, FILE_MODES, 3000))
        edits = tuple((*edits, *_mode_edits(random, source)) for edits in plan.edits)
    return structs.replace(plan, source=source, target=target, edits=edits)


def _moded(
    random: Random, files: tuple[FileSpec, ...], modes: tuple[str, ...], version: int
) -> Iterator[FileSpec]:
    """The files, and the folders above them that have a mode of their own."""
    for file in files:
        if file.kind is Kind.LINK or random.random() >= MODE_CHANCE:
            yield file
        else:
            yield structs.replace(
                file, mode=random.choice(FOLDER_MODES if file.kind is Kind.FOLDER else modes)
            )
    for place, folder in enumerate(_folders(files)):
        if random.random() < MODE_CHANCE:
            yield FileSpec(folder, 0, version + place, Kind.FOLDER, random.choice(FOLDER_MODES))


def _folders(files: tuple[FileSpec, ...]) -> list[str]:
    return sorted({above for file in files for above in folders_above(file.path)})


def _mode_edits(random: Random, source: tuple[FileSpec, ...]) -> Iterator[Edit]:
    folders = {*_folders(source), *(file.path for file in source if file.kind is Kind.FOLDER)}
    paths = sorted({*folders, *(file.path for file in source if file.kind is Kind.FILE)})
    for _ in range(random.randint(0, 2) if paths else 0):
        path = random.choice(paths)
        yield Edit(path, 0, 0, random.choice(FOLDER_MODES if path in folders else FILE_MODES))


def exchange(plan: Plan, random: Random) -> Plan:
    """Have the user put a folder or a link in the place of a file, or the other way round, or lead a link elsewhere."""
    leaves = sorted(file.path for file in plan.source if file.kind is not Kind.FOLDER)
    for place, edits in enumerate(plan.edits):
        for version in range(random.randint(1, 2)):
            edit = _exchange(plan, random, leaves, 20_000 + place * 100 + version)
            with suppress(ValueError):
                rounds = (*plan.edits[:place], (*edits, edit), *plan.edits[place + 1 :])
                plan, edits = structs.replace(plan, edits=rounds), (*edits, edit)
    return plan


def _exchange(plan: Plan, random: Random, leaves: list[str], version: int) -> Edit:
    links = [file.path for file in plan.source if file.kind is Kind.LINK]
    if links and random.random() < 0.5:
        return Edit(random.choice(links), 20, version, kind=Kind.LINK)
    kinds = (Kind.FOLDER,) if plan.windows else (Kind.FOLDER, Kind.LINK)
    path = random.choice(leaves or ["a"])
    chance = random.random()
    if chance < 0.6:
        return Edit(path, 20, version, kind=random.choice(kinds))
    if chance < 0.8:
        return Edit(f"{path}/inside", 20, version)
    return Edit(random.choice(_folders(plan.source) or [path]), 20, version)


def respell(plan: Plan, random: Random) -> Plan:
    """Have the user change the case of names, where two spellings are one to the other end."""
    paths = sorted({*_folders(plan.source), *(file.path for file in plan.source)})
    rounds = []
    for edits in plan.edits:
        path = random.choice(paths)
        last = path.rpartition("/")[2]
        name = random.choice((last.upper(), last.capitalize()))
        rounds.append((Edit(path, 0, 0, name=name), *edits))
    with suppress(ValueError):
        return structs.replace(plan, edits=tuple(rounds))
    return plan


def exclude(plan: Plan, random: Random) -> Plan:
    """Exclude some names of the source or of the target, if what stands at the target leaves a way to converge."""
    names = sorted({name for file in (*plan.source, *plan.target) for name in file.path.split("/")})
    patterns = {random.choice((*names, "*.txt")) for _ in range(random.randint(1, 2))}
    if random.random() < 0.3:
        patterns = {f"/{pattern}" for pattern in patterns}
    with suppress(ValueError):
        return structs.replace(plan, exclude=tuple(sorted(patterns)))
    return plan


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


def draw_edits(random: Random, round_number: int) -> Iterator[Edit]:
    for place in range(random.randint(1, 3)):
        size = -1 if random.random() < 0.2 else random.choice(SIZES)
        yield Edit(random.choice(NAMES), size, 10_000 + round_number * 100 + place)
