"""Both kinds of worlds do the same: what a scenario arranges in one of them, it finds in the other."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from conformance.adapters.process_world import ProcessWorld
from conformance.adapters.serving import Operation
from conformance.adapters.simulated_world import SimulatedWorld
from conformance.adapters.worlds import METHODS, world_operations
from conformance.content import Link, Made, Tree, expected
from conformance.stage import AdapterFailed, NotSupported, Refused, Stage, has, holds
from tests.conformance.served import Served

KINDS: dict[str, type[Any]] = {"simulated": SimulatedWorld, "process": ProcessWorld}

TREE: Tree = {
    "text": "\u00e4",
    "sub/bytes": b"\x00\xff",
    "sub/made": Made(100, "salt"),
    "sub/empty folder": None,
    "link": Link("/nowhere"),
}


class Small:
    """A world that can do one thing."""

    ended: list[str] = []  # noqa: RUF012  # what all of them have noted

    def __init__(self, machines: list[Mapping[str, Any]]) -> None:
        self.names = [machine["name"] for machine in machines]

    @property
    def about(self) -> dict[str, Any]:
        return {"machines": self.names}

    def advance(self, params: dict[str, Any]) -> dict[str, Any]:
        return {"now": params["seconds"], "in": self.names}

    def end(self, params: dict[str, Any]) -> dict[str, Any]:
        self.ended.extend(self.names)
        return {}


@pytest.fixture
def small() -> dict[str, Operation]:
    Small.ended.clear()
    return world_operations(Small)


@pytest.fixture(params=KINDS)
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    operations = world_operations(KINDS[request.param])
    stage = Stage(Served(operations))
    stage.begin(near="posix", far="posix")
    yield stage
    operations["world.end"]({})


def test_what_a_world_has_no_method_for_is_not_served(small: Mapping[str, Operation]) -> None:
    assert sorted(small) == ["clock.advance", "world.begin", "world.end"]


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_each_operation_of_a_world_is_served_by_one_of_psyncs(kind: type[Any]) -> None:
    missing = {op for op in METHODS if op not in world_operations(kind)}

    assert missing == ({"net.shape", "net.name"} if kind is ProcessWorld else set())


def test_without_a_world_nothing_can_be_asked(small: Mapping[str, Operation]) -> None:
    with pytest.raises(ValueError, match="no world has begun"):
        small["clock.advance"]({"seconds": 1})
    assert small["world.end"]({}) == {}


def test_there_is_one_world_at_a_time(small: Mapping[str, Operation]) -> None:
    assert small["world.begin"]({"machines": [{"name": "a"}]}) == {"machines": ["a"]}
    small["world.begin"]({"machines": [{"name": "b"}]})

    assert Small.ended == ["a"]
    assert small["clock.advance"]({"seconds": 1}) == {"now": 1, "in": ["b"]}
    small["world.end"]({})
    assert Small.ended == ["a", "b"]


def test_a_tree_is_found_as_it_was_planted(stage: Stage) -> None:
    folder = stage.machines["far"].at("a", "b")
    assert stage.tree("far", folder) is None

    stage.plant("far", folder, TREE)

    assert stage.tree("far", folder) == expected(TREE)
    assert stage.tree("near", stage.machines["near"].at("a")) is None
    assert stage.tree("far", stage.machines["far"].at("a", "b", "text")) is None


def test_a_file_is_written_anew_and_one_in_pieces_is_whole(stage: Stage) -> None:
    far = stage.machines["far"]
    stage.plant("far", far.at(), {"one": "old", "other": "stays"})
    stage.plant("far", far.at(), {"one": "new"})
    stage.plant_pieces("far", far.at(), "large", b"0123456789" * 50_000)

    tree: Tree = {"one": "new", "other": "stays", "large": b"0123456789" * 50_000}
    holds("the folder", stage.tree("far", far.at()), tree)


def test_what_is_removed_is_gone_with_all_below_it(stage: Stage) -> None:
    far = stage.machines["far"]
    stage.plant("far", far.at("x"), {**TREE, "way": Link(far.at("y")["path"])})
    stage.plant("far", far.at("y"), {"mine": "stays"})
    for path in (far.at("x", "text"), far.at("x", "way"), far.at("x", "sub")):
        stage.remove("far", path)

    holds("what is left", stage.tree("far", far.at("x")), {"link": Link("/nowhere")})
    holds("behind the link", stage.tree("far", far.at("y")), {"mine": "stays"})


def test_who_touches_a_file_or_comes_and_goes_leaves_a_time(stage: Stage) -> None:
    far = stage.machines["far"]
    stage.plant("far", far.at(), {"a": "x", "sub/b": "x"})
    before = stage.tree_with_times("far", far.at())
    assert stage.tree_with_times("far", far.at()) == before
    stage.sleep(0.01)
    stage.plant("far", far.at(), {"a": "x"})
    stage.plant("far", far.at("sub"), {"c": "x"})
    stage.remove("far", far.at("sub", "c"))

    after = stage.tree_with_times("far", far.at())
    assert [path for path in before if before[path] != after[path]] == ["a", "sub"]


def test_a_port_that_is_forwarded_leads_to_another_one(stage: Stage) -> None:
    near, far = stage.machines["near"], stage.machines["far"]
    stage.plant("near", near.at("data"), {"text": "content"})
    listener = stage.listen("far", root_path=far.at())
    stage.forward("far", 7400, {"machine": "far", "port": listener.port})

    target = {"host": far.host, "port": 7400, "path": far.at("copy")}
    assert stage.start("near", source={"path": near.at("data")}, target=target).wait().state == "converged"
    assert stage.dialled() == [("far", 7400)]


def test_a_push_arrives_and_is_heard_and_noted(stage: Stage) -> None:
    near, far = stage.machines["near"], stage.machines["far"]
    stage.plant("near", near.at("data"), {"text": "content"})
    listener = stage.listen("far", root_path=far.at())

    target = {"host": far.host, "path": far.at("copy")}
    outcome = stage.start("near", source={"path": near.at("data")}, target=target).wait()

    assert (outcome.state, outcome.files_sent) == ("converged", 1)
    assert (listener.is_running(), listener.ports(), listener.port) == (True, [7333], 7333)
    assert (stage.dialled(), stage.overheard("content")) == ([("far", 7333)], [])
    has("the copy", stage.tree("far", far.at("copy")), "text", "content")


def test_a_refused_listener_is_told_with_its_owner_and_one_that_was_killed_runs_no_more(stage: Stage) -> None:
    root = stage.machines["far"].at()
    first = stage.listen("far", root_path=root)
    with pytest.raises(Refused) as refused:
        stage.listen("far", root_path=root)

    assert (refused.value.code, refused.value.detail) == ("DUPLICATE_LISTENER", {"owner": first.pid})
    assert first.is_running()
    first.kill()
    assert (first.is_running(), first.ports()) == (False, [])
    assert stage.listen("far", root_path=root).stop() == "clean"


def test_a_listener_is_killed_before_the_change_that_is_named_and_no_earlier(stage: Stage) -> None:
    near, far = stage.machines["near"], stage.machines["far"]
    stage.plant("near", near.at("data"), {"one": "content"})
    stage.plant("far", far.at("copy"), {})
    target = {"host": far.host, "path": far.at("copy")}
    states = []
    for number in (1000, 1):
        listener = stage.listen("far", root_path=far.at())
        listener.kill_before_change(number)
        outcome = stage.start("near", source={"path": near.at("data")}, target=target).wait()
        states.append((outcome.state, listener.is_running()))
        listener.kill()
        stage.plant("near", near.at("data"), {"two": "content"})

    assert states == [("converged", True), ("failed", False)]
    holds("the copy", stage.tree("far", far.at("copy")), {"one": "content"})


def test_no_more_fits_into_a_folder_than_was_said_until_there_is_room(stage: Stage) -> None:
    near, far = stage.machines["near"], stage.machines["far"]
    stage.plant("near", near.at("data"), {"large": Made(300_000, "x"), "one/two/small": "small"})
    stage.plant("far", far.at(), {"mine": "stays", "way": Link("mine")})
    try:
        stage.limit("far", far.at(), 100_000, 2)
    except NotSupported as reason:
        pytest.skip(str(reason))
    stage.listen("far", root_path=far.at())
    target = {"host": far.host, "path": far.at("copy")}
    full = stage.start("near", source={"path": near.at("data")}, target=target).wait()
    stage.unlimit("far", far.at())
    free = stage.start("near", source={"path": near.at("data")}, target=target).wait()

    assert (full.state, {one.code for one in full.problems} >= {"NO_SPACE"}, free.state) == (
        "partial",
        True,
        "converged",
    )
    has("the folder", stage.tree("far", far.at()), "way", Link("mine"))
    has("the folder", stage.tree("far", far.at()), "mine", "stays")


@pytest.mark.parametrize(("source", "target"), [("near", "far"), ("far", "near")])
def test_a_locked_file_is_a_problem_until_it_is_unlocked(stage: Stage, source: str, target: str) -> None:
    near, far = stage.machines["near"], stage.machines["far"]
    for name, content in ((target, "old"), (source, "new")):
        stage.plant(name, stage.machines[name].at("x"), {"a": content, "sub/a": content})
    stage.listen("far", root_path=far.at())
    ends = {"near": {"path": near.at("x")}, "far": {"host": far.host, "path": far.at("x")}}
    held = stage.machines[target].at("x", "a")
    stage.lock(target, held)
    first = stage.start("near", source=ends[source], target=ends[target]).wait()
    holds("the target", stage.tree(target, stage.machines[target].at("x")), {"a": "old", "sub/a": "new"})
    stage.unlock(target, held)

    assert [(one.path, one.code) for one in first.problems] == [("a", "LOCKED")]
    assert stage.start("near", source=ends[source], target=ends[target]).wait().state == "converged"


def test_a_locked_file_is_not_deleted_and_goes_with_the_next_run(stage: Stage) -> None:
    near, far = stage.machines["near"], stage.machines["far"]
    stage.plant("near", near.at("x"), {"kept": "same"})
    stage.plant("far", far.at("x"), {"gone": "old", "held": "old"})
    stage.listen("far", root_path=far.at())
    job = {
        "source": {"path": near.at("x")},
        "target": {"host": far.host, "path": far.at("x")},
        "delete": True,
    }
    stage.lock("far", far.at("x", "held"))
    first = stage.start("near", **job).wait()
    holds("the target", stage.tree("far", far.at("x")), {"kept": "same", "held": "old"})
    stage.unlock("far", far.at("x", "held"))

    assert [(one.path, one.code) for one in first.problems] == [("held", "LOCKED")]
    assert stage.start("near", **job).wait().state == "converged"
    holds("the target", stage.tree("far", far.at("x")), {"kept": "same"})


@pytest.mark.parametrize("name", ["missing", "folder"])
def test_only_a_file_that_is_there_can_be_locked(stage: Stage, name: str) -> None:
    far = stage.machines["far"]
    stage.plant("far", far.at(), {"folder": None})

    with pytest.raises(AdapterFailed, match="FileNotFoundError"):
        stage.lock("far", far.at(name))


def test_a_network_is_silent_once_so_many_bytes_have_passed_and_no_earlier(stage: Stage) -> None:
    near, far = stage.machines["near"], stage.machines["far"]
    stage.plant("near", near.at("data"), {"large": Made(3_000_000, "x")})
    stage.listen("far", root_path=far.at())
    fault = stage.fault("silent", "near", "far", after_bytes=1_000_000)
    never = stage.fault("reset", "near", "far", after_bytes=10_000_000)

    client = stage.start(
        "near", source={"path": near.at("data")}, target={"host": far.host, "path": far.at()}
    )
    client.wait_under_way(1_000_000)

    assert stage.carried() < 1_300_000
    for name in (never, fault):
        stage.heal(name)
    assert client.wait().state == "converged"
