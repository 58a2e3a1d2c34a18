"""Contents as they arrive at a target: what may come, in which order, and what is dropped."""

from pathlib import Path

import pytest

from psync.core.changes import (
    Change,
    MakeFolder,
    WriteFile,
)
from psync.core.content import HOLE_STEP_BYTES, Content, Outcome, Unsupplied
from psync.core.problems import Problem, ProblemCode
from psync.core.settings import Durability
from psync.disk.folder import Folder
from psync.disk.stage import TemporaryNames
from psync.disk.target import ANNOUNCED_MAX, ContentUnannounced, Target
from tests.disk.contents import begin, end, large, pack, piece
from tests.disk.recorded_system import REAL
from tests.disk.trees import (
    contents,
    stamp,
    temporaries,
)
from tests.disk.verbs import carry_out, codes, take


def announce(target: Target, *ids: int) -> None:
    for id in ids:
        target.change(WriteFile(id, (b"new%d" % id,), 0o644, 3))


def test_an_announced_file_has_no_outcome_before_its_content(target: Target):
    announce(target, 1)

    assert target.is_settled
    assert target.settle() == []


def test_nothing_is_to_be_seen_under_a_name_before_its_commit(root: Path, target: Target):
    seen = stamp(root / "file")
    for step in (WriteFile(1, (b"file",), 0o644, 3, seen), pack((1, b"new"))):
        take(target, step)
    staged = contents(root)["file"], len(temporaries(root)), target.is_settled

    target.settle()

    assert staged == (b"old", 1, False)
    assert (contents(root)["file"], temporaries(root), target.is_settled) == (b"new", [], True)


def test_what_was_sent_of_a_large_file_before_it_begins_again_is_void(root: Path, target: Target):
    announce(target, 1)
    first = [begin(1, 9), piece(1, 0, b"torn torn")]
    for step in (*first, *large(1, b"new")):
        take(target, step)

    assert codes(target.settle()) == {1: None}
    assert contents(root)["new1"] == b"new"
    assert temporaries(root) == []


def test_a_large_file_that_never_ends_gives_way_to_the_next(root: Path, target: Target):
    announce(target, 1, 2)
    for step in (begin(1, 9), piece(1, 0, b"torn"), *large(2, b"new"), pack((1, b"new"))):
        take(target, step)

    assert codes(target.settle()) == {1: None, 2: None}
    assert (contents(root)["new1"], contents(root)["new2"]) == (b"new", b"new")
    assert temporaries(root) == []


def test_small_files_may_come_between_the_pieces_of_a_large_one(root: Path, target: Target):
    announce(target, 1, 2)
    start, middle, last = large(1, b"new")
    for step in (start, middle, pack((2, b"new")), last):
        take(target, step)

    assert codes(target.settle()) == {1: None, 2: None}


LAST_WORDS = {
    "its end": [piece(1, 2, b"w"), end(1, b"new")],
    "once more": large(1, b"new"),
    "whole, since it has shrunk": [begin(1, 3), pack((1, b"new"))],
    "nothing": [Content(Unsupplied(1, Problem((b"new1",), ProblemCode.SOURCE_CHANGED)))],
}


@pytest.mark.parametrize("last_words", LAST_WORDS.values(), ids=LAST_WORDS.keys())
def test_the_rest_of_a_file_that_failed_here_is_dropped_in_whatever_form_it_comes(
    root: Path, target: Target, last_words: list[Content]
):
    announce(target, 1, 2, 3)
    broken = [[begin(id, 3), piece(id, 2, b"w"), piece(id, 0, b"ne")] for id in (1, 2)]

    for step in (*broken[0], *broken[1], end(2, b"new"), *last_words, pack((3, b"new"))):
        take(target, step)

    expected = {1: ProblemCode.VERIFY_FAILED, 2: ProblemCode.VERIFY_FAILED, 3: None}
    assert codes(target.settle()) == expected
    assert temporaries(root) == []
    with pytest.raises(ContentUnannounced):
        take(target, begin(1, 3))


def test_nothing_follows_the_end_of_a_file_that_was_not_what_was_sent(target: Target):
    announce(target, 1)
    for step in (begin(1, 3), piece(1, 0, b"NEW"), end(1, b"new")):
        take(target, step)

    assert codes(target.settle()) == {1: ProblemCode.VERIFY_FAILED}
    with pytest.raises(ContentUnannounced):
        take(target, begin(1, 3))


def test_a_file_that_the_source_cannot_supply_stays_with_the_problem_of_the_source(
    root: Path, folder: Folder
):
    problem = Problem((b"file",), ProblemCode.PERMISSION, "of the source")
    write = WriteFile(1, (b"file",), 0o644, 3, stamp(root / "file"))
    started = [begin(1, 3), piece(1, 0, b"n")]

    for steps in (
        [write, Content(Unsupplied(1, problem))],
        [write, *started, Content(Unsupplied(1, problem))],
    ):
        assert carry_out(folder, steps) == [Outcome(1, None, problem)]
        assert contents(root)["file"] == b"old"
        assert temporaries(root) == []


