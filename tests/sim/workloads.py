"""All the work that psync can be given with a few paths, as pairs of trees: what the source has, what the target had.

The plan of each pair is psync's own, so its order is one that a run can have, and there is no
other: changes folder by folder, then deletes from below, then what takes the place of deleted
folders, then modes and times of folders. So a file lies in a new folder, a link in place of a
folder that had a file, another file under a name that was spelled otherwise.

The paths are `a`, `d`, `d/a`, and `A`, `D` where only the case differs. One file and one
folder beside it are all that a change can be near: two names of one folder, and a name below.
A second folder, or a third name in one, would be a second `d` or `a` to it.
"""

from collections.abc import Iterator, Sequence
from itertools import product

from msgspec import Struct

from psync.core.changes import Change, FinishFolder
from psync.core.filters import Filters
from psync.core.manifest import Order
from psync.core.plan import Planner, PlanOptions
from psync.core.settings import Durability
from psync.disk.folder import Folder
from psync.disk.scan import scan
from sim.crash import CrashProfile
from sim.trees import Link

# Those of the source, and those of the target; never the machine's own, which what is made has at first.
SOURCE_NS, TARGET_NS = 1_500_000_000_123_456_700, 1_400_000_000_123_456_700


class FileSpec(Struct, frozen=True):
    """A file of one of both trees."""

    content: bytes
    mode: int = 0o644
    mtime_ns: int = TARGET_NS


class FolderSpec(Struct, frozen=True):
    """A folder of one of both trees; its time is that of the tree."""

    mode: int = 0o755


Spec = FileSpec | FolderSpec | Link
Specs = dict[bytes, Spec]
Pair = tuple[Specs, Specs]  # before at the target, and at the source

OLD = FileSpec(b"old" * 100)
OLD_WITH_MODE = FileSpec(b"old" * 100, 0o600)
NEW = FileSpec(b"new" * 150, 0o640, SOURCE_NS)
LARGE = FileSpec(b"large" * 150, 0o640, SOURCE_NS)  # comes in pieces
OLD_LINK, NEW_LINK = Link(b"somewhere"), Link(b"elsewhere")
OPEN, CLOSED, PRIVATE = FolderSpec(), FolderSpec(0o555), FolderSpec(0o700)

# What may become of one name: nothing at all, or each change of what is no folder.
# A link that becomes a large file differs from a small one in nothing that a file does not.
NOTHING: Pair = ({}, {})
LEAVES: dict[str, Pair] = {
    "nothing": NOTHING,
    "kept file": ({b"a": OLD}, {b"a": OLD}),
    "new file": ({}, {b"a": NEW}),
    "new file in pieces": ({}, {b"a": LARGE}),
    "new link": ({}, {b"a": NEW_LINK}),
    "replaced file": ({b"a": OLD}, {b"a": NEW}),
    "file replaced in pieces": ({b"a": OLD}, {b"a": LARGE}),
    "other mode": ({b"a": OLD}, {b"a": OLD_WITH_MODE}),
    "replaced link": ({b"a": OLD_LINK}, {b"a": NEW_LINK}),
    "file becomes link": ({b"a": OLD}, {b"a": NEW_LINK}),
    "link becomes file": ({b"a": OLD_LINK}, {b"a": NEW}),
    "deleted file": ({b"a": OLD}, {}),
    "deleted link": ({b"a": OLD_LINK}, {}),
    "renamed file": ({b"A": OLD}, {b"a": OLD}),
    "renamed file, replaced": ({b"A": OLD}, {b"a": NEW}),
    "renamed file, other mode": ({b"A": OLD}, {b"a": OLD_WITH_MODE}),
}
NEW_LEAVES = [name for name, (before, _) in LEAVES.items() if not before]
OLD_LEAVES = [name for name, (_, after) in LEAVES.items() if not after]

