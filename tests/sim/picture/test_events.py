"""The class and the words of each line of a trace."""

import pytest

from sim.picture.events import CLASSES, HIDDEN, Shown, shown
from sim.trace import Event


@pytest.mark.parametrize(
    ("place", "kind", "detail", "expected"),
    [
        ("far", "net", "near:32768>far:7333 DATA 29", ("data", "29 bytes", "near")),
        ("far", "net", "near:32768>far:7333 SYN", ("packet", "SYN", "near")),
        ("near", "net", "far:7333>near:32768 ACK 29", ("receipt", "ACK 29", "far")),
        ("near", "net", "what is this", ("packet", "what is this", "")),
        ("near/1000", "file", "open(b'/a', 0) 3", ("look", "opens /a", "")),
        ("near/1000", "file", "mkdir(b'/a')", ("change", "makes folder /a", "")),
        ("near/1", "file", "mkdir(b'/a')", ("user", "makes folder /a", "")),
        ("near", "content", "b'/a' 3 00000000", ("content", "/a now holds 3 bytes", "")),
        ("near", "content", "b'/a' gone", ("content", "/a is gone", "")),
        ("near", "content", "b'/a' link", ("content", "/a is a link", "")),
        (
            "near/1000",
            "note",
            "ChangeDone WriteFile b'sub/a' 5",
            ("told", "done: sub/a has 5 bytes", ""),
        ),
        (
            "near/1000",
            "note",
            "ChangeDone FinishFolder b'' 0",
            ("told", "done: folder (the job's own) finished", ""),
        ),
        (
            "near/1000",
            "note",
            "Summary converged 1 2 3",
            ("told", "Summary: converged; 1 sent, 2 deleted, 3 failed", ""),
        ),
        ("far", "fault", "PowerCut unsynced", ("fault", "fault on far: power cut (unsynced)", "")),
        ("world", "fault", "ConnectionReset", ("fault", "fault: connection reset", "")),
        ("world", "link", "near>far silent", ("fault", "near → far: nothing arrives any more", "")),
        ("world", "link", "near>far open", ("fault", "near → far: packets arrive again", "")),
        ("near/1000", "process", "starts copy", ("run", "copy starts as near/1000", "")),
        ("near/1000", "process", "ended 3", ("run", "ended with exit code 3", "")),
        ("near/1000", "process", "ended -9", ("run", "killed by signal 9", "")),
        ("far", "machine", "boot 2", ("run", "has power again, and boots", "")),
        ("far", "machine", "power cut", ("run", "power cut", "")),
    ],
)
def test_a_line_has_a_class_and_words(place: str, kind: str, detail: str, expected: tuple[str, str, str]):
    group, text, source = expected

    [line] = shown([Event(0, 7, place, kind, detail, 5)])

    assert line == Shown(7, 5, place, group, text, detail, source)


def test_a_fault_has_the_words_of_its_plan_where_they_are_known():
    [line] = shown([Event(4, 7, "far", "fault", "PowerCut unsynced")], {4: "far loses its power"})

    assert line.text == "far loses its power"


@pytest.mark.parametrize(
    ("kind", "detail", "is_failure"),
    [
        ("file", "fsync(3) EIO", True),
        ("file", "stat(b'/a') ENOENT", False),
        ("note", "ProblemFound b'a' LOCKED", True),
        ("note", "Broken whole: b'a' is torn", True),
        ("note", "Summary converged 1 2 3", False),
        ("process", "ended 3", False),
    ],
)
def test_a_line_tells_of_a_failure_or_not(kind: str, detail: str, is_failure: bool):
    [line] = shown([Event(0, 7, "near/1000", kind, detail)])

    assert line.is_failure == is_failure


def test_a_broken_promise_is_told_where_it_was_found():
    [line] = shown([Event(0, 7, "near/1000", "note", "Broken whole: b'a' is torn")])

    assert (line.group, line.text) == ("told", "promise broken: whole: a is torn")


def test_what_is_hidden_at_first_is_a_class():
    assert set(HIDDEN) < set(CLASSES)
    assert "faults" not in [CLASSES[name] for name in HIDDEN]
