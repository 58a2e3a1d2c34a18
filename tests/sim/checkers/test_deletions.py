"""What is deleted was asked for, is not at the source, and goes last."""

import pytest

from psync.core.changes import Change, Delete, WriteFile
from psync.core.manifest import Kind, Stamp
from psync.core.problems import Problem, ProblemCode
from psync.engine.events import ChangeDone, ProblemFound, RunStarted
from sim.checkers.checker import Broken
from sim.checkers.deletions import Deletions
from sim.faults import RivalRun
from sim.plan import Edit
from sim.trial import Trial
from tests.expectations import does_not_raise
from tests.sim.checkers.trials import beginning
from tests.sim.plans import with_faults


def delete(*path: bytes, kind: Kind = Kind.FILE) -> Delete:
    return Delete(1, path, kind, Stamp(1, 1, 1, 1))


def write(*path: bytes) -> WriteFile:
    return WriteFile(2, path, 0o644, 1)


def hear(trial: Trial, *changes: Change) -> Deletions:
    checker = Deletions(trial)
    for change in changes:
        checker.heard(ChangeDone(change, 0))
    return checker


def test_files_may_be_deleted_after_others_were_written() -> None:
    with beginning() as trial, does_not_raise():
        hear(trial, write(b"a"), delete(b"old"), delete(b"older"))


def test_what_takes_the_place_of_a_folder_comes_after_its_deletion() -> None:
    with beginning() as trial, does_not_raise():
        hear(trial, delete(b"a", kind=Kind.FOLDER), write(b"a"))


def test_a_folder_may_be_gone_although_its_deletion_is_told_as_a_problem() -> None:
    with beginning() as trial, does_not_raise():
        checker = hear(trial, delete(b"old"))
        checker.heard(ProblemFound(Problem((b"a",), ProblemCode.NO_SPACE)))
        checker.heard(ChangeDone(write(b"a"), 0))


def test_the_next_run_begins_anew() -> None:
    with beginning() as trial, does_not_raise():
        checker = hear(trial, delete(b"old"))
        checker.heard(RunStarted("job", "source", "target"))
        checker.heard(ChangeDone(write(b"a"), 0))


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ([delete(b"a")], "b'a' was deleted, and the source has it"),
        ([delete(b"sub", kind=Kind.FOLDER)], "b'sub' was deleted, and the source has it"),
        ([delete(b"old"), write(b"sub", b"c")], "b'sub/c' came after something was deleted"),
    ],
)
def test_what_must_not_be_deleted_is_told(changes: list[Change], complaint: str) -> None:
    with beginning() as trial, pytest.raises(Broken, match=f"deletions: {complaint}"):
        hear(trial, *changes)


@pytest.mark.parametrize("path", ["a", "sub/new"])
def test_a_rival_that_began_before_may_delete_what_the_user_has_made_meanwhile(path: str) -> None:
    edits = ((Edit(path, 5, 9),),)
    with beginning(with_faults(RivalRun("near", 1), edits=edits)) as trial:
        with does_not_raise():
            hear(trial, delete(path.encode().split(b"/")[0], kind=Kind.FOLDER if "/" in path else Kind.FILE))
        with pytest.raises(Broken, match="deletions: b'b' was deleted, and the source has it"):
            hear(trial, delete(b"b"))


def test_a_deletion_that_nobody_has_asked_for_is_told() -> None:
    with beginning(with_faults(is_deleting=False)) as trial, pytest.raises(Broken, match="nobody has asked"):
        hear(trial, delete(b"old"))
