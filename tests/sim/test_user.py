"""What the user of a trial does to his files, whatever rights he has left himself."""

from contextlib import suppress

import pytest

from sim.plan import Edit, FileSpec, Kind, Topology
from sim.trees import Tree
from sim.trial import Trial, carry_out
from sim.user import rights
from sim.windows import READING
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


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ((Edit("sub", 3, 9),), {b"sub": FileSpec("sub", 3, 9).content}),
        ((Edit("sub", -1, 9),), {}),
        ((Edit("sub/a", 3, 9, kind=Kind.FOLDER),), {b"sub": None, b"sub/a": None}),
        (
            (Edit("sub/a", 3, 9, kind=Kind.LINK),),
            {b"sub": None, b"sub/a": FileSpec("a", 3, 9, Kind.LINK).entry},
        ),
        (
            (Edit("sub/a", 3, 8, kind=Kind.LINK), Edit("sub/a", 3, 9, kind=Kind.LINK)),
            {b"sub": None, b"sub/a": FileSpec("a", 3, 9, Kind.LINK).entry},
        ),
        (
            (Edit("sub/a/b", 3, 9),),
            {b"sub": None, b"sub/a": None, b"sub/a/b": FileSpec("b", 3, 9).content},
        ),
        ((Edit("sub", 3, 9, kind=Kind.LINK), Edit("sub/x", 0, 9)), {b"sub": None, b"sub/x": b""}),
    ],
    ids=["folder-file", "folder-gone", "file-folder", "file-link", "retargeted", "file-above", "link-above"],
)
def test_what_is_of_another_kind_makes_way(edits: tuple[Edit, ...], expected: Tree) -> None:
    with beginning(CLOSED) as trial:
        for edit in edits:
            trial.user.edit(edit)

        assert trial.tree_of_source() == expected


def test_a_folder_in_which_windows_keeps_the_name_of_an_open_file_stays() -> None:
    plan = with_faults(topology=Topology.PULL, windows=("far",))
    with beginning(plan) as trial:
        disk = trial.machine("far").disk
        node = disk.find(trial.source + b"/sub/c")
        assert node is not None
        handle = disk.handles.open(node, READING)
        trial.user.edit(Edit("sub", 3, 9))
        assert trial.tree_of_source().keys() == {b"a", b"b", b"sub"}

        handle.close()
        trial.user.edit(Edit("sub", 3, 9))

        assert trial.tree_of_source()[b"sub"] == FileSpec("sub", 3, 9).content


def test_an_entry_is_found_under_the_name_that_it_has_come_to_have() -> None:
    rounds = ((Edit("sub", 0, 0, name="Sub"), Edit("sub/c", 0, 0, name="C"), Edit("sub/C", 3, 9)),)
    plan = with_faults(edits=rounds, windows=("far",))
    with beginning(plan) as trial:
        for edit in rounds[0]:
            trial.user.edit(edit)

        assert sorted(trial.tree_of_source()) == [b"Sub", b"Sub/C", b"a", b"b"]
    assert carry_out(plan)[0].broken == ""


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
