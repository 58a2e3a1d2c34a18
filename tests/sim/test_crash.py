"""What a power cut takes back, per profile; and that psync's own writing survives it, whatever is left."""

import errno
import stat
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

import pytest
from msgspec import structs

from psync.core.settings import Durability
from psync.system import System
from sim.crash import Choose, CrashProfile
from sim.faults import PowerCut
from sim.files import Files
from sim.machine import EPOCH_NS
from sim.plan import FileSpec, Plan, Topology
from sim.trial import carry_out
from sim.world import World
from tests.sim.power_cuts import Tally, broken_promises
from tests.sim.workloads import LARGE, LEAVES, NEW, WAYS, Workload, workloads

EXT4, STRICT, NTFS = CrashProfile.EXT4, CrashProfile.STRICT_POSIX, CrashProfile.NTFS

FOLDER_FLAGS = 0o200000  # O_DIRECTORY


def _worst(count: int) -> int:
    """Nothing reached the device that did not have to."""
    return 0


def _best(count: int) -> int:
    """All that was done reached the device, as far as the last state in the list says so."""
    return count - 1


def _sync(files: Files, path: bytes) -> None:
    fd = files.os.open(path, 0)
    files.os.fsync(fd)
    files.os.close(fd)


def _rename(files: Files, old: bytes, new: bytes) -> None:
    files.os.rename(old, new, src_dir_fd=-1, dst_dir_fd=-1)


def _left(
    profile: CrashProfile, work: Callable[[Files], None], choose: Choose, tried: Sequence[Choose] = ()
) -> dict[bytes, Any]:
    """What a cut leaves of two folders, one with a file `old`, after some work, and after cuts that are taken back."""
    with World(1) as world:
        machine = world.machine("alpha")
        machine.disk.journal.profile = profile
        machine.files.plant(b"/a", {b"old": b"old"})
        machine.files.make_folder(b"/b")
        machine.disk.journal.sync_all()
        work(machine.files)
        bring_back = machine.disk.journal.keep()
        for choose_other in tried:
            machine.disk.cut(choose_other)
            bring_back()
        machine.power_cut(choose)
        machine.boot()
        assert machine.disk.journal.is_empty
        return machine.files.tree(b"/a") | {b"b/" + k: v for k, v in machine.files.tree(b"/b").items()}


def _make_two(files: Files) -> None:
    files.write(b"/a/one", b"1")
    files.write(b"/b/two", b"2")


def _make_and_sync(*paths: bytes) -> Callable[[Files], None]:
    def work(files: Files) -> None:
        _make_two(files)
        for path in paths:
            _sync(files, path)

    return work


OLD_ONLY = {b"old": b"old"}


@pytest.mark.parametrize(
    ("profile", "synced", "left"),
    [
        (EXT4, [], OLD_ONLY),
        (STRICT, [], OLD_ONLY),
        (NTFS, [], OLD_ONLY),
        (EXT4, [b"/b/two"], {**OLD_ONLY, b"one": b"", b"b/two": b"2"}),
        (NTFS, [b"/b/two"], {**OLD_ONLY, b"one": b"", b"b/two": b"2"}),
        (STRICT, [b"/b/two"], OLD_ONLY),
        (EXT4, [b"/b"], {**OLD_ONLY, b"one": b"", b"b/two": b""}),
        (STRICT, [b"/b"], {**OLD_ONLY, b"b/two": b""}),
        (STRICT, [b"/b", b"/b/two"], {**OLD_ONLY, b"b/two": b"2"}),
        (STRICT, [b"/a/one", b"/b/two", b"/a", b"/b"], {**OLD_ONLY, b"one": b"1", b"b/two": b"2"}),
    ],
)
def test_at_worst_a_cut_keeps_what_a_sync_has_made_certain(profile, synced, left):
    assert _left(profile, _make_and_sync(*synced), _worst) == left


@pytest.mark.parametrize("profile", CrashProfile)
def test_a_disk_that_was_synced_loses_nothing(profile: CrashProfile):
    work = _make_and_sync(b"/a/one", b"/b/two", b"/a", b"/b")

    assert _left(profile, work, _worst) == {**OLD_ONLY, b"one": b"1", b"b/two": b"2"}


