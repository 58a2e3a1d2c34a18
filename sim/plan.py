"""A world in full, before it begins: what stands on which disk, what the user does, what fails.

A seed and a preset give a plan; a plan gives one history. A plan is a value: it
is shown by `explain`, reduced by `shrink`, and kept in a replay file, which
stays true when presets and their chances change.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import lru_cache
from random import Random
from typing import Annotated

from msgspec import Meta, Struct

from psync.core.errors import RefusedPath
from psync.core.paths import PathStyle, name_refusal
from psync.core.settings import Durability
from sim.crash import CrashProfile
from sim.exclusions import Exclusions
from sim.faults import EntryUnfit, Fault
from sim.faults.fault import machines_of
from sim.trees import Link


class Topology(StrEnum):
    """Which machines hold the folders: the client's own, or one behind a listener."""

    PUSH = "push"
    PULL = "pull"
    RELAY = "relay"
    LOCAL = "local"


class Place(Struct, frozen=True):
    """A folder of the job: its machine, and whether a listener serves it there."""

    machine: str
    is_remote: bool


# The client runs on the machine `near`; two listeners stand on `far` and `other`.
CLIENT = "near"
PLACES = {
    Topology.PUSH: (Place(CLIENT, False), Place("far", True)),
    Topology.PULL: (Place("far", True), Place(CLIENT, False)),
    Topology.RELAY: (Place("far", True), Place("other", True)),
    Topology.LOCAL: (Place(CLIENT, False), Place(CLIENT, False)),
}


class Kind(StrEnum):
    """What stands under a name."""

    FILE = "file"
    LINK = "link"
    FOLDER = "folder"


# Contents are made anew whenever they are looked at.
SIZE_MAX = 1 << 28

# A file is so many seconds older than the world; with more of them its time would lie before 1970.
Version = Annotated[int, Meta(ge=0, le=1_000_000_000)]


# The permission bits of an entry in octal, such as 644; nothing for what a user's files usually have.
Mode = Annotated[str, Meta(pattern="^([0-7]{3})?$")]

# Without these, its owner can neither read a file, nor list a folder and enter it.
OWNER_READ = 0o400
OWNER_LIST = 0o500


# Versions are few, and the same ones in every plan.
@lru_cache(maxsize=256)
def _content(version: int, size: int) -> bytes:
    return Random(version).randbytes(size)


class FileSpec(Struct, frozen=True):
    """An entry that a user has made. A file has `size` bytes, a link as many letters, but one at least; `version` decides which."""

    path: str
    size: Annotated[int, Meta(ge=0, le=SIZE_MAX)]
    version: Version
    kind: Kind = Kind.FILE
    mode: Mode = ""

    @property
    def content(self) -> bytes:
        """The bytes of a file, the same for the same version and size."""
        return _content(self.version, self.size)

    @property
    def entry(self) -> bytes | Link | None:
        """What stands under the name, as trees have it."""
        if self.kind is Kind.FOLDER:
            return None
        if self.kind is Kind.LINK:
            letters = max(self.size, 1)
            return Link(_content(self.version, letters).hex()[:letters].encode())
        return self.content


class Edit(Struct, frozen=True):
    """What the user does to the source between two runs: write a file, or remove one (size -1).

    With a `mode`, what stands there gets that one, and nothing else happens to it; with a `name`, it is spelled so
    from then on, which only concerns the case of letters. What is written, a file or another `kind`, takes the place
    of whatever stands there or on the way, with all that is in it.
    """

    path: str
    size: Annotated[int, Meta(ge=-1, le=SIZE_MAX)]
    version: Version
    mode: Mode = ""
    kind: Kind = Kind.FILE
    name: str = ""

    @property
    def is_written(self) -> bool:
        """Whether something is made anew."""
        return self.size >= 0 and not self.mode and not self.name


