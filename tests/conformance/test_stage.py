"""A stage asks in the words of the protocol, reads what is answered, and raises what is not as it should be."""

from typing import Any

import pytest

from conformance.answers import Outcome, Problem
from conformance.content import Entries
from conformance.stage import (
    FIRST_TIME,
    PIECE_BYTES,
    SLACK_SECONDS,
    AdapterFailed,
    NotMet,
    NotSupported,
    Refused,
    Stage,
    equal,
    has,
    holds,
    old_or_new,
    require,
)
from tests.conformance.served import BEGUN, Scripted

PATH = {"style": "windows", "path": "C:\\srv\\a"}


def staged(**answers: dict[str, Any]) -> tuple[Stage, Scripted]:
    target = Scripted(world__begin=BEGUN, **answers)
    stage = Stage(target)
    stage.begin(far="windows")
    target.asked.clear()
    target.seconds.clear()
    return stage, target


@pytest.mark.parametrize(
    ("answer", "kind", "text"),
    [
        ({"unsupported": {"reason": "no locks"}}, NotSupported, "no locks"),
        ({"error": {"text": "OSError"}}, AdapterFailed, "OSError"),
        ({"rejected": {"code": "X", "text": "why"}}, Refused, "fs.lock is rejected with X: why"),
    ],
)
def test_what_is_no_ok_is_raised_and_kept_as_a_step(answer: Any, kind: Any, text: str) -> None:
    stage, _ = staged(fs__lock=answer)
    with pytest.raises(kind) as raised:
        stage.lock("far", PATH)

    assert str(raised.value) == text
    assert stage.steps[-1].answer == {
        **answer,
        **({"rejected": {"detail": {}, **answer["rejected"]}} if "rejected" in answer else {}),
    }


def test_a_step_shows_the_beginning_of_what_is_long() -> None:
    stage, target = staged(fs__tree={"ok": {"entries": {"a": {"kind": "file", "sha256": "b" * 500}}}})
    stage.plant("far", PATH, {"a": "x" * 500})
    stage.tree("far", PATH)

    assert stage.steps[-2].params["entries"]["a"]["text"] == "x" * 200 + "… (500 characters)"
    assert stage.steps[-1].answer["ok"]["entries"]["a"]["sha256"] == "b" * 200 + "… (500 characters)"
    assert target.asked[0][1]["entries"]["a"]["text"] == "x" * 500


def test_a_refusal_has_its_code_and_what_it_tells_besides() -> None:
    stage, _ = staged(listener__start={"rejected": {"code": "DUPLICATE_LISTENER", "detail": {"owner": 7}}})
    with pytest.raises(Refused) as refused:
        stage.listen("far")

    assert (refused.value.code, refused.value.detail) == ("DUPLICATE_LISTENER", {"owner": 7})


def test_a_machine_gives_paths_of_its_own_system() -> None:
    stage, _ = staged()
    far = stage.machines["far"]

    assert (far.host, far.style, far.base) == ("far.example", "windows", "C:\\srv")
    assert far.at("a", "b") == {"style": "windows", "path": "C:\\srv\\a\\b"}


def test_a_world_with_other_machines_is_none() -> None:
    stage = Stage(Scripted(world__begin=BEGUN))

    with pytest.raises(AdapterFailed, match=r"the world has the machines \['far'\], asked for \['near'\]"):
        stage.begin(near="posix")


def test_a_world_is_ended_once_and_only_if_it_has_begun() -> None:
    stage, target = staged()
    stage.end()
    stage.end()
    Stage(target).end()

    assert target.operations == ["world.end"]


def test_files_are_newer_than_those_before() -> None:
    stage, target = staged()
    for text in ("old", "new"):
        stage.plant("far", PATH, {"a": text})

    assert [params["time"] for _, params in target.asked] == [FIRST_TIME + 60, FIRST_TIME + 120]
    assert target.asked[1][1]["entries"] == {"a": {"kind": "file", "text": "new"}}


def test_a_large_file_is_sent_in_pieces_of_one_time() -> None:
    stage, target = staged()
    content = bytes(range(256)) * 4000
    stage.plant_pieces("far", PATH, "large", content)

    (_, first), *more = target.asked
    pieces = [first["entries"]["large"]["hex"], *(params["hex"] for _, params in more)]
    assert target.operations == ["fs.plant", "fs.append", "fs.append"]
    assert bytes.fromhex("".join(pieces)) == content
    assert {params["time"] for _, params in target.asked} == {FIRST_TIME + 60}


@pytest.mark.parametrize(
    ("entries", "tree"),
    [
        (None, None),
        ({}, {}),
        ({"a": {"kind": "file", "sha256": "x", "size": 3}}, {"a": {"kind": "file", "sha256": "x"}}),
    ],
)
def test_a_tree_is_read_without_what_is_not_compared(entries: Any, tree: Any) -> None:
    stage, _ = staged(fs__tree={"ok": {"entries": entries}})

    assert stage.tree("far", PATH) == tree


