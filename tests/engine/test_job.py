"""One run, every way: both ends here, either behind a listener, both behind one."""

import errno
import os
from collections.abc import Callable, Coroutine
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from psync.core.content import SMALL_BYTES_MAX
from psync.core.paths import is_temporary_name
from psync.core.problems import Problem, ProblemCode
from psync.core.settings import Durability
from psync.engine.events import RunState
from tests.engine.loops import run
from tests.engine.machine import Machine
from tests.engine.runs import Ran
from tests.engine.trees import Link, Tree, contents, look, plant
from tests.engine.ways import WAYS, Way, folders, going

every_way = pytest.mark.parametrize("name", WAYS)

KINDS: Tree = {"file": b"a file", "folder": None, "link": Link("nowhere")}


def play(name: str, base: Path, scenario: Callable[[Way], Coroutine[Any, Any, Ran]], **machines: Any) -> Ran:
    """Run a scenario with the way set up, and give what it gives."""

    async def main() -> Ran:
        async with going(name, base, **machines) as way:
            return await scenario(way)

    return run(main())


def once(name: str, base: Path, **options: Any) -> Ran:
    """Run the job once."""
    return play(name, base, lambda way: way.run(**options))


def leftovers(target: Path) -> list[str]:
    """Temporaries that were left behind."""
    return [path.name for path in target.rglob("*") if is_temporary_name(os.fsencode(path.name))]


@every_way
def test_a_tree_arrives_as_it_is_and_a_second_run_changes_nothing(name: str, tmp_path: Path) -> None:
    source, target = folders(tmp_path)
    plant(source, {"a": b"", "b/c/d": b"deep", "e": None, "f": Link("a"), "g": b"x" * (SMALL_BYTES_MAX + 1)})
    (source / "a").chmod(0o4601)
    (source / "b/c").chmod(0o1750)

    async def twice(way: Way) -> Ran:
        first = await way.run()
        assert (first.exit_code, first.figures) == (0, (3, 0, 0, 0))
        assert first.summary.bytes_literal == 4 + SMALL_BYTES_MAX + 1
        return await way.run(delete=True)

    second = play(name, tmp_path, twice)

    (source / "a").chmod(0o601)  # set-id bits never travel
    os.utime(source / "a", ns=(look(target)["a"].mtime_ns,) * 2)
    assert look(target) == look(source)
    assert (second.exit_code, second.figures, second.changes) == (0, (0, 3, 0, 0), [])
    assert second.summary.state is RunState.CONVERGED


@every_way
def test_only_what_differs_is_sent_and_only_with_delete_is_anything_removed(
    name: str, tmp_path: Path
) -> None:
    source, target = folders(tmp_path)
    plant(source, {"new": b"1", "changed": b"23", "same": b"same", "sub/same": b"same"})
    plant(target, {"changed": b"old", "same": b"same", "sub/same": b"same", "gone/x": b"", "gone2": b""})

    async def without_and_with_delete(way: Way) -> Ran:
        kept = await way.run()
        assert (kept.exit_code, kept.figures, kept.summary.bytes_literal) == (0, (2, 2, 0, 0), 3)
        assert set(contents(target)) == {*contents(source), "gone", "gone/x", "gone2"}
        return await way.run(delete=True)

    ran = play(name, tmp_path, without_and_with_delete)

    assert (ran.exit_code, ran.figures, ran.summary.bytes_literal) == (0, (0, 4, 2, 0), 0)
    assert look(target) == look(source)


@every_way
def test_every_kind_takes_the_place_of_every_other(name: str, tmp_path: Path) -> None:
    source, target = folders(tmp_path)
    pairs = [(new, old) for new, old in product(KINDS, repeat=2) if new != old]
    plant(source, {f"{new} for {old}": KINDS[new] for new, old in pairs})
    plant(target, {f"{new} for {old}": KINDS[old] for new, old in pairs})
    plant(target / "file for folder", {"inside/deep": b"gone with it"})
    plant(source / "folder for file", {"inside/deep": b"comes with it"})

    ran = once(name, tmp_path, delete=True)

    assert (ran.exit_code, ran.problems) == (0, [])
    assert look(target) == look(source)


