"""psync's programs in the simulated world: a listener killed at each of its system calls loses nothing."""

import asyncio
from itertools import count

import pytest

from psync.core.addresses import parse_address
from psync.core.errors import EXIT_CONVERGED, EXIT_INTERRUPTED
from psync.core.paths import is_temporary_name
from psync.core.problems import ProblemCode
from psync.core.settings import CopySettings
from psync.engine.events import ChangeDone, ConnectionFailed, Event, ProblemFound, RunRefused
from psync.wire.keys import Secret
from sim.gate import Call
from sim.machine import Machine
from sim.replication import Replication
from sim.trees import Tree
from sim.world import World

OLD: Tree = {b"changed": b"old", b"gone": b"old", b"sub": None, b"sub/kept": b"same"}
NEW: Tree = {b"changed": b"new content", b"fresh": b"", b"sub": None, b"sub/kept": b"same"}


def prepare(world: World) -> tuple[Machine, Machine, Replication]:
    near, far = world.machine("near"), world.machine("far")
    near.files.plant(b"/data", NEW)
    far.files.plant(b"/srv/backup", OLD)
    return near, far, Replication(world)


def copy_settings() -> CopySettings:
    """A push of `/data` to `far`."""
    source, target = parse_address("/data"), parse_address("tcp://far/backup")
    return CopySettings(source, target, allow_unauthenticated_network=True)


async def copy_with_a_kill(world: World, call_number: int) -> int:
    """Kill the listener at one of a copy's calls, check what is left, copy again; give the exit code."""
    near, far, replication = prepare(world)
    listener = await replication.listen(far, "/srv")
    calls = count(1)

    def kill(call: Call) -> None:
        if call.process is listener and next(calls) == call_number:
            listener.kill()

    far.watchers.append(kill)
    exit_code = await replication.copy(near, "/data", "tcp://far/backup", delete=True)
    check_whole(far.files.tree(b"/srv/backup"))
    listener.kill()
    await replication.listen(far, "/srv")
    assert await replication.copy(near, "/data", "tcp://far/backup", delete=True) == 0
    assert far.files.tree(b"/srv/backup") == NEW
    return exit_code


def check_whole(tree: Tree) -> None:
    """Every name of the user's holds its whole old or its whole new content."""
    torn = {
        name: content
        for name, content in tree.items()
        if not is_temporary_name(name) and content not in (OLD.get(name), NEW.get(name))
    }
    assert torn == {}


def test_a_listener_killed_at_any_system_call_leaves_whole_files_and_the_next_run_converges():
    exit_codes = []
    for call_number in range(1, 1000):
        with World(seed=call_number) as world:
            exit_codes.append(world.run(copy_with_a_kill(world, call_number)))
        if exit_codes[-1] == 0:
            break

    assert set(exit_codes[:-1]) == {3}
    assert len(exit_codes) > 50


def test_a_name_that_the_target_cannot_hold_is_a_problem_of_that_entry_only():
    async def scenario(world: World) -> None:
        near, far, replication = prepare(world)
        near.files.write(b"/data/a:b", b"colon")
        far.disk.forbidden_characters = frozenset(":")
        await replication.listen(far, "/srv")

        assert await replication.copy(near, "/data", "tcp://far/backup", delete=True) == 1

        problems = [event.problem for event in replication.events if isinstance(event, ProblemFound)]
        assert [(problem.path, problem.code) for problem in problems] == [
            ((b"a:b",), ProblemCode.NAME_INVALID)
        ]
        assert far.files.tree(b"/srv/backup") == NEW

    with World(seed=3) as world:
        world.run(scenario(world))


@pytest.mark.parametrize("side", ["near", "far"])
def test_an_end_that_keeps_no_modes_takes_part_in_a_run_that_converges(side: str):
    async def scenario(world: World) -> None:
        near, far = world.machine("near"), world.machine("far")
        {"near": near, "far": far}[side].disk.modes_kept = False
        near.files.plant(b"/data", NEW)
        far.files.plant(b"/srv/backup", OLD)
        replication = Replication(world)
        await replication.listen(far, "/srv")
        for _ in range(2):
            replication.events.clear()
            assert await replication.copy(near, "/data", "tcp://far/backup", delete=True) == 0
        assert far.files.tree(b"/srv/backup") == NEW
        assert [event.change for event in replication.events if isinstance(event, ChangeDone)] == []

    with World(seed=7) as world:
        world.run(scenario(world))


