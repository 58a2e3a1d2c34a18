"""What only the simulated world can do: systems of two kinds, locks, far networks, and exact times."""

from collections.abc import Iterator

import pytest

from conformance.adapters.simulated_world import SimulatedWorld
from conformance.adapters.worlds import world_operations
from conformance.content import Made, Tree
from conformance.stage import Client, NotSupported, Refused, Stage, holds
from tests.conformance.served import Served

OLD: Tree = {"a": "old", "sub/b": "old"}


@pytest.fixture
def stage() -> Iterator[Stage]:
    stage = Stage(Served(world_operations(SimulatedWorld)))
    stage.begin(near="posix", far="windows")
    yield stage
    stage.end()


def pushed(stage: Stage, tree: Tree) -> Client:
    """A client on its way from `near` to a folder of `far`, where a listener runs."""
    near, far = stage.machines["near"], stage.machines["far"]
    stage.plant("near", near.at("data"), tree)
    stage.plant("far", far.at("copy"), OLD)
    stage.listen("far", root_path=far.at())
    remote = {"host": far.host, "path": far.at("copy")}
    return stage.start("near", source={"path": near.at("data")}, target=remote)


def test_a_windows_machine_has_paths_of_its_own(stage: Stage) -> None:
    far = stage.machines["far"]
    stage.plant("far", far.at("x"), OLD)

    assert far.at("x")["path"] == "C:\\srv\\x"
    holds("the folder", stage.tree("far", far.at("x")), OLD)
    stage.remove("far", far.at("x", "sub", "b"))
    stage.remove("far", far.at("x", "sub"))
    holds("the folder", stage.tree("far", far.at("x")), {"a": "old"})


def test_a_file_that_is_open_on_windows_is_a_problem_until_it_is_closed(stage: Stage) -> None:
    assert pushed(stage, {"a": "new", "sub/b": "new"}).wait().state == "converged"
    far, near = stage.machines["far"], stage.machines["near"]
    stage.plant("near", near.at("data"), {"a": "newer", "sub/b": "newer"})
    target = {"host": far.host, "path": far.at("copy")}
    stage.lock("far", far.at("copy", "a"))
    first = stage.start("near", source={"path": near.at("data")}, target=target).wait()
    stage.unlock("far", far.at("copy", "a"))

    assert [(one.path, one.code) for one in first.problems] == [("a", "LOCKED")]
    assert stage.start("near", source={"path": near.at("data")}, target=target).wait().state == "converged"


def test_a_denied_file_is_a_problem(stage: Stage) -> None:
    near = stage.machines["near"]
    stage.ask("fs.deny", {"machine": "near", "path": near.at("data", "a")})

    assert [one.path for one in pushed(stage, {"a": "1", "b": "2"}).wait().problems] == ["a"]


def test_a_denied_source_ends_the_run(stage: Stage) -> None:
    near = stage.machines["near"]
    stage.ask("fs.deny", {"machine": "near", "path": near.at("data")})

    assert pushed(stage, {"a": "1"}).wait().causes == ("FOLDER_UNREACHABLE",)


def test_a_client_runs_while_the_network_is_silent_and_goes_on_when_it_is_healed(stage: Stage) -> None:
    fault = stage.fault("silent", "near", "far", after_bytes=100_000)
    client = pushed(stage, {"a": Made(1_000_000, "x")})

    assert client.wait(5.0).state == "running"
    stage.heal(fault)
    assert client.wait().state == "converged"


def test_a_reset_ends_a_client(stage: Stage) -> None:
    stage.fault("reset", "near", "far", after_bytes=100_000)

    assert pushed(stage, {"a": Made(1_000_000, "x")}).wait().state == "failed"


def test_a_fault_of_another_kind_is_not_supported(stage: Stage) -> None:
    with pytest.raises(NotSupported, match="no fault 'flood'"):
        stage.fault("flood", "near", "far")


def test_a_job_takes_as_long_as_the_network_is_far(stage: Stage) -> None:
    stage.shape("near", "far", round_trip_seconds=2.0, packet_bytes=576)
    client = pushed(stage, {"a": "new"})

    assert (client.wait(4.0).state, client.wait(60.0).state) == ("running", "converged")


def test_a_listener_without_a_key_is_open_to_all_where_that_is_accepted_and_warns(stage: Stage) -> None:
    root = stage.machines["far"].at()
    with pytest.raises(Refused, match="NETWORK_UNAUTHENTICATED"):
        stage.listen("far", root_path=root, exposed=True)

    [warning] = stage.listen("far", root_path=root, exposed=True, unauthenticated=True).warnings
    assert "NOT AUTHENTICATED" in warning


def test_what_psync_refuses_is_told_with_its_code(stage: Stage) -> None:
    with pytest.raises(Refused, match=r"listener\.start is rejected with ROOT_PATH_INVALID"):
        stage.listen("far", root_path=stage.machines["far"].at("missing"))
    with pytest.raises(NotSupported, match="psync cannot switch encryption off yet"):
        stage.listen("far", encryption=False)