@every_way
def test_a_folder_gives_way_only_with_delete(name: str, tmp_path: Path) -> None:
    source, target = folders(tmp_path)
    plant(source, {"x": b"file", "y": b"sent all the same"})
    plant(target, {"x/kept": b"kept"})

    ran = once(name, tmp_path)

    assert (ran.exit_code, ran.figures, ran.summary.state) == (1, (1, 0, 0, 1), RunState.PARTIAL)
    assert ran.problems == [Problem((b"x",), ProblemCode.KIND_CONFLICT)]
    assert contents(target) == {"x": None, "x/kept": b"kept", "y": b"sent all the same"}


@every_way
def test_a_dry_run_says_what_it_would_do_and_makes_nothing(name: str, tmp_path: Path) -> None:
    source, target = folders(tmp_path)
    plant(source, {"new": b"1", "changed": b"2"})
    plant(target, {"changed": b"old", "gone": b""})
    before = look(tmp_path / "far" / "root")

    def read_only(open: Callable[..., int], path: bytes, flags: int, *rest: Any, **more: Any) -> int:
        assert flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) == 0 or b"identity" in path
        return open(path, flags, *rest, **more)

    ends = dict.fromkeys(("client", "listener"), Machine(open=read_only))
    ran = play(name, tmp_path, lambda way: way.run(delete=True, dry_run=True), **ends)

    assert (ran.exit_code, ran.figures) == (0, (2, 0, 1, 0))
    assert ran.changes == ["WriteFile changed", "WriteFile new", "Delete gone", "FinishFolder "]
    assert look(tmp_path / "far" / "root") == before


@every_way
def test_a_dry_run_makes_no_target_either(name: str, tmp_path: Path) -> None:
    source, target = folders(tmp_path)
    plant(source, {"new": b"1"})

    ran = once(name, tmp_path, dry_run=True)

    assert (ran.exit_code, ran.figures) == (0, (1, 0, 0, 0))
    assert not target.exists()


@every_way
def test_small_and_large_files_mixed_arrive_whole(name: str, tmp_path: Path) -> None:
    source, target = folders(tmp_path)
    sizes = [0, 1, SMALL_BYTES_MAX, SMALL_BYTES_MAX + 1, 2_000_000] * 2 + [100] * 300
    tree: Tree = {f"{number % 7}/{number}": os.urandom(size) for number, size in enumerate(sizes)}
    plant(source, tree)

    ran = once(name, tmp_path, durability=Durability.BATCH)

    assert (ran.exit_code, ran.figures) == (0, (310, 0, 0, 0))
    assert ran.summary.bytes_literal == sum(sizes)
    assert look(target) == look(source)


# Trouble with single entries


def refusing(number: int, *names: bytes) -> Callable[..., int]:
    """An `open` that fails for these names."""

    def refuse(open: Callable[..., int], path: bytes, *rest: Any, **more: Any) -> int:
        if path in names:
            raise OSError(number, os.strerror(number))
        return open(path, *rest, **more)

    return refuse


@pytest.mark.parametrize("name", ["push", "pull"])
def test_what_cannot_be_read_is_told_and_neither_replaced_nor_deleted(name: str, tmp_path: Path) -> None:
    source, target = folders(tmp_path)
    plant(source, {"secret": b"new", "closed/x": b"new", "open": b"new"})
    plant(target, {"secret": b"older", "closed/x": b"older", "closed/y": b"older", "gone": b""})
    faulty = Machine(open=refusing(errno.EACCES, b"secret", b"closed"))
    side = "client" if name == "push" else "listener"

    ran = play(name, tmp_path, lambda way: way.run(delete=True), **{side: faulty})

    assert (ran.exit_code, ran.figures) == (1, (1, 0, 1, 2))
    assert [(problem.path, problem.code) for problem in ran.problems] == [
        ((b"closed",), ProblemCode.PERMISSION),
        ((b"secret",), ProblemCode.PERMISSION),
    ]
    kept: Tree = {"closed": None, "closed/x": b"older", "closed/y": b"older", "secret": b"older"}
    assert contents(target) == {**kept, "open": b"new"}


@pytest.mark.parametrize("name", ["push", "pull"])
def test_a_file_that_vanishes_before_it_is_read_is_told(name: str, tmp_path: Path) -> None:
    source, target = folders(tmp_path)
    plant(source, {"gone": b"new", "here": b"new"})
    faulty = Machine(open=refusing(errno.ENOENT, b"gone"))
    side = "client" if name == "push" else "listener"

    ran = play(name, tmp_path, lambda way: way.run(), **{side: faulty})

    assert (ran.exit_code, ran.figures) == (1, (1, 0, 0, 1))
    assert [(problem.path, problem.code) for problem in ran.problems] == [((b"gone",), ProblemCode.NOT_FOUND)]
    assert contents(target) == {"here": b"new"}


