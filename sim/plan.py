"""A world in full, before it begins: what stands on which disk, what the user does, what fails.

A seed and a preset give a plan; a plan gives one history. A plan is a value: it
is shown by `explain`, reduced by `shrink`, and kept in a replay file, which
stays true when presets and their chances change.
"""

from enum import StrEnum
from random import Random

from msgspec import Struct

from psync.core.settings import Durability
from sim.crash import CrashProfile
from sim.faults import Fault


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


class FileSpec(Struct, frozen=True):
    """A file: `size` bytes that `version` decides."""

    path: str
    size: int
    version: int

    @property
    def content(self) -> bytes:
        """The bytes, the same for the same version and size."""
        return Random(self.version).randbytes(self.size)


class Edit(Struct, frozen=True):
    """What the user does to the source between two runs: write a file, or remove one (size -1)."""

    path: str
    size: int
    version: int


class Plan(Struct, frozen=True):
    """Everything that a seed decides. Paths are relative, folders arise from them."""

    preset: str
    seed: int
    topology: Topology = Topology.PUSH
    durability: Durability = Durability.BATCH
    is_deleting: bool = False
    is_keyed: bool = False
    is_interleaved: bool = False
    crash_profile: CrashProfile = CrashProfile.EXT4
    source: tuple[FileSpec, ...] = ()
    target: tuple[FileSpec, ...] = ()
    edits: tuple[tuple[Edit, ...], ...] = ()
    faults: tuple[Fault, ...] = ()

    @property
    def runs(self) -> int:
        """How many runs there are while things fail: one, and one after each round of edits."""
        return len(self.edits) + 1

    @property
    def source_place(self) -> Place:
        return PLACES[self.topology][0]

    @property
    def target_place(self) -> Place:
        return PLACES[self.topology][1]