class Plan(Struct, frozen=True):
    """Everything that a seed decides. Paths are relative, folders arise from them.

    `crash_profile` is that of POSIX machines; those in `windows` run under Windows, on NTFS.
    `is_mapped`: a listener is asked for a path that its RootPath has to be put before. `is_run_once`: no run
    follows the one that must converge, to find nothing to do. `is_kept_on`: a listener that
    has lived through all faults serves the last runs, too. `exclude`: patterns of what is no part of the job.
    `is_dry_run_first`: a dry run comes before the first run, with the same faults. `is_target_missing`: nobody has made
    the target's folder yet.
    Raises `ValueError` for what could not be carried out: a fault on a machine that the topology
    does not have, a tree that no disk of its machine holds.
    """

    preset: str
    seed: Annotated[int, Meta(ge=0)]
    topology: Topology = Topology.PUSH
    durability: Durability = Durability.BATCH
    is_deleting: bool = False
    is_keyed: bool = False
    is_interleaved: bool = False
    crash_profile: CrashProfile = CrashProfile.EXT4
    windows: tuple[str, ...] = ()
    source: tuple[FileSpec, ...] = ()
    target: tuple[FileSpec, ...] = ()
    edits: tuple[tuple[Edit, ...], ...] = ()
    faults: tuple[Fault, ...] = ()
    is_mapped: bool = False
    is_run_once: bool = False
    is_kept_on: bool = False
    exclude: tuple[str, ...] = ()
    is_dry_run_first: bool = False
    is_target_missing: bool = False

    def __post_init__(self) -> None:
        if not self.preset.isprintable():
            raise ValueError(f"{self.preset!r} is no name of a preset")
        for fault in self.faults:
            self._check_machines(f"the fault {fault!r} names", machines_of(fault))
        self._check_machines("windows names", self.windows)
        edited = [edit for edits in self.edits for edit in edits]
        self._check_paths(self.source_place, (*self.source, *edited))
        self._check_paths(self.target_place, self.target)
        self._check_tree("source", self.source_place, self.source)
        self._check_tree("target", self.target_place, self.target)
        self._check_exchanges(edited)
        self._check_names([edit for edit in edited if edit.name])
        self._check_modes("source", self.source_place, (*self.source, *edited))
        self._check_modes("target", self.target_place, self.target)
        self._check_exclusions(edited)
        if self.is_target_missing and self.target:
            raise ValueError(f"the target has {self.target[0].path!r}, and its folder is missing")

    def _check_machines(self, who: str, names: Iterable[str]) -> None:
        """What happens on a machine that is not there would be an error of the simulator, or nothing at all."""
        for name in names:
            if name not in self.machines:
                there = ", ".join(self.machines)
                raise ValueError(f"{who} the machine {name!r}; a {self.topology} plan has: {there}")

    def _check_paths(self, place: Place, files: Iterable[FileSpec | Edit]) -> None:
        style = self.style(place.machine)
        for file in files:
            refused = _path_refusal(file.path, style)
            if refused is not None:
                raise ValueError(f"no {style} machine has a file {file.path!r}: {refused}")

    def _check_tree(self, side: str, place: Place, files: Sequence[FileSpec]) -> None:
        leaves = {file.path for file in files if file.kind is not Kind.FOLDER}
        for file in files:
            above = leaves.intersection(folders_above(file.path))
            if above:
                raise ValueError(
                    f"the {side} has {min(above)!r}, which is no folder, and {file.path!r} in it"
                )
            if file.kind is Kind.LINK and place.machine in self.windows:
                raise ValueError(
                    f"the {side} has the link {file.path!r}, and Windows asks a privilege for it"
                )

    def _check_modes(self, side: str, place: Place, files: Sequence[FileSpec | Edit]) -> None:
        """What nobody can read is another matter: a run would tell it, and never converge."""
        folders = {above for file in files for above in folders_above(file.path)}
        for file in files:
            if not file.mode:
                continue
            if place.machine in self.windows:
                raise ValueError(f"{file.path!r} has the mode {file.mode}, and Windows keeps none")
            is_link = isinstance(file, FileSpec) and file.kind is Kind.LINK
            is_folder = file.path in folders or (isinstance(file, FileSpec) and file.kind is Kind.FOLDER)
            if is_link:
                raise ValueError(f"the link {file.path!r} has a mode, which no link has")
            needed = OWNER_LIST if is_folder else OWNER_READ if side == "source" else 0
            if int(file.mode, 8) & needed != needed:
                raise ValueError(
                    f"the {side} has {file.path!r} with the mode {file.mode}, so that its owner cannot read it"
                )

    def _check_exchanges(self, edited: Sequence[Edit]) -> None:
        """A folder only goes, or makes way for something else, where psync may delete."""
        is_linked = any(edit.is_written and edit.kind is Kind.LINK for edit in edited)
        if is_linked and self.source_place.machine in self.windows:
            raise ValueError("an edit makes a link, and Windows asks a privilege for it")
        folders = {file.path for file in (*self.source, *self.target) if file.kind is Kind.FOLDER}
        folders |= {above for file in (*self.source, *self.target) for above in folders_above(file.path)}
        for edit in edited:
            is_leaf = edit.size < 0 or (edit.is_written and edit.kind is not Kind.FOLDER)
            if is_leaf and edit.path in folders and not self.is_deleting:
                raise ValueError(f"an edit takes the folder {edit.path!r} away, and nothing may be deleted")
            folders.update(folders_above(edit.path))
            if edit.is_written and edit.kind is Kind.FOLDER:
                folders.add(edit.path)

    def _check_names(self, edits: Sequence[Edit]) -> None:
        """Another spelling is the same name only where an end says so."""
        for edit in edits:
            last = edit.path.rpartition("/")[2]
            if not edit.name.isascii() or edit.name.upper() != last.upper():
                raise ValueError(f"{edit.name!r} is not another spelling of {last!r}")
        is_folded = {self.source_place.machine, self.target_place.machine} & set(self.windows)
        if edits and not is_folded:
            raise ValueError(f"{edits[0].path!r} is spelled {edits[0].name!r}, and no end takes both for one")
        is_hindered = self.exclude or any(isinstance(fault, EntryUnfit) for fault in self.faults)
        if edits and is_hindered:
            raise ValueError("names change beside exclusions or unfit entries, which are known by theirs")

    def _check_exclusions(self, edited: Sequence[Edit]) -> None:
        """What is excluded keeps its folder where it is: nothing else can ever stand there."""
        exclusions = Exclusions(self.exclude)
        if not exclusions:
            return
        kept = {
            above
            for file in self.target
            if exclusions.covers(file.path)
            for above in folders_above(file.path)
            if not exclusions.covers(above)
        }
        leaves = {file.path for file in self.source if file.kind is not Kind.FOLDER}
        leaves |= {edit.path for edit in edited if edit.is_written and edit.kind is not Kind.FOLDER}
        if taken := sorted(kept & leaves):
            raise ValueError(f"the source puts {taken[0]!r} in the place of a folder with excluded entries")

    @property
    def machines(self) -> tuple[str, ...]:
        """Names of the machines, in order."""
        return tuple(sorted({CLIENT, self.source_place.machine, self.target_place.machine}))

    @property
    def is_respelled(self) -> bool:
        """Whether the case of names changes: then two spellings are one name."""
        return any(edit.name for edits in self.edits for edit in edits)

    @property
    def runs(self) -> int:
        """How many runs there are while things fail: one, and one after each round of edits."""
        return len(self.edits) + 1

    def style(self, machine: str) -> PathStyle:
        """What a machine runs under."""
        return PathStyle.WINDOWS if machine in self.windows else PathStyle.POSIX

    def profile(self, machine: str) -> CrashProfile:
        """What the disk of a machine keeps in a power cut."""
        return CrashProfile.NTFS if machine in self.windows else self.crash_profile

    @property
    def source_place(self) -> Place:
        return PLACES[self.topology][0]

    @property
    def target_place(self) -> Place:
        return PLACES[self.topology][1]


# Paths are few, and the same ones in every plan.
@lru_cache(maxsize=4096)
def folders_above(path: str) -> tuple[str, ...]:
    """The folders that a path leads through, the nearest first."""
    above = path.rpartition("/")[0]
    return (above, *folders_above(above)) if above else ()


@lru_cache(maxsize=4096)
def _path_refusal(path: str, style: PathStyle) -> RefusedPath | None:
    """What such a machine has against the first name of a path that it refuses."""
    return next(filter(None, (name_refusal(name.encode(), style) for name in path.split("/"))), None)