def test_what_nobody_may_touch_is_read_with_its_times() -> None:
    entry = {"kind": "file", "sha256": "x", "size": 3, "time": 5, "mode": 6}
    stage, target = staged(fs__tree={"ok": {"entries": {"a": entry}, "time": 7}})

    assert stage.tree_with_times("far", PATH) == {
        ".": {"kind": "folder", "time": 7},
        "a": {"kind": "file", "sha256": "x", "time": 5, "mode": 6},
    }
    assert target.asked == [("fs.tree", {"machine": "far", "path": PATH})]


@pytest.mark.parametrize(
    "told", [{"entries": None}, {"entries": {}}, {"entries": {"a": {"kind": "folder"}}, "time": 7}]
)
def test_where_no_times_are_told_nobody_knows_whether_anything_was_touched(told: Any) -> None:
    stage, _ = staged(fs__tree={"ok": told})

    with pytest.raises(NotSupported, match="the adapter does not tell when entries were changed"):
        stage.tree_with_times("far", PATH)


def test_the_network_is_shaped_named_and_forwarded_as_asked() -> None:
    stage, target = staged()
    stage.shape("near", "far", round_trip_seconds=0.3, packet_bytes=576, lost=0.02)
    stage.name("server", "far")
    stage.forward("gate", 7400, {"machine": "far", "port": 7333})

    shape = {"between": ["near", "far"], "round_trip_seconds": 0.3, "packet_bytes": 576, "lost": 0.02}
    assert target.asked == [
        ("net.shape", shape),
        ("net.name", {"name": "server", "machine": "far"}),
        ("net.forward", {"machine": "gate", "port": 7400, "to": {"machine": "far", "port": 7333}}),
    ]


def test_programs_have_names_of_their_own() -> None:
    stage, target = staged(listener__start={"ok": {"port": 7333, "pid": 5, "warnings": ["open to all"]}})
    listener = stage.listen("far", port=7333)
    client = stage.start("far", source={}, target={})

    assert (listener.name, listener.pid, listener.port) == ("listener 1", 5, 7333)
    assert (listener.warnings, client.name) == (("open to all",), "client 2")
    assert target.asked == [
        ("listener.start", {"machine": "far", "name": "listener 1", "settings": {"port": 7333}}),
        ("client.start", {"machine": "far", "name": "client 2", "job": {"source": {}, "target": {}}}),
    ]


def test_a_listener_is_stopped_killed_and_looked_at_by_its_name() -> None:
    stage, target = staged(
        listener__start={"ok": {"port": 7333}},
        listener__stop={"ok": {"end": "clean"}},
        listener__state={"ok": {"running": True, "ports": [7333]}},
    )
    listener = stage.listen("far")
    listener.kill()

    assert (listener.stop(), listener.is_running(), listener.ports()) == ("clean", True, [7333])
    assert {params["name"] for _, params in target.asked} == {"listener 1"}


def test_who_waits_for_a_client_waits_longer_than_he_asks_it_to() -> None:
    told = {"state": "partial", "messages": ["m"], "problems": [{"path": "a", "code": "LOCKED"}], "new": 1}
    stage, target = staged(client__wait={"ok": told})
    client = stage.start("far")

    assert client.wait(30.0) == Outcome("partial", ("m",), problems=(Problem("a", "LOCKED"),))
    assert target.asked[-1] == ("client.wait", {"name": "client 1", "seconds": 30.0})
    assert target.seconds[-1] > 30.0


@pytest.mark.parametrize(
    ("answers", "complaint"),
    [
        (
            {"client__wait": {"ok": {"state": "running"}}, "net__search": {"ok": {"found": [], "bytes": 9}}},
            "",
        ),
        ({"client__wait": {"ok": {"state": "running"}}, "net__search": {"unsupported": {"reason": "x"}}}, ""),
        (
            {"client__wait": {"ok": {"state": "failed"}}, "net__search": {"ok": {"found": [], "bytes": 9}}},
            "the run: 'failed', expected 'running'",
        ),
        (
            {"client__wait": {"ok": {"state": "running"}}, "net__search": {"ok": {"found": [], "bytes": 8}}},
            "only 8 bytes travelled, 9 were waited for",
        ),
    ],
)
def test_a_client_is_under_way_once_so_much_has_travelled(answers: Any, complaint: str) -> None:
    stage, _ = staged(**answers)
    client = stage.start("far")

    assert _complaint(lambda: client.wait_under_way(9)) == complaint


def test_a_fault_is_healed_by_its_name() -> None:
    stage, target = staged()
    stage.heal(stage.fault("reset", "near", "far", after_bytes=9))

    fault = {"name": "fault 1", "kind": "reset", "between": ["near", "far"], "after_bytes": 9}
    assert target.asked == [("net.fault", fault), ("net.heal", {"name": "fault 1"})]


def test_what_was_overheard_is_named() -> None:
    stage, _ = staged(net__search={"ok": {"found": [True, False], "bytes": 9}})

    assert stage.overheard("a", "b") == ["a"]


