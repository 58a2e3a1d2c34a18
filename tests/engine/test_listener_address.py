"""Where a listener cannot listen, and what its operator is told."""

import asyncio
import errno
from pathlib import Path
from typing import Any

import pytest

from psync.core.errors import AddressInUse, AddressNotLocal, AddressUnusable, Failure
from psync.real.system import real_system
from psync.wire.keys import Secret
from tests.engine.loops import run
from tests.engine.station import Station, listening

KEY = Secret(b"k" * 32)


def test_a_port_that_is_taken_is_refused_and_the_name_is_free_again(tmp_path: Path) -> None:
    async def main() -> None:
        async with listening(tmp_path) as station:
            other = Station(tmp_path, port=station.port)
            with pytest.raises(AddressInUse) as refused:
                await other.listener.main()
            real_system().claim_instance(other.settings.instance).release()
        text = f"Cannot listen on 127.0.0.1 port {station.port}: another program uses it."
        assert (str(refused.value), refused.value.exit_code) == (text, 3)

    run(main())


def test_an_address_that_is_not_this_machines_is_refused(tmp_path: Path) -> None:
    station = Station(tmp_path, KEY, host="192.0.2.1", port=7333)

    with pytest.raises(AddressNotLocal) as refused:
        run(station.listener.main())

    text = "Cannot listen on 192.0.2.1 port 7333: this machine has no such address."
    assert (str(refused.value), refused.value.exit_code) == (text, 3)


class Refusing(asyncio.SelectorEventLoop):
    """An event loop on which nobody can listen."""

    error = OSError()

    async def create_server(self, *arguments: Any, **options: Any) -> Any:
        """Fail as the loop of some version of Python does."""
        raise self.error


BIND_ERRORS = {
    "an address that is gone, as of Python 3.13": (
        OSError("could not bind on any address out of [('192.0.2.1', 7333)]"),
        AddressNotLocal,
        "Cannot listen on all interfaces, at port 7333: this machine has no such address.",
    ),
    "no permission": (
        OSError(
            errno.EACCES, "error while attempting to bind on address ('::', 7333, 0, 0): permission denied"
        ),
        AddressUnusable,
        "Cannot listen on all interfaces, at port 7333: permission denied.",
    ),
    "no permission, as of Python 3.13": (
        OSError(
            errno.EACCES,
            "error while attempting to bind on address ('::', 7333): [errno 13] permission denied",
        ),
        AddressUnusable,
        "Cannot listen on all interfaces, at port 7333: permission denied.",
    ),
}


@pytest.mark.parametrize(("error", "kind", "text"), BIND_ERRORS.values(), ids=BIND_ERRORS.keys())
def test_what_keeps_a_listener_from_an_address_is_told_apart(
    tmp_path: Path, error: OSError, kind: type[Failure], text: str
) -> None:
    def refuse() -> asyncio.AbstractEventLoop:
        loop = Refusing()
        loop.error = error
        return loop

    async def main() -> None:
        await Station(tmp_path, KEY, host="", port=7333).listener.main()

    with asyncio.Runner(loop_factory=refuse) as runner, pytest.raises(kind) as refused:
        runner.run(main())

    assert str(refused.value) == text
