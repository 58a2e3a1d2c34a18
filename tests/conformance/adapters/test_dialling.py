"""Connections of the suite's own, in worlds of both kinds: as the protocol has them, and none is left behind."""

from collections.abc import Iterator
from typing import Any

import pytest

from conformance.adapters.dialling import Dialling
from conformance.adapters.process_world import ProcessWorld
from conformance.adapters.simulated_world import SimulatedWorld
from conformance.adapters.worlds import world_operations
from conformance.blackbox.frames import ANSWER_BYTES, MAGIC, Offer
from conformance.stage import AdapterFailed, Dialled, Stage
from tests.conformance.served import Served

OFFER = Offer(0, bytes(32)).encode()


class Recorded:
    """A line that knows what was done with it, and has something to say once."""

    def __init__(self) -> None:
        self.done: list[object] = []
        self.says: list[bytes | None] = [b"\x01", None, b""]

    def send(self, data: bytes) -> None:
        self.done.append(data)

    def receive(self, count: int, seconds: float) -> bytes | None:
        self.done.append((count, seconds))
        return self.says.pop(0)

    def close(self) -> None:
        self.done.append("closed")


class Dialler(Dialling):
    """A world of such lines."""

    def __init__(self) -> None:
        super().__init__()
        self.made: dict[tuple[str, str, int], Recorded] = {}

    def line(self, machine: str, far: str, port: int) -> Recorded:
        return self.made.setdefault((machine, far, port), Recorded())


@pytest.fixture(params=[SimulatedWorld, ProcessWorld])
def line(request: pytest.FixtureRequest) -> Iterator[Dialled]:
    """A connection to psync's own listener."""
    stage = Stage(Served(world_operations(request.param)))
    stage.begin(near="posix", far="posix")
    yield stage.dial("near", "far", stage.listen("far", root_path=stage.machines["far"].at()).port)
    stage.end()


def dialled(name: str) -> tuple[Dialler, dict[str, Any]]:
    world = Dialler()
    world.dial({"name": name, "machine": "near", "to": {"machine": "far", "port": 1}})
    return world, {"name": name}


def test_a_line_is_told_what_is_asked_of_it() -> None:
    world, name = dialled("a")
    world.send({**name, "hex": "6162"})
    world.receive({**name, "bytes": 3, "seconds": 4})
    world.hang_up(name)
    world.hang_up_all()

    assert world.made["near", "far", 1].done == [b"ab", (3, 4), "closed"]


def test_something_nothing_yet_and_the_end_are_told_apart() -> None:
    world, name = dialled("a")
    told = [world.receive({**name, "bytes": 1, "seconds": 1}) for _ in range(3)]

    assert told == [{"hex": "01", "ended": False}, {"hex": "", "ended": False}, {"hex": "", "ended": True}]


def test_what_is_left_is_hung_up() -> None:
    world, _ = dialled("a")
    world.hang_up_all()

    assert world.made["near", "far", 1].done == ["closed"]


def test_which_lines_there_are_is_for_worlds_to_say() -> None:
    with pytest.raises(NotImplementedError):
        Dialling().line("near", "far", 1)


def test_a_listener_answers_whoever_speaks_its_protocol(line: Dialled) -> None:
    line.send(OFFER)
    answer = b""
    while len(answer) < ANSWER_BYTES:
        answer += line.receive(ANSWER_BYTES, 5) or b""

    assert answer.startswith(MAGIC)
    line.close()


def test_it_ends_the_connection_of_whoever_does_not(line: Dialled) -> None:
    line.send(b"GET / HTTP/1.1\r\n\r\n")

    assert line.receive(9, 5) == b""


def test_nobody_at_the_other_end_is_an_error_of_the_adapter(line: Dialled) -> None:
    with pytest.raises(AdapterFailed, match=r"nobody accepts|cannot be reached"):
        line.stage.dial("near", "far", 1)
