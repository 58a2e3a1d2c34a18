"""What a run does not announce: files to a full target, and what lies below a folder that could not be made."""

from psync.core.changes import Change, FinishFolder, MakeFolder, MakeLink, WriteFile
from psync.core.problems import Problem, ProblemCode
from psync.engine.unsent import Unsent

A, B = (b"a",), (b"b",)
MADE = MakeFolder(1, A)
REFUSED = Problem(A, ProblemCode.PERMISSION, "Permission denied")
FULL = Problem(B, ProblemCode.NO_SPACE)

BELOW: list[Change] = [
    WriteFile(2, (*A, b"file"), 0o644, 1),
    MakeLink(3, (*A, b"link"), b"to", 0),
    MakeFolder(4, (*A, b"sub")),
    WriteFile(5, (*A, b"sub", b"file"), 0o644, 1),
    FinishFolder(6, (*A, b"sub"), 0o755, 0),
    FinishFolder(7, A, 0o755, 0),
]
BESIDE: list[Change] = [WriteFile(8, (b"ab",), 0o644, 1), FinishFolder(9, (), 0o755, 0)]


def test_as_long_as_all_goes_well_everything_is_announced() -> None:
    unsent = Unsent()

    assert unsent.sift([MADE, *BELOW, *BESIDE]) == [MADE, *BELOW, *BESIDE]
    assert (unsent.count, unsent.problems()) == (0, [])


def test_what_lies_below_a_folder_that_could_not_be_made_is_counted_and_not_announced() -> None:
    unsent = Unsent()
    unsent.note(MADE, REFUSED)

    assert unsent.sift([*BELOW, *BESIDE]) == BESIDE
    told = Problem(A, ProblemCode.PERMISSION, "entries below it not sent: 4")
    assert (unsent.count, unsent.problems()) == (4, [told])


def test_a_folder_below_that_fails_late_belongs_to_the_one_above() -> None:
    unsent = Unsent()
    unsent.note(MADE, REFUSED)
    unsent.note(MakeFolder(4, (*A, b"sub")), Problem((*A, b"sub"), ProblemCode.NOT_FOUND))

    unsent.sift(BELOW)

    told = Problem(A, ProblemCode.PERMISSION, "entries below it not sent: 4")
    assert unsent.problems() == [told]


def test_a_folder_with_nothing_below_it_is_not_told_twice() -> None:
    unsent = Unsent()
    unsent.note(MADE, REFUSED)

    assert unsent.sift([FinishFolder(7, A, 0o755, 0)]) == []
    assert (unsent.count, unsent.problems()) == (0, [])


def test_a_file_that_fails_keeps_nothing_else_back() -> None:
    unsent = Unsent()
    unsent.note(WriteFile(2, A, 0o644, 1), REFUSED)

    assert unsent.sift(BELOW) == BELOW


def test_a_full_target_is_sent_no_more_files_but_all_else() -> None:
    unsent = Unsent()
    unsent.note(WriteFile(2, B, 0o644, 1), FULL)

    assert unsent.sift([*BELOW, *BESIDE]) == [*BELOW[1:3], *BELOW[4:], BESIDE[1]]
    assert (unsent.count, unsent.problems()) == (3, [Problem((), ProblemCode.NO_SPACE, "3 files not sent")])
