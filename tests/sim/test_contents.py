"""What the trace knows of the contents of files."""

import zlib

from sim.files import NO_FOLDER
from sim.machine import Machine
from sim.trace import CONTENT
from sim.world import World

OLD, NEW = b"old content", b"new"


def _told(world: World) -> list[tuple[str, str]]:
    return [(event.place, event.detail) for event in world.trace.events if event.kind == CONTENT]


def _holds(path: bytes, content: bytes) -> tuple[str, str]:
    return "near", f"{path!r} {len(content)} {zlib.crc32(content):08x}"


def _machine(world: World) -> Machine:
    machine = world.machine("near")
    machine.files.plant(b"/data", {b"letter": OLD})
    world.trace.events.clear()
    return machine


def test_a_new_file_is_told_when_it_has_a_name_and_when_it_has_a_content():
    with World(seed=1) as world:
        world.machine("near").files.plant(b"/data", {b"letter": OLD})

        assert _told(world) == [_holds(b"/data/letter", b""), _holds(b"/data/letter", OLD)]


def test_a_rename_takes_a_name_away_and_gives_the_other_one_its_content():
    with World(seed=1) as world:
        machine = _machine(world)
        machine.files.plant(b"/data", {b"temporary": NEW})
        world.trace.events.clear()
        machine.files.os.rename(
            b"/data/temporary", b"/data/letter", src_dir_fd=NO_FOLDER, dst_dir_fd=NO_FOLDER
        )

        assert _told(world) == [_holds(b"/data/letter", NEW), ("near", "b'/data/temporary' gone")]


def test_a_removed_file_is_gone_and_a_link_is_called_one():
    with World(seed=1) as world:
        machine = _machine(world)
        machine.files.remove(b"/data/letter")
        machine.files.os.symlink(b"letter", b"/data/name", dir_fd=NO_FOLDER)

        assert _told(world) == [("near", "b'/data/letter' gone"), ("near", "b'/data/name' link")]


def test_what_a_power_cut_takes_is_told():
    with World(seed=1) as world:
        machine = _machine(world)
        machine.disk.journal.sync_all()
        machine.files.remove(b"/data/letter")
        machine.power_cut(lambda count: 0)

        assert _told(world) == [("near", "b'/data/letter' gone"), _holds(b"/data/letter", OLD)]


def test_a_trace_that_is_not_kept_costs_no_look_at_the_disk():
    with World(seed=1, keeps_trace=False) as world:
        assert world.machine("near").disk.watchers == []
