"""What a run counts."""

import pytest

from psync.core.changes import Change, Delete, MakeFolder, WriteFile
from psync.core.content import Begin, Content, End, Pack, PackedFile, Piece
from psync.core.manifest import Kind, Stamp
from psync.core.problems import Problem, ProblemCode
from psync.core.stats import RunStats

PATH = (b"a",)
STAMP = Stamp(1, 2, 3, 4)
PACKED = PackedFile(1, 3, 0, b"")

DONE = {
    "a file": (WriteFile(1, PATH, 0o644, 9), (1, 0)),
    "a folder": (MakeFolder(1, PATH), (0, 0)),
    "a deleted file": (Delete(1, PATH, Kind.FILE, STAMP), (0, 1)),
    "a deleted link": (Delete(1, PATH, Kind.LINK, STAMP), (0, 1)),
    "a deleted folder": (Delete(1, PATH, Kind.FOLDER, STAMP), (0, 0)),
}


@pytest.mark.parametrize(("change", "expected"), DONE.values(), ids=DONE.keys())
def test_files_sent_and_deleted_are_counted_and_folders_are_not(change: Change, expected: tuple[int, int]):
    stats = RunStats()

    stats.add_done(change)

    assert (stats.files_sent, stats.files_deleted) == expected


CONTENTS = {
    "the files of a pack": (Content(Pack([PACKED, PACKED]), (b"abc", b"de")), 5),
    "a piece": (Content(Piece(1, 7), (memoryview(b"abcd"),)), 4),
    "a hole": (Content(Piece(1, 7)), 0),
    "a beginning": (Content(Begin(1, 9, is_sparse=False)), 0),
    "an end": (Content(End(1, 9, 0, b"")), 0),
}


@pytest.mark.parametrize(("content", "expected"), CONTENTS.values(), ids=CONTENTS.keys())
def test_literal_bytes_are_those_that_travel(content: Content, expected: int):
    stats = RunStats()

    stats.add_content(content)

    assert stats.bytes_literal == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [(ProblemCode.PERMISSION, 1), (ProblemCode.SPECIAL_FILE, 0), (ProblemCode.FOLDER_KEPT, 0)],
    ids=["a failure", "what is not replicated", "a folder that others use"],
)
def test_a_notice_is_no_failure(code: ProblemCode, expected: int):
    stats = RunStats()

    stats.add_problem(Problem(PATH, code))

    assert stats.failed == expected
