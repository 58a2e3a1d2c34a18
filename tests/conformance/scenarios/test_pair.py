"""A pair arranges two machines, two folders and jobs between them in either direction."""

from typing import Any

from conformance.scenarios.pair import Pair
from conformance.stage import Stage
from tests.conformance.served import Scripted

SOURCE = {"style": "posix", "path": "/srv/data"}
TARGET = {"style": "windows", "path": "D:\\x\\backup"}

BEGUN = {
    "near": {"host": "10.0.0.1", "base": {"style": "posix", "path": "/srv"}},
    "far": {"host": "server", "base": {"style": "windows", "path": "D:\\x"}},
}


def scripted() -> Scripted:
    return Scripted(
        world__begin={"ok": {"machines": BEGUN}},
        listener__start={"ok": {"port": 7333}},
        client__wait={"ok": {"state": "converged"}},
        format_uri={"ok": {"uri": "TCP:\\\\server"}},
    )


def asked(target: Scripted, op: str) -> list[dict[str, Any]]:
    return [params for name, params in target.asked if name == op]


def test_both_folders_are_there_before_anybody_runs() -> None:
    target = scripted()
    Pair(Stage(target), source={"a": "1"}, target={"b": "2"}, style="windows")

    assert target.asked[0][1] == {
        "machines": [{"name": "near", "style": "posix"}, {"name": "far", "style": "windows"}]
    }
    planted = [(one["machine"], one["path"], list(one["entries"])) for one in asked(target, "fs.plant")]
    assert planted == [("near", SOURCE, ["a"]), ("far", TARGET, ["b"])]


def test_the_folder_of_the_target_may_be_missing() -> None:
    target = scripted()
    Pair(Stage(target), target=None)

    assert len(asked(target, "fs.plant")) == 1


def test_a_push_and_a_pull_are_the_same_job_in_two_directions() -> None:
    target = scripted()
    pair = Pair(Stage(target))
    remote = {"host": "server", "port": 7400, "path": TARGET}

    assert pair.push(port=7400, delete=True).state == "converged"
    assert pair.pull(port=7400).state == "converged"

    assert [one["job"] for one in asked(target, "client.start")] == [
        {"source": {"path": SOURCE}, "target": remote, "delete": True},
        {"source": remote, "target": {"path": SOURCE}},
    ]


def test_the_listener_is_confined_unless_told_otherwise() -> None:
    target = scripted()
    pair = Pair(Stage(target))
    pair.listen()
    pair.listen(root_path=TARGET, port=7400)

    settings = [one["settings"] for one in asked(target, "listener.start")]
    assert settings == [
        {"root_path": {"style": "windows", "path": "D:\\x"}},
        {"root_path": TARGET, "port": 7400},
    ]


def test_the_texts_are_those_of_the_guide() -> None:
    pair = Pair(Stage(scripted()))

    assert pair.texts("source", "Nightly") == (
        "Could not initialize source device: TCP:\\\\server...",
        "Connection Failure: TCP:\\\\server - Job: Nightly",
    )