# What may become of the folder beside it, and which of the above of the name in it.
FOLDERS: list[tuple[str, Specs, Specs, Sequence[str]]] = [
    ("new folder", {}, {b"d": OPEN}, NEW_LEAVES),
    ("file becomes folder", {b"d": OLD}, {b"d": OPEN}, NEW_LEAVES),
    ("link becomes folder", {b"d": OLD_LINK}, {b"d": OPEN}, NEW_LEAVES),
    ("kept folder", {b"d": OPEN}, {b"d": OPEN}, list(LEAVES)),
    ("folder of other mode", {b"d": OPEN}, {b"d": PRIVATE}, ["nothing", "replaced file", "deleted file"]),
    ("closed folder", {b"d": CLOSED}, {b"d": CLOSED}, list(LEAVES)),
    ("renamed folder", {b"D": OPEN}, {b"d": OPEN}, list(LEAVES)),
    ("deleted folder", {b"d": OPEN}, {}, OLD_LEAVES),
    ("deleted closed folder", {b"d": CLOSED}, {}, OLD_LEAVES),
    ("folder becomes file", {b"d": OPEN}, {b"d": NEW}, OLD_LEAVES),
    ("folder becomes link", {b"d": OPEN}, {b"d": NEW_LINK}, OLD_LEAVES),
]


# Where no modes are kept, such are planned as if nothing were to be done, or the folder were open.
ABOUT_MODES = ("other mode", "closed")


class Workload(Struct, frozen=True):
    """A pair of trees, and how psync is to bring one to the other.

    `is_found_uncertain`: a run that died a moment ago has made the folder `d`, and a cut could take its name.
    `is_settled_each`: every change is in a part of the plan of its own, its content follows at once,
    and it is acknowledged before the next; else all is as late as psync ever is.
    """

    name: str
    pair: Pair
    profile: CrashProfile = CrashProfile.EXT4
    durability: Durability = Durability.BATCH
    is_settled_each: bool = False
    is_found_uncertain: bool = False


# When psync settles, and how much it syncs one by one. A file that is settled alone is synced alone,
# so with `file` that is the same calls as with `batch`.
WAYS = ((Durability.BATCH, False), (Durability.BATCH, True), (Durability.FILE, False))


def workloads(profile: CrashProfile) -> Iterator[Workload]:
    """All pairs of trees in all ways; how many changes that is says the plan."""
    for name, pair in _pairs():
        is_seen = profile is not CrashProfile.NTFS or not any(word in name for word in ABOUT_MODES)
        for durability, is_settled_each in WAYS if is_seen else ():
            if durability is Durability.BATCH or NEW in pair[1].values() or LARGE in pair[1].values():
                yield Workload(name, pair, profile, durability, is_settled_each)


def _pairs() -> Iterator[tuple[str, Pair]]:
    # What is kept at `a` is nothing to what becomes of `d`; what is kept at `d` and in it is tried beside all of `a`.
    for (name, pair), (beside, other) in product(LEAVES.items(), _beside()):
        if name == "kept file":
            continue
        yield f"{name}, beside it {beside}", (pair[0] | other[0], pair[1] | other[1])


def _beside() -> Iterator[tuple[str, Pair]]:
    for name, (before, after) in LEAVES.items():
        yield name, (_moved(before, b"d", b"D"), _moved(after, b"d", b"D"))
    for name, before, after, leaves in FOLDERS:
        for leaf in leaves:
            old, new = LEAVES[leaf]
            [top] = before or after
            yield f"{name} with {leaf}", (before | _below(top, old), after | _below(b"d", new))


def _moved(specs: Specs, lower: bytes, upper: bytes) -> Specs:
    return {lower if path == b"a" else upper: spec for path, spec in specs.items()}


def _below(folder: bytes, specs: Specs) -> Specs:
    return {folder + b"/" + path: spec for path, spec in specs.items()}


def plan(source: Folder, target: Folder, *, modes_kept: bool) -> list[list[Change]]:
    """The phases of psync's own plan, as `psync.engine.job` asks for them."""
    order = Order(folded=True)
    planner = Planner(PlanOptions(delete=True, granularity_ns=100, order=order, modes_kept=modes_kept))
    new, old = scan(source, order, Filters()), scan(target, order, Filters())
    both = next(new, None), next(old, None)
    changes: list[Change] = []
    while both != (None, None):
        paired = planner.match(*both)
        step = planner.pair(*paired)
        assert not step.problems
        changes += step.changes
        both = (next(new, None) if paired[0] else both[0], next(old, None) if paired[1] else both[1])
    return [changes, list(planner.deletes()), list(planner.late_changes()), list(planner.finish())]


def operations(phases: list[list[Change]]) -> int:
    """How many changes of entries a plan has; modes and times of folders follow from them."""
    return sum(not isinstance(change, FinishFolder) for phase in phases for change in phase)
