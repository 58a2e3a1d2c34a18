"""The simulated network beyond carrying: bits that flip, packets that are lost, names that move, addresses that change."""

from collections.abc import Iterator

import pytest

from conformance.adapters.simulated_network import RETRANSMISSION_SECONDS, Flip
from conformance.adapters.simulated_world import SimulatedWorld
from conformance.adapters.worlds import world_operations
from conformance.answers import Outcome
from conformance.content import Made, Tree
from conformance.stage import Stage
from tests.conformance.served import Served

NAMES = ("near", "gate", "far")
LARGE: Tree = {"large": Made(300_000, "x")}


@pytest.fixture
def stage() -> Iterator[Stage]:
    stage = Stage(Served(world_operations(SimulatedWorld)))
    stage.begin(**dict.fromkeys(NAMES, "posix"))
    stage.plant("near", stage.machines["near"].at("data"), LARGE)
    for name in ("gate", "far"):
        stage.listen(name, root_path=stage.machines[name].at())
    yield stage
    stage.end()


def pushed(stage: Stage, host: str = "far", port: int = 7333) -> Outcome:
    """A run to a folder behind a listener."""
    target = {"host": host, "port": port, "path": stage.machines["far"].at("copy")}
    client = stage.start("near", source={"path": stage.machines["near"].at("data")}, target=target)
    return client.wait()


def where_it_arrived(stage: Stage) -> list[str]:
    """The machines that have the copy."""
    return [name for name in NAMES if stage.tree(name, stage.machines[name].at("copy"))]


@pytest.mark.parametrize(
    ("segments", "arrived"),
    [
        ([b"\x00\x00\x00\x00"], b"\x00\x00\x01\x00"),
        ([b"\x00\x00", b"\x01\x00"], b"\x00\x00\x00\x00"),
        ([b"\x00", b"\x00"], b"\x00\x00"),
    ],
)
def test_a_flip_changes_one_bit_of_one_byte_wherever_segments_end(
    segments: list[bytes], arrived: bytes
) -> None:
    flip = Flip(("near", "far"), 2)

    assert b"".join(map(flip, segments)) == arrived


@pytest.mark.parametrize("way", [("near", "far"), ("far", "near")])
def test_a_flip_ends_a_run_and_once_healed_no_more(stage: Stage, way: tuple[str, str]) -> None:
    fault = stage.fault("flip", *way, after_bytes=10)
    assert pushed(stage).state == "failed"
    stage.heal(fault)

    assert pushed(stage).state == "converged"


def test_a_flip_on_another_way_changes_nothing(stage: Stage) -> None:
    stage.fault("flip", "near", "gate")

    assert pushed(stage).state == "converged"


def test_packets_that_are_lost_come_later_and_all_of_them_come(stage: Stage) -> None:
    stage.shape("near", "far", round_trip_seconds=0.01, packet_bytes=1460, lost=0.1)
    client = stage.start(
        "near",
        source={"path": stage.machines["near"].at("data")},
        target={"host": "far", "path": stage.machines["far"].at("copy")},
    )

    assert client.wait(RETRANSMISSION_SECONDS).state == "running"
    assert client.wait().state == "converged"
    assert where_it_arrived(stage) == ["far"]


def test_a_name_means_one_machine_and_later_another(stage: Stage) -> None:
    stage.name("Backup.Example", "gate")
    assert pushed(stage, "backup.example").state == "converged"
    assert where_it_arrived(stage) == ["gate"]
    stage.name("backup.example", "far")
    assert pushed(stage, "BACKUP.example").state == "converged"

    assert where_it_arrived(stage) == ["gate", "far"]
    assert stage.dialled() == [("gate", 7333), ("far", 7333)]


def test_a_forwarded_port_leads_to_another_machine_and_only_the_caller_has_dialled(stage: Stage) -> None:
    stage.forward("gate", 7400, {"machine": "far", "port": 7333})

    assert (pushed(stage, "gate", 7400).state, where_it_arrived(stage)) == ("converged", ["far"])
    assert stage.dialled() == [("gate", 7400)]


def test_where_nobody_is_behind_a_forwarded_port_the_connection_ends(stage: Stage) -> None:
    stage.forward("gate", 7400, {"machine": "far", "port": 7500})

    assert pushed(stage, "gate", 7400).state == "failed"
