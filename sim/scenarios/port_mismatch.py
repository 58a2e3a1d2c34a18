"""The client dials a port that another service has."""

import asyncio

from psync.system import System
from sim.scenarios.pair import OLD_TREE, Pair
from sim.scenarios.scenario import scenario
from sim.world import World

TEXTS = [
    r"Could not initialize target device: TCP:\\far\backup...",
    r"Connection Failure: TCP:\\far\backup - Job: Replication",
]


@scenario
async def port_of_another_service(world: World) -> None:
    """What answers at the port speaks another protocol: it is named as that, and is sent no file."""
    pair = Pair(world)
    heard: list[bytes] = []
    pair.far.start(_greeter, heard)
    await asyncio.sleep(1)

    assert await pair.push() == 3

    assert pair.causes() == ["NOT_PSYNC"]
    _check_refused(pair)
    assert not any(
        content in b"".join(heard) for content in pair.source().values() if isinstance(content, bytes)
    )


async def _greeter(heard: list[bytes], system: System) -> int:
    """A mail server: it speaks first, and takes what comes."""

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail ready\r\n" * 20)
        heard.append(await reader.read(1 << 16))
        writer.close()

    await (await asyncio.start_server(greet, "0.0.0.0", 7333)).serve_forever()
    return 0


def _check_refused(pair: Pair) -> None:
    assert pair.texts() == TEXTS
    assert pair.target() == OLD_TREE
