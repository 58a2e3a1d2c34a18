r"""psync's programs, unmodified, with a listener or a client on a simulated Windows machine."""

from collections.abc import AsyncGenerator, Callable, Coroutine
from typing import Any

import pytest

from psync.core.changes import RenameEntry
from psync.core.content import Outcome
from psync.core.filters import Filters
from psync.core.manifest import Order
from psync.core.paths import PathStyle
from psync.core.problems import ProblemCode
from psync.core.settings import Durability, OpenRole
from psync.engine.endpoint import ApplyItem
from psync.engine.events import ChangeDone, ProblemFound
from psync.engine.local import LocalEndpoint
from psync.engine.location import locate_here
from psync.engine.writers import Applicant, Writers
from psync.system import System
from sim.files import Link, Tree
from sim.replication import Replication
from sim.windows import EXCLUSIVE, RANGE_LOCKED, READING
from sim.world import World

TREE: Tree = {
    b"empty": None,
    b"letter.txt": b"dear all",
    b"large": b"x" * 600_000,
    b"sub": None,
    b"sub/Deep": None,
    b"sub/Deep/file": b"deep",
    "sub/größe €".encode(): b"",
}
ROOT = b"C:\\Backup"
ON_WINDOWS, ON_POSIX = "tcp://far/C:/Backup/data", "/data"


class Pair:
    """A POSIX client and a Windows listener confined to C:\\Backup."""

    def __init__(self, world: World) -> None:
        self.near = world.machine("near")
        self.far = world.machine("far", PathStyle.WINDOWS)
        self.replication = Replication(world)
        self.near.files.plant(b"/data", TREE)
        self.far.files.make_folder(ROOT)

    async def listen(self) -> None:
        await self.replication.listen(self.far, ROOT.decode())

    async def push(self, *, delete: bool = False) -> int:
        self.replication.events.clear()
        return await self.replication.copy(self.near, ON_POSIX, ON_WINDOWS, delete=delete)

    async def pull(self) -> int:
        return await self.replication.copy(self.near, ON_WINDOWS, "/restored")

    @property
    def kept(self) -> Tree:
        return self.far.files.tree(ROOT + b"\\data")

    @property
    def changes(self) -> list[str]:
        events = self.replication.events
        return [type(event.change).__name__ for event in events if isinstance(event, ChangeDone)]

    @property
    def found(self) -> list[ProblemFound]:
        return [event for event in self.replication.events if isinstance(event, ProblemFound)]

    @property
    def problems(self) -> list[tuple[str, str, str]]:
        return [
            (b"/".join(event.problem.path).decode(), event.problem.tag, event.path_on_host)
            for event in self.found
        ]


def play(scenario: Callable[[Pair], Coroutine[Any, Any, None]], seed: int = 1) -> None:
    """Carry a scenario out in a world of its own."""
    with World(seed) as world:
        world.run(scenario(Pair(world)))


def test_a_tree_is_pushed_to_windows_and_pulled_back_and_a_second_run_sends_nothing():
    async def scenario(pair: Pair) -> None:
        await pair.listen()
        assert await pair.push() == 0
        assert pair.kept == TREE
        assert (await pair.push(), pair.changes) == (0, [])
        assert await pair.pull() == 0
        assert pair.near.files.tree(b"/restored") == TREE

    play(scenario)


LOCKS = {
    "nobody else may read or write it": EXCLUSIVE,
    "all is shared, and yet it cannot be replaced": READING,
    "a range of it is locked": RANGE_LOCKED,
}


@pytest.mark.parametrize("state", LOCKS.values(), ids=LOCKS.keys())
def test_a_locked_target_is_told_and_stays_as_it_was_and_all_others_arrive(state: str):
    async def scenario(pair: Pair) -> None:
        old: Tree = {b"letter.txt": b"old and longer"}
        pair.far.files.plant(ROOT + b"\\data", old)
        handle = pair.far.disk.open_elsewhere(b"/C:/Backup/data/letter.txt", state)
        await pair.listen()
        assert await pair.push() == 1
        assert pair.problems == [("letter.txt", "LockFiles", "C:\\Backup\\data\\letter.txt")]
        handle.close()
        assert pair.kept == TREE | old
        assert (await pair.push(), pair.kept) == (0, TREE)

    play(scenario)


def test_a_locked_source_is_told_and_all_others_arrive():
    async def scenario(pair: Pair) -> None:
        pair.far.files.plant(ROOT + b"\\data", TREE)
        handle = pair.far.disk.open_elsewhere(b"/C:/Backup/data/letter.txt", EXCLUSIVE)
        await pair.listen()
        assert await pair.pull() == 1
        assert pair.problems == [("letter.txt", "LockFiles", "")]
        handle.close()
        assert await pair.pull() == 0
        assert pair.near.files.tree(b"/restored") == TREE

    play(scenario)


def test_what_is_deleted_or_renamed_while_it_is_open_elsewhere_is_told():
    async def scenario(pair: Pair) -> None:
        extra: Tree = {b"gone": b"1", b"LETTER.txt": b"dear all", b"old": None, b"old/deep": None}
        pair.far.files.plant(ROOT + b"\\data", extra)
        handles = [
            pair.far.disk.open_elsewhere(b"/C:/Backup/data/" + name, EXCLUSIVE)
            for name in (b"gone", b"LETTER.txt")
        ]
        await pair.listen()
        assert await pair.push(delete=True) == 1
        assert sorted(pair.problems) == [
            (name, "LockFiles", f"C:\\Backup\\data\\{name}") for name in ("LETTER.txt", "gone")
        ]
        for handle in handles:
            handle.close()
        assert (await pair.push(delete=True), pair.kept) == (0, TREE)

    play(scenario)