def test_what_has_arrived_of_a_file_that_the_source_gives_up_is_removed_at_once(root: Path, target: Target):
    announce(target, 1)
    for step in (begin(1, 3), piece(1, 0, b"n"), Content(Unsupplied(1, PROBLEM))):
        take(target, step)

    assert temporaries(root) == []


PROBLEM = Problem((b"new",), ProblemCode.IO_ERROR)
UNANNOUNCED = {
    "a pack": [pack((1, b"new"), (9, b"new"))],
    "a file twice": [pack((1, b"new"), (1, b"new"))],
    "a beginning": [begin(9, 3)],
    "a piece": [piece(9, 0, b"new")],
    "an end": [end(9, b"new")],
    "nothing": [Content(Unsupplied(9, PROBLEM))],
    "a piece before its beginning": [piece(1, 0, b"new")],
    "an end before its beginning": [end(1, b"new")],
    "a piece of another file": [begin(1, 3), piece(2, 0, b"new")],
    "a piece after the end": [*large(1, b"new"), piece(1, 3, b"new")],
    "a file after its end": [*large(1, b"new"), begin(1, 3)],
    "an end after nothing": [begin(1, 3), Content(Unsupplied(1, PROBLEM)), end(1, b"new")],
    "a pack with too few bytes": [Content(pack((1, b"new")).header, [b"ne"])],
    "a pack with too many bytes": [Content(pack((1, b"new")).header, [b"newer"])],
    "a pack without bytes": [Content(pack((1, b"new")).header)],
    "a pack with bytes of the other file": [Content(pack((1, b"a"), (2, b"bc")).header, [b"ab", b"c"])],
}


@pytest.mark.parametrize("steps", UNANNOUNCED.values(), ids=UNANNOUNCED.keys())
def test_content_that_nothing_announced_is_a_fault_of_the_peer(
    root: Path, folder: Folder, steps: list[Content]
):
    announced: list[Change | Content] = [WriteFile(id, (b"new%d" % id,), 0o644, 3) for id in (1, 2)]

    with pytest.raises(ContentUnannounced):
        carry_out(folder, [*announced, *steps])

    assert contents(root) == {"file": b"old", "sub/file": b"old"}


def test_the_contents_of_a_pack_may_come_in_one_buffer(root: Path, folder: Folder):
    header = pack((1, b"new"), (2, b""), (3, b"newer")).header
    steps: list[Change | Content] = [WriteFile(id, (b"new%d" % id,), 0o644, 3) for id in (1, 2, 3)]

    outcomes = carry_out(folder, [*steps, Content(header, [memoryview(b"newnewer")])])

    assert codes(outcomes) == dict.fromkeys((1, 2, 3))
    assert [contents(root)[f"new{id}"] for id in (1, 2, 3)] == [b"new", b"", b"newer"]


def test_a_file_is_announced_once(target: Target):
    announce(target, 1)
    with pytest.raises(ContentUnannounced):
        announce(target, 1)


def test_only_so_many_files_are_announced_at_a_time(target: Target):
    announce(target, *range(1, ANNOUNCED_MAX + 1))
    with pytest.raises(ContentUnannounced):
        announce(target, ANNOUNCED_MAX + 1)


def test_files_that_failed_and_are_still_arriving_count_as_announced(target: Target):
    announce(target, *range(1, ANNOUNCED_MAX + 1))
    for step in (begin(1, 3), piece(1, 2, b"w"), piece(1, 0, b"ne")):
        take(target, step)
    with pytest.raises(ContentUnannounced):
        announce(target, ANNOUNCED_MAX + 1)


def test_closing_removes_all_that_was_not_committed(root: Path, folder: Folder):
    target = Target(folder, TemporaryNames(REAL), Durability.BATCH)
    announce(target, 1, 2)
    for step in (pack((1, b"new")), begin(2, 9), piece(2, 0, b"torn"), MakeFolder(3, (b"made",))):
        take(target, step)
    staged = len(temporaries(root))

    target.close()

    assert staged == 2
    assert contents(root) == {"file": b"old", "sub/file": b"old"}


@pytest.mark.parametrize("offset", [HOLE_STEP_BYTES + 1, 2**62], ids=["one byte", "for ever"])
def test_an_offset_further_away_than_a_step_is_not_believed(root: Path, target: Target, offset: int):
    announce(target, 1)

    for step in (begin(1, offset, is_sparse=True), piece(1, offset, b"new"), end(1, b"new")):
        take(target, step)

    assert codes(target.settle()) == {1: ProblemCode.VERIFY_FAILED}
    assert temporaries(root) == []