def test_a_port_that_nobody_listens_on_is_a_connection_failure():
    async def scenario(world: World) -> list[str]:
        near, _, replication = prepare(world)

        assert await replication.copy(near, "/data", "tcp://far:7334/backup") == 3

        return [event.cause.code for event in replication.events if isinstance(event, ConnectionFailed)]

    with World(seed=4) as world:
        assert world.run(scenario(world)) == ["CONNECT_REFUSED"]


def test_a_missing_source_is_said_before_anybody_is_dialled():
    async def scenario(world: World) -> list[str]:
        near, _, replication = prepare(world)

        assert await replication.copy(near, "/nothing", "tcp://far/backup") == 2

        return [event.cause.code for event in replication.events if isinstance(event, RunRefused)]

    with World(seed=6) as world:
        assert world.run(scenario(world)) == ["SOURCE_MISSING"]


@pytest.mark.parametrize("quota", range(0, 12, 3))
def test_a_full_target_keeps_its_old_files_whole(quota: int):
    async def scenario(world: World) -> None:
        near, far, replication = prepare(world)
        far.disk.quota_bytes = 32 + 64 + quota  # the identity, the old files, and not much more
        await replication.listen(far, "/srv")

        exit_code = await replication.copy(near, "/data", "tcp://far/backup")

        assert exit_code in (0, 1)
        check_whole(far.files.tree(b"/srv/backup"))
        assert not any(is_temporary_name(name) for name in far.files.tree(b"/srv/backup"))

    with World(seed=5) as world:
        world.run(scenario(world))


def test_the_trace_tells_what_the_programs_told_their_operators():
    async def scenario(world: World) -> list[str]:
        near, far = world.machine("near"), world.machine("far")
        near.files.plant(b"/data", {b"sub/letter": b"hello"})
        far.files.make_folder(b"/srv/backup")
        replication = Replication(world)
        await replication.listen(far, "/srv")
        assert await replication.copy(near, "/data", "tcp://far/backup") == 0
        return [note for note in world.trace.notes() if note.startswith(("ChangeDone", "Summary"))]

    with World(seed=8) as world:
        assert world.run(scenario(world)) == [
            "ChangeDone MakeFolder b'sub' 0",
            "ChangeDone WriteFile b'sub/letter' 5",
            "ChangeDone FinishFolder b'sub' 0",
            "ChangeDone FinishFolder b'' 0",
            "Summary converged 1 0 0",
        ]


def test_programs_end_in_order_when_their_operators_say_so() -> None:
    async def scenario(world: World) -> tuple[int, int]:
        near, far, replication = prepare(world)
        listener = await replication.listen(far, "/srv")
        client = replication.start_copy(near, copy_settings())
        near.watchers.append(lambda call: client.stop())
        client_code = await client.wait()
        listener.stop()
        return client_code, await listener.wait()

    with World(1) as world:
        assert world.run(scenario(world)) == (EXIT_INTERRUPTED, EXIT_CONVERGED)
        assert world.machines["far"].files.tree(b"/srv/backup") == OLD


def test_a_listener_may_have_no_root_and_tells_its_ports() -> None:
    async def scenario(world: World) -> list[int]:
        _, far, replication = prepare(world)
        replication.prs = Secret(bytes(32))
        listener = replication.start_listener(far, None, port=7400)
        await asyncio.sleep(1)
        return far.stack.ports_of(listener)

    with World(1) as world:
        assert world.run(scenario(world)) == [7400]


def test_a_listener_that_runs_can_be_asked_how_many_clients_it_serves():
    async def scenario(world: World) -> list[tuple[int, int]]:
        near, far, counted = world.machine("near"), world.machine("far"), list[tuple[int, int]]()
        near.files.plant(b"/data", {b"a": b"content"})
        far.files.plant(b"/srv/backup", {b"a": b"old"})

        def look(event: Event | None = None) -> None:
            if event is None or isinstance(event, ChangeDone):
                clients = replication.listeners[listener].sessions
                counted.append((clients, world.network.connections_of(listener)))

        replication = Replication(world, hear=look)
        listener = await replication.listen(far, "/srv")
        look()
        assert await replication.copy(near, "/data", "tcp://far/backup") == 0
        await asyncio.sleep(1)
        look()
        return counted

    with World(seed=13) as world:
        assert world.run(scenario(world)) == [(0, 0), (1, 1), (1, 1), (0, 0)]  # a file and its folder's time
