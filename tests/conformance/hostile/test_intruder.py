"""The hostile client does what an honest one does as long as its names are honest, and reports what it is told."""

from collections.abc import Iterator

import pytest

from conformance.adapters.simulated_world import SimulatedWorld
from conformance.adapters.worlds import world_operations
from conformance.blackbox.messages import Close
from conformance.content import expected
from conformance.hostile.intruder import DONE, Answers, Intruder
from conformance.hostile.messages import CHANGES, FILE, Stamp
from conformance.scenarios.beset import OWN, Beset
from conformance.stage import NotMet, Stage, holds
from tests.conformance.served import Served

NOTHING = Stamp(0, 0, 0, 0)


@pytest.fixture
def beset() -> Iterator[Beset]:
    stage = Stage(Served(world_operations(SimulatedWorld)))
    yield Beset(stage, style="windows")
    stage.end()


@pytest.fixture
def intruder(beset: Beset) -> Iterator[Intruder]:
    with beset.intrude() as intruder:
        yield intruder


def test_a_scan_tells_what_is_there(intruder: Intruder) -> None:
    found = intruder.scan()

    assert {b"/".join(path).decode() for path in found} == {*expected(OWN)}
    assert (found[b"own.txt",].kind, found[b"own.txt",].size) == (FILE, len("of the client"))


def test_changes_with_honest_names_are_carried_out(beset: Beset, intruder: Intruder) -> None:
    stamp = intruder.scan()[b"own.txt",].stamp
    changes = {
        1: [1, (b"made",), None],
        2: [2, (b"made", b"one"), 0o644, 3, None],
        3: [2, (b"two",), 0o644, 3, None],
        4: [5, (b"own.txt",), b"renamed.txt", stamp],
        5: [8, (b"sub", b"kept.txt"), FILE, NOTHING],
    }

    answers = intruder.apply(changes, b"new", [2, 3])

    assert answers == Answers({**dict.fromkeys((1, 2, 3, 4), DONE), 5: "CONFLICT"})
    tree = {"made/one": "new", "two": "new", "renamed.txt": "of the client", "sub/kept.txt": "of the client"}
    holds("the folder", beset.at(beset.folder), {**tree, "sub/folder": None})


def test_a_file_with_an_honest_name_is_read(beset: Beset) -> None:
    with beset.intrude("source") as intruder:
        answers = intruder.request({1: (b"own.txt",), 2: (b"absent",), 3: (b"sub", b"kept.txt")})

    assert answers == Answers({1: DONE, 2: "NOT_FOUND", 3: DONE}, bulk=b"of the client" * 2)


def test_a_session_that_ends_answers_no_further_change(intruder: Intruder) -> None:
    answers = intruder.apply({1: [1, (b"made",), None]}, b"new", [7])

    assert answers.end.startswith("Close(failure='PROTOCOL'")
    assert answers.of(2).startswith("no answer, and Close(failure='PROTOCOL'")


def test_the_last_words_of_a_listener_are_told(intruder: Intruder) -> None:
    [word] = intruder.misspeak(CHANGES, ["x"])

    assert isinstance(word, Close)
    assert (word.failure, intruder.is_over) == ("PROTOCOL", True)


def test_a_folder_that_is_refused_is_no_folder(beset: Beset) -> None:
    beset.stage.remove("far", beset.folder)

    with pytest.raises(NotMet, match=r"the listener answers Open with Fail\(failure='SOURCE_MISSING'"):
        beset.intrude("source")
    assert beset.stage.steps[-1].op == "net.hang_up"
