"""An example of programs and a scenario: a server that keeps what it is sent, and a client that sends a folder.

Both are written as psync's own programs are: `async main(settings, system)`,
plain asyncio for the network, `system` for all the rest. They would run on a
real machine as they are.
"""

import asyncio
from dataclasses import dataclass

from psync.system import System
from sim.trees import Tree
from sim.world import World

PORT = 7000
TREE: Tree = {b"a": b"first", b"b": b"second" * 20_000, b"c": b""}


@dataclass
class Keeper:
    """A server: for each connection a name and a content, until it is killed."""

    folder: bytes
    ready: asyncio.Event

    async def main(self, settings: None, system: System) -> int:
        async def keep(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            name = (await reader.readline()).rstrip()
            content = await reader.read()
            await asyncio.to_thread(self._store, system, name, content)
            writer.write(b"kept")
            writer.close()

        server = await asyncio.start_server(keep, None, PORT)
        self.ready.set()
        await server.serve_forever()
        return 0

    def _store(self, system: System, name: bytes, content: bytes) -> None:
        calls = system.os
        folder = calls.open(self.folder, calls.O_RDONLY | calls.O_DIRECTORY)
        temporary = system.random_bytes(8).hex().encode()
        fd = calls.open(temporary, calls.O_WRONLY | calls.O_CREAT | calls.O_EXCL, dir_fd=folder)
        calls.write(fd, content)
        calls.fsync(fd)
        calls.close(fd)
        calls.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
        calls.fsync(folder)
        calls.close(folder)


async def send(settings: bytes, system: System) -> int:
    """A client: send every file of a folder at once; the exit code is how many failed."""
    calls = system.os
    folder = calls.open(settings, calls.O_RDONLY | calls.O_DIRECTORY)
    with calls.scandir(folder) as entries:
        names = sorted(calls.fsencode(entry.name) for entry in entries)
    answers = await asyncio.gather(*(_send_one(system, folder, name) for name in names))
    return sum(answer != b"kept" for answer in answers)


async def _send_one(system: System, folder: int, name: bytes) -> bytes:
    fd = system.os.open(name, system.os.O_RDONLY, dir_fd=folder)
    content = system.os.read(fd, 1 << 20)
    system.os.close(fd)
    try:
        reader, writer = await asyncio.open_connection("keeper", PORT)
    except ConnectionError:
        return b""
    try:
        writer.write(name + b"\n" + content)
        writer.write_eof()
        return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


async def send_a_folder(world: World, kill_after_seconds: float | None = None) -> int:
    """The scenario: two machines, a folder, and perhaps a kill of the server on the way. Gives the exit code."""
    near, far = world.machine("sender"), world.machine("keeper")
    near.files.plant(b"/data", TREE)
    far.files.make_folder(b"/kept")
    ready = asyncio.Event()
    keeper = far.start(Keeper(b"/kept", ready).main, None)
    await ready.wait()
    if kill_after_seconds is not None:
        world.loop.call_later(kill_after_seconds, keeper.kill)
    exit_code = await near.start(send, b"/data").wait()
    world.note(f"{exit_code} failed")
    return exit_code