@pytest.mark.parametrize(("profile", "left"), [(EXT4, False), (STRICT, False), (NTFS, True)])
def test_a_rename_waits_for_the_journal_only_where_it_is_written_through(profile, left):
    found = _left(profile, lambda files: _rename(files, b"/a/old", b"/b/new"), _worst)

    assert found == ({b"b/new": b"old"} if left else OLD_ONLY)


@pytest.mark.parametrize("profile", [EXT4, STRICT])
def test_a_rename_between_folders_is_there_whole_or_not_at_all(profile: CrashProfile):
    found = [
        _left(profile, lambda files: _rename(files, b"/a/old", b"/b/new"), choose)
        for choose in (_worst, _best)
    ]

    assert found == [OLD_ONLY, {b"b/new": b"old"}]


def _change_all(files: Files) -> None:
    _make_two(files)
    files.write(b"/a/old", b"changed" * 200)
    files.os.utime(b"/a/old", ns=(1, 1))
    _rename(files, b"/a/old", b"/b/new")
    files.os.mkdir(b"/b/folder")
    files.remove(b"/a/one")


@pytest.mark.parametrize(
    "choose", [_worst, _best, lambda count: min(2, count - 1)], ids=["no", "all", "some"]
)
@pytest.mark.parametrize("profile", CrashProfile)
def test_a_cut_that_is_taken_back_leaves_the_disk_to_the_next_one_as_it_was(profile, choose):
    tried = [_best, _worst, lambda count: count // 2, _worst]

    assert _left(profile, _change_all, choose, tried) == _left(profile, _change_all, choose)


@pytest.mark.parametrize(
    ("state", "content"),
    [
        (0, b"o" * 1500),
        (1, b"n" * 2000),
        (2, b"n" * 512 + b"o" * 988),
        (3, b"n" * 1000 + bytes(1000)),
        (4, bytes(2000)),
    ],
    ids=["old", "new", "torn at a sector", "half of it", "zeros"],
)
def test_a_file_that_was_not_synced_is_left_in_one_of_these_states(state: int, content: bytes):
    def work(files: Files) -> None:
        files.write(b"/a/old", b"o" * 1500)
        _sync(files, b"/a/old")
        files.write(b"/a/old", b"n" * 2000)

    assert _left(EXT4, work, lambda count: state if count == 5 else 0) == {b"old": content}


def test_a_new_file_whose_attributes_are_lost_has_the_time_of_its_making():
    with World(1) as world:
        machine = world.machine("alpha")
        machine.files.plant(b"/a", {b"new": b"new"})
        machine.power_cut(lambda count: 0 if count == 2 else count - 1)
        found = machine.disk.find(b"/a/new")
        assert found is not None
        assert found.stat_result.st_mtime_ns == EPOCH_NS


def test_a_file_whose_sync_has_failed_is_not_saved_by_the_next():
    with World(1) as world:
        machine = world.machine("alpha")
        machine.files.plant(b"/a", {b"old": b"old"})
        machine.disk.journal.sync_all()
        machine.files.write(b"/a/old", b"new")
        machine.disk.journal.fail_all()
        _sync(machine.files, b"/a/old")
        machine.disk.journal.sync_all()
        machine.power_cut(_worst)
        assert machine.files.tree(b"/a") == {b"old": b"old"}


def test_a_sync_of_the_disk_that_has_failed_is_told_once_to_each_that_had_the_file_open():
    with World(1) as world:
        machine = world.machine("alpha")
        calls = machine.files.os
        machine.files.plant(b"/a", {b"old": b"old"})
        early = [calls.open(b"/a/old", calls.O_RDONLY) for _ in range(2)]
        machine.disk.journal.fail_all()
        late = calls.open(b"/a/old", calls.O_RDONLY)

        assert [_error_of_sync(machine.files, fd) for fd in (*early, *early, late)] == [
            "EIO",
            "EIO",
            "",
            "",
            "",
        ]


def _error_of_sync(files: Files, fd: int) -> str:
    try:
        files.os.fsync(fd)
    except OSError as error:
        return errno.errorcode[error.errno]
    return ""


# psync's own writing, cut at every call, in every way


class _Forgetful:
    """A system that does not sync, files or folders."""

    def __init__(self, system: System, *, folders: bool) -> None:
        self.os: Any = _ForgetfulCalls(system.os, folders=folders)
        self._system = system

    def __getattr__(self, name: str) -> Any:
        return getattr(self._system, name)


class _ForgetfulCalls:
    def __init__(self, calls: Any, *, folders: bool) -> None:
        self._calls = calls
        self._is_of_folders = folders

    def __getattr__(self, name: str) -> Any:
        return getattr(self._calls, name)

    def fsync(self, fd: int) -> None:
        if stat.S_ISDIR(self._calls.fstat(fd).st_mode) is not self._is_of_folders:
            self._calls.fsync(fd)


# Workloads of up to three changes of entries; and at least so many cuts and states, which grow with each call of psync.
TRIED = {
    EXT4: Tally(2986, 30_000, 140_000),
    STRICT: Tally(2986, 30_000, 148_000),
    NTFS: Tally(1900, 16_000, 70_000),
}


@pytest.mark.parametrize("profile", CrashProfile)
def test_every_plan_of_up_to_three_changes_survives_every_power_cut(profile: CrashProfile):
    tally = Tally()

    broken = [what for workload in workloads(profile) for what in broken_promises(workload, tally=tally)]

    assert broken[:20] == []
    assert tally.covers(TRIED[profile]), tally


FOUND_FOLDERS = tuple(f"nothing, beside it {kind}" for kind in ("kept folder", "folder of", "closed folder"))
BESIDE_NOTHING = ", beside it nothing"


@pytest.mark.parametrize("profile", [EXT4, STRICT])
def test_what_is_done_in_a_folder_that_a_dead_run_has_made_survives_every_power_cut(profile: CrashProfile):
    tally = Tally()
    chosen = [
        structs.replace(workload, is_found_uncertain=True)
        for workload in workloads(profile)
        if workload.name.startswith(FOUND_FOLDERS)
    ]

    assert [what for workload in chosen for what in broken_promises(workload, tally=tally)][:20] == []
    assert tally.covers(Tally(80, 650, 2000)), tally


NAMES_ONLY = {
    "new link",
    "replaced link",
    "file becomes link",
    "deleted file",
    "deleted link",
    "renamed file",
}
CONTENTS = {name for name, (_, after) in LEAVES.items() if {NEW, LARGE} & set(after.values())}
MODES = {"other mode", "renamed file, other mode"}


def _broken_singles(profile: CrashProfile, *, folders: bool) -> set[str]:
    """Without the syncs of folders or of files: what is broken of one entry, beside nothing, but for their own folder."""
    return {
        workload.name.removesuffix(BESIDE_NOTHING)
        for workload in workloads(profile)
        if workload.name.endswith(BESIDE_NOTHING)
        and (workload.durability, workload.is_settled_each) == WAYS[0]
        for what in broken_promises(workload, lambda system: _Forgetful(system, folders=folders))
        if "b'' holds" not in what
    }


@pytest.mark.parametrize("profile", [EXT4, STRICT])
def test_a_missing_sync_of_a_file_is_found_by_a_single_change(profile: CrashProfile):
    assert _broken_singles(profile, folders=False) == CONTENTS | MODES


@pytest.mark.parametrize(
    ("profile", "names"),
    [(EXT4, CONTENTS | NAMES_ONLY), (STRICT, CONTENTS | NAMES_ONLY | {"renamed file, other mode"})],
)
def test_a_missing_sync_of_a_folder_is_found_by_a_single_change(profile, names):
    """On ext4 the sync of a file that is given its mode makes its new name certain, too."""
    assert _broken_singles(profile, folders=True) == names


def test_without_durability_a_cut_may_tear_what_was_acknowledged():
    assert broken_promises(Workload("new file", LEAVES["new file"], durability=Durability.NONE))


@pytest.mark.parametrize(
    ("topology", "profile", "windows"),
    [(Topology.PUSH, STRICT, ()), (Topology.PULL, EXT4, ()), (Topology.PUSH, NTFS, ("far",))],
)
def test_the_whole_programs_survive_a_cut_of_the_target_at_every_call(topology, profile, windows):
    """What is left is decided by chance, for each call anew."""
    files = (FileSpec("new", 700, 2), FileSpec("old", 700, 3))
    target = (FileSpec("old", 600, 1),)
    plan = Plan("", 0, topology, crash_profile=profile, windows=windows, source=files, target=target)
    for call in count(1):
        cut = PowerCut(plan.target_place.machine, call)
        result, _ = carry_out(structs.replace(plan, seed=call, faults=(cut,)))
        assert result.broken == ""
        if not result.effects:
            break
