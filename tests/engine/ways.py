"""The four ways of a job: each end local, or behind a listener of its own."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psync.system import System
from tests.engine.runs import Ran, copy
from tests.engine.station import listening

# Name → whether the source and the target are behind a listener.
WAYS = {"local": (False, False), "push": (False, True), "pull": (True, False), "tcp": (True, True)}


@dataclass
class Way:
    """A job from `source` to `target`; the addresses say how each is reached."""

    source: Path
    target: Path
    addresses: tuple[str, str]
    system: System | None

    async def run(self, **options: Any) -> Ran:
        """Run it once."""
        return await copy(*self.addresses, system=self.system, **options)


def folders(base: Path) -> tuple[Path, Path]:
    """Where the source and the target of a way lie."""
    return base / "near" / "root" / "data", base / "far" / "root" / "data"


@asynccontextmanager
async def going(
    name: str, base: Path, *, client: System | None = None, listener: System | None = None
) -> AsyncIterator[Way]:
    """Set a way up; `client` and `listener` are the machines that the programs believe to run on."""
    ends = folders(base)
    async with AsyncExitStack() as stack:
        addresses = []
        for folder, is_remote in zip(ends, WAYS[name], strict=True):
            folder.parent.mkdir(parents=True, exist_ok=True)
            address = str(folder)
            if is_remote:
                station = await stack.enter_async_context(listening(folder.parents[1], system=listener))
                address = station.address("/data")
            addresses.append(address)
        yield Way(*ends, (addresses[0], addresses[1]), client)
