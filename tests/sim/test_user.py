"""What the user of a trial does to his files, whatever rights he has left himself."""

from contextlib import suppress

import pytest

from sim.plan import Edit, FileSpec, Kind
from sim.trial import Trial
from sim.user import rights
from tests.sim.checkers.trials import beginning
from tests.sim.plans import PLAN, with_faults


def mode(trial: Trial, path: bytes) -> int:
    node = trial.machine("near").disk.find(trial.source + b"/" + path)
    assert node is not None
    return node.stat_result.st_mode & 0o777


CLOSED = with_faults(
    source=(FileSpec("sub/a", 5, 1, mode="444"), FileSpec("sub", 0, 2, Kind.FOLDER, "555")), target=()
)


def test_a_file_and_a_folder_stand_with_the_modes_that_a_plan_gives_them() -> None:
    with beginning(CLOSED) as trial:
        assert (mode(trial, b"sub"), mode(trial, b"sub/a")) == (0o555, 0o444)


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (Edit("sub/a", 3, 9), {b"sub/a": FileSpec("sub/a", 3, 9).content}),
        (
            Edit("sub/b", 3, 9),
            {b"sub/a": FileSpec("sub/a", 5, 1).content, b"sub/b": FileSpec("b", 3, 9).content},
        ),
        (Edit("sub/a", -1, 0), {}),
    ],
    ids=["written", "made", "removed"],
)
def test_what_is_closed_to_its_owner_is_edited_and_stays_closed(
    edit: Edit, expected: dict[bytes, bytes]
) -> None:
    with beginning(CLOSED) as trial:
        trial.user.edit(edit)

        assert trial.tree_of_source() == {b"sub": None, **expected}
        assert mode(trial, b"sub") == 0o555


def test_a_mode_is_changed_and_nothing_else() -> None:
    with beginning() as trial:
        before = trial.tree_of_source()

        for path, new in (("a", "600"), ("sub", "555"), ("missing", "600")):
            trial.user.edit(Edit(path, 0, 0, new))

        assert (mode(trial, b"a"), mode(trial, b"sub"), trial.tree_of_source()) == (0o600, 0o555, before)


def test_rights_are_given_back_when_something_fails() -> None:
    with beginning(CLOSED) as trial:
        disk = trial.machine("near").disk

        with suppress(PermissionError), rights(disk, trial.source + b"/sub/a"):
            assert mode(trial, b"sub") == 0o755
            raise PermissionError

        assert mode(trial, b"sub") == 0o555


def test_a_plan_without_modes_has_the_usual_ones() -> None:
    with beginning(PLAN) as trial:
        assert (mode(trial, b"sub"), mode(trial, b"a")) == (0o755, 0o644)