@pytest.mark.parametrize("size", [10, SMALL_BYTES_MAX + 1], ids=["small", "large"])
@pytest.mark.parametrize(("times", "exit_code"), [(2, 0), (100, 1)], ids=["twice", "for ever"])
def test_a_file_that_changes_while_it_is_read_is_tried_again_and_never_torn(
    size: int, times: int, exit_code: int, tmp_path: Path
) -> None:
    source, target = folders(tmp_path)
    plant(source, {"busy": b"n" * size, "calm": b"calm"})
    plant(target, {"busy": b"old"})
    left = [times]

    def touch(call: Callable[..., Any], fd: int, *rest: Any) -> Any:
        result = call(fd, *rest)
        if left[0] and os.readlink(f"/proc/self/fd/{fd}") == str(source / "busy"):
            left[0] -= 1
            os.utime(source / "busy", ns=(left[0], left[0]))
        return result

    ran = play("push", tmp_path, lambda way: way.run(), client=Machine(read=touch, pread=touch, preadv=touch))

    codes = [problem.code for problem in ran.problems]
    assert (ran.exit_code, codes) == (exit_code, [ProblemCode.SOURCE_CHANGED] * exit_code)
    assert left[0] == times - min(times, 3)
    assert contents(target) == {"busy": b"old" if exit_code else b"n" * size, "calm": b"calm"}
    assert leftovers(target) == []


@pytest.mark.parametrize("kind", ["fifo", "socket"])
def test_what_is_no_file_is_told_once_and_is_no_failure(kind: str, tmp_path: Path) -> None:
    source, target = folders(tmp_path)
    plant(source, {"a": b"a"})
    os.mknod(source / "special", 0o600 | {"fifo": 0o010000, "socket": 0o140000}[kind])

    ran = once("push", tmp_path)

    assert (ran.exit_code, ran.figures) == (0, (1, 0, 0, 0))
    assert ran.problems == [Problem((b"special",), ProblemCode.SPECIAL_FILE)]
    assert contents(target) == {"a": b"a"}


class Quota:
    """A disk that is full after so many bytes."""

    def __init__(self, free: int) -> None:
        self.free = free

    def write(self, call: Callable[..., int], fd: int, data: bytes, *rest: Any) -> int:
        if len(data) > self.free:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.free -= len(data)
        return call(fd, data, *rest)

    def machine(self) -> Machine:
        return Machine(write=self.write, pwrite=self.write)


@pytest.mark.parametrize(
    ("name", "durability"),
    [
        ("push", Durability.BATCH),
        ("push", Durability.FILE),
        ("pull", Durability.NONE),
        ("local", Durability.BATCH),
    ],
)
def test_a_full_target_keeps_what_it_has_and_counts_the_rest(
    name: str, durability: Durability, tmp_path: Path
) -> None:
    source, target = folders(tmp_path)
    plant(source, {f"{number:03}": b"new" * 1000 for number in range(300)})
    plant(source, {"zz-large": b"new" * 100_000})
    plant(target, {"299": b"old", "zz-large": b"old"})
    machine = Quota(30_050).machine()

    side = "listener" if name == "push" else "client"
    ran = play(name, tmp_path, lambda way: way.run(durability=durability), **{side: machine})

    sent, unchanged, deleted, failed = ran.figures
    assert (ran.exit_code, unchanged, deleted, sent + failed) == (1, 0, 0, 301)
    assert sent == 10
    assert {problem.code for problem in ran.problems} == {ProblemCode.NO_SPACE}
    assert (contents(target)["299"], contents(target)["zz-large"]) == (b"old", b"old")
    assert leftovers(target) == []


def test_every_answer_tells_of_its_change_and_content_is_told_on_its_way(tmp_path: Path) -> None:
    source, _ = folders(tmp_path)
    plant(source, {"d/large": b"x" * 2_000_000, "small": b"x"})

    ran = once("push", tmp_path)

    assert sorted(ran.changes) == [
        "FinishFolder ",
        "FinishFolder d",
        "MakeFolder d",
        "WriteFile d/large",
        "WriteFile small",
    ]
    assert ran.moved_bytes == ran.summary.bytes_literal == 2_000_001