def test_folders_are_deleted_with_all_that_is_in_them_in_one_run():
    async def scenario(pair: Pair) -> None:
        deep = {b"old/%d/%d/file" % (one, other): b"x" for one in range(3) for other in range(3)}
        pair.far.files.plant(ROOT + b"\\data", deep)
        await pair.listen()
        assert (await pair.push(delete=True), pair.problems, pair.kept) == (0, [], TREE)

    play(scenario)


def test_another_spelling_is_taken_over_also_by_folders_in_use():
    async def scenario(pair: Pair) -> None:
        other = {
            name.replace(b"sub", b"SUB").replace(b"Deep", b"deep"): found for name, found in TREE.items()
        }
        pair.far.files.plant(ROOT + b"\\data", other)
        await pair.listen()
        assert (await pair.push(), pair.problems) == (0, [])
        assert pair.kept == TREE
        assert (await pair.push(), pair.changes) == (0, [])

    play(scenario)


async def rename_during_a_scan(settings: list[Outcome], system: System) -> int:
    """Rename the first folder of C:\\Data after the first step of a scan, which has more to list below it."""
    endpoint = LocalEndpoint(
        system, locate_here("C:\\Data", system), Writers(system), Applicant("test", ("", ""), never)
    )
    await endpoint.open(OpenRole.TARGET)
    scan = endpoint.scan(Order(folded=True), Filters())
    [first, *_] = await anext(scan)
    [many] = first.entries

    async def changes() -> AsyncGenerator[ApplyItem]:
        yield [RenameEntry(1, (many.name,), b"MANY", many.stamp)]

    async for outcomes in endpoint.apply(changes(), Durability.BATCH):
        settings += outcomes
    settings += [Outcome(2) async for listings in scan for listing in listings if not listing.complete]
    await scan.aclose()
    await endpoint.close()
    return 0


async def never() -> bool:
    return False


def test_a_folder_takes_another_spelling_while_what_is_below_it_is_still_being_listed():
    outcomes: list[Outcome] = []
    with World(seed=1) as world:
        machine = world.machine("far", PathStyle.WINDOWS)
        tree: Tree = dict.fromkeys(b"many/%03d/deeper" % number for number in range(100))
        machine.files.plant(b"C:\\Data", tree)
        assert world.run(machine.start(rename_during_a_scan, outcomes).wait()) == 0

        assert [(outcome.id, outcome.problem) for outcome in outcomes] == [(1, None)]
        assert machine.files.tree(b"C:\\Data").keys() > {b"MANY", b"MANY/000/deeper", b"MANY/099/deeper"}


UNFIT = (b"a:stream", b"nul", b"com1.txt", b"dot.", b"space ", b"a<b", b"a\\b", b"tab\t", b"no \xff")


def test_what_windows_cannot_hold_is_a_problem_of_its_entry_and_touches_no_other():
    async def scenario(pair: Pair) -> None:
        pair.near.files.plant(b"/data", dict.fromkeys((*UNFIT, b"Letter.TXT"), b"unfit"))
        await pair.listen()
        assert await pair.push(delete=True) == 1
        codes = {event.problem.path[-1]: event.problem.code for event in pair.found}
        assert codes == dict.fromkeys(UNFIT, ProblemCode.NAME_INVALID) | {
            b"letter.txt": ProblemCode.NAME_CONFLICT
        }
        assert pair.kept == {name: found for name, found in TREE.items() if name != b"letter.txt"} | {
            b"Letter.TXT": b"unfit"
        }

    play(scenario)


def test_a_link_needs_a_privilege_that_the_account_may_not_have():
    async def scenario(pair: Pair) -> None:
        pair.near.files.plant(b"/data", {b"link": Link(b"letter.txt")})
        await pair.listen()
        assert await pair.push() == 1
        assert pair.problems == [("link", "PERMISSION", "C:\\Backup\\data\\link")]
        pair.far.disk.links_permitted = True
        assert (await pair.push(), pair.kept) == (0, TREE | {b"link": Link(b"letter.txt")})

    play(scenario)


@pytest.mark.parametrize(
    ("source", "target", "exit_code"),
    [
        ("C:\\Data", "C:\\Copy", 0),
        ("c:/data", "C:\\Copy\\", 0),
        ("C:\\Data", "C:\\Data\\sub", 2),
        ("C:\\Data\\sub", "C:\\", 2),
        ("C:\\Data", "C:\\DATA", 2),
        ("Data", "C:\\Copy", 2),
        ("C:\\Data", "Z:\\Copy", 2),
    ],
)
def test_a_windows_client_copies_between_folders_of_its_own(source: str, target: str, exit_code: int):
    async def scenario(pair: Pair) -> None:
        files = pair.far.files
        files.plant(b"C:\\Data", TREE)
        assert await pair.replication.copy(pair.far, source, target) == exit_code
        assert files.tree(b"C:\\Data") == TREE
        if exit_code == 0:
            assert files.tree(b"C:\\Copy") == TREE

    play(scenario)


def test_a_windows_client_pushes_to_a_posix_listener_and_pulls_back():
    async def scenario(pair: Pair) -> None:
        pair.far.files.plant(b"C:\\Data", TREE)
        pair.near.files.make_folder(b"/srv")
        await pair.replication.listen(pair.near, "/srv")
        copy = pair.replication.copy
        assert await copy(pair.far, "C:\\Data", "TCP:\\\\near\\C:\\Data") == 0
        assert pair.near.files.tree(b"/srv/C/Data") == TREE
        assert await copy(pair.far, "tcp://near/C:/Data", "C:\\Restored") == 0
        assert pair.far.files.tree(b"C:\\Restored") == TREE

    play(scenario)
