"""Of a simulated folder the same is known, by the calls that its programs make."""

import pytest

from conformance.adapters.simulated_looks import Looks
from psync.core.paths import PathStyle
from psync.system import System
from sim.world import World

# A folder and the one above it, as programs name them, and the folder as the disk does.
FOLDERS = {
    PathStyle.POSIX: (b"/srv", b"/", b"/srv"),
    PathStyle.WINDOWS: (b"C:\\srv", b"C:\\", b"/C:/srv"),
}
TREE = {b"read.txt": b"content", b"inner/left.txt": b"content", b"left.txt": b"content"}


async def _look(folders: tuple[bytes, bytes], system: System) -> int:
    os, (folder, folder_above) = system.os, folders
    root = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    os.read(os.open(b"read.txt", os.O_RDONLY, dir_fd=root), 100)
    inner = os.open(b"inner", os.O_RDONLY | os.O_DIRECTORY, dir_fd=root)
    with os.scandir(inner):
        os.stat(b"left.txt", dir_fd=root)
    above = os.open(folder_above, os.O_RDONLY | os.O_DIRECTORY)
    with os.scandir(above):
        return 0


@pytest.mark.parametrize("style", PathStyle)
def test_what_is_read_or_listed_is_told_and_nothing_above(style: PathStyle) -> None:
    folder, folder_above, on_disk = FOLDERS[style]
    with World(seed=1) as world:
        machine = world.machine("far", style)
        machine.files.plant(folder, TREE)
        looks = Looks(machine, machine.disk.folder(on_disk))
        world.run(machine.start(_look, (folder, folder_above)).wait())

    assert looks.paths == ["inner", "read.txt"]