@pytest.mark.parametrize(
    ("answer", "kind", "text"),
    [
        ({"found": [False], "bytes": 0}, NotMet, "nothing was heard on the wire at all"),
        ({"found": [], "bytes": 9}, AdapterFailed, "'net.search' is answered for 0 texts of 1"),
        ({"found": None, "bytes": 9}, AdapterFailed, "'net.search' is answered otherwise than it should: "),
    ],
)
def test_who_has_heard_nothing_knows_nothing(answer: Any, kind: type[Exception], text: str) -> None:
    stage, _ = staged(net__search={"ok": answer})

    with pytest.raises(kind, match=text):
        stage.overheard("a")


def test_what_was_carried_is_counted_by_who_carries_it() -> None:
    stage, target = staged(net__search={"ok": {"found": [], "bytes": 9}})

    assert stage.carried() == 9
    assert target.asked == [("net.search", {"texts": []})]


def test_attempts_are_told_in_their_order() -> None:
    attempts = [{"machine": "far", "port": 7400}, {"machine": "far", "port": 7333}]
    stage, _ = staged(net__connections={"ok": {"attempts": attempts}})

    assert stage.dialled() == [("far", 7400), ("far", 7333)]


def test_what_is_equal_holds_and_what_is_not_is_shown() -> None:
    equal("the run", "converged", "converged")
    require([1], "nothing")

    with pytest.raises(NotMet, match=r"^the run: 'failed', expected 'converged'$"):
        equal("the run", "failed", "converged")
    with pytest.raises(NotMet, match=r"^nothing$"):
        require([], "nothing")


FILE = {"kind": "file", "sha256": "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"}  # x


@pytest.mark.parametrize(
    ("found", "complaint"),
    [
        ({"a": {"kind": "folder"}, "a/b": FILE}, ""),
        (None, "it: is not there"),
        ({"a": {"kind": "folder"}}, "it: a/b is missing"),
        ({"a/b": FILE}, "it: a is missing"),
        ({"a": {"kind": "folder"}, "a/b": FILE, "c": FILE}, "it: c is there, and should not be"),
        ({"a": {"kind": "folder"}, "a/b": {"kind": "folder"}}, "it: a/b is {'kind': 'folder'}, expected"),
    ],
)
def test_a_folder_holds_a_tree_exactly(found: Entries | None, complaint: str) -> None:
    assert _complaint(lambda: holds("it", found, {"a/b": "x"})).startswith(complaint)
    assert bool(_complaint(lambda: holds("it", found, {"a/b": "x"}))) == bool(complaint)


@pytest.mark.parametrize(
    ("found", "complaint"),
    [
        ({"a": FILE}, ""),
        ({"a": FILE, "b": FILE}, "it: b is {'kind': 'file', "),
        ({}, "it: a is None, neither old nor new"),
        ({"a": FILE, "other": FILE}, ""),
    ],
)
def test_what_is_the_old_or_the_new_is_no_mixture(found: Entries, complaint: str) -> None:
    told = _complaint(lambda: old_or_new("it", found, {"a": "x"}, {"a": "x", "b": "new"}))

    assert (told.startswith(complaint), bool(told)) == (True, bool(complaint))


@pytest.mark.parametrize("found", [None, {}, {"a": {"kind": "folder"}}])
def test_a_folder_has_an_entry(found: Entries | None) -> None:
    assert _complaint(lambda: has("it", {"a": FILE, "b": FILE}, "a", "x")) == ""
    assert _complaint(lambda: has("it", found, "a", "x")).startswith("it: a is ")


def _complaint(demand: Any) -> str:
    try:
        demand()
    except NotMet as complaint:
        return str(complaint)
    return ""


def test_a_connection_of_its_own_is_asked_for_byte_by_byte() -> None:
    stage, target = staged(net__receive={"ok": {"hex": "6162"}})
    line = stage.dial("near", "far", 7333)
    line.send(b"abc")
    heard = line.receive(2, 5.0)
    line.close()

    name = {"name": line.name}
    assert heard == b"ab"
    assert target.asked == [
        ("net.dial", {**name, "machine": "near", "to": {"machine": "far", "port": 7333}}),
        ("net.send", {**name, "hex": "616263"}),
        ("net.receive", {**name, "bytes": 2, "seconds": 5.0}),
        ("net.hang_up", name),
    ]
    assert target.seconds[2] == 5.0 + SLACK_SECONDS


def test_what_is_said_goes_into_as_many_lines_as_it_needs() -> None:
    stage, target = staged()
    stage.dial("near", "far", 7333).send(bytes(PIECE_BYTES + 1))

    assert [len(params["hex"]) for op, params in target.asked if op == "net.send"] == [2 * PIECE_BYTES, 2]


@pytest.mark.parametrize(
    ("told", "heard"),
    [({"hex": ""}, None), ({"hex": "", "ended": True}, b""), ({"hex": "61", "ended": True}, b"a")],
)
def test_nothing_yet_is_told_from_the_end(told: dict[str, Any], heard: bytes | None) -> None:
    stage, _ = staged(net__receive={"ok": told})

    assert stage.dial("near", "far", 7333).receive(9, 1.0) == heard
