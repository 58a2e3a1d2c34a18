"""What a user has made that cannot be replicated, and what a run must say of it."""

from collections.abc import Iterator

import pytest
from msgspec import structs

from psync.core.problems import ProblemCode
from sim.faults.unfit import EntryUnfit, Unfit
from sim.trial import Trial
from sim.unfit import CONTENT
from tests.sim.checkers.trials import beginning
from tests.sim.plans import PLAN

TWINS = EntryUnfit(Unfit.TWIN, "sub/both")
FOLDER = EntryUnfit(Unfit.FOLDER, "sub/c")


@pytest.fixture
def trial() -> Iterator[Trial]:
    with beginning(structs.replace(PLAN, windows=("far",), is_deleting=False)) as trial:
        yield trial


def test_twins_stand_side_by_side_and_one_of_them_is_to_be_told(trial: Trial) -> None:
    trial.unfit.make(TWINS)

    assert {path for path, content in trial.tree_of_source().items() if content == CONTENT} == {
        b"sub/both",
        b"sub/BOTH",
    }
    assert trial.unfit.expected() == {TWINS: ({b"sub/both", b"sub/BOTH"}, ProblemCode.NAME_CONFLICT)}


def test_a_folder_in_the_way_is_told_as_long_as_the_source_has_the_file(trial: Trial) -> None:
    trial.unfit.make(FOLDER)

    before = trial.unfit.expected()
    trial.machine("near").files.remove(b"/home/source/sub/c")

    assert before == {FOLDER: ({b"sub/c"}, ProblemCode.KIND_CONFLICT)}
    assert trial.unfit.expected() == {}


@pytest.mark.parametrize("fault", [TWINS, FOLDER, EntryUnfit(Unfit.PIPE, "p"), EntryUnfit(Unfit.NAME, "n.")])
def test_what_is_taken_away_leaves_both_ends_as_they_were_but_for_folders_on_the_way(
    trial: Trial, fault: EntryUnfit
) -> None:
    before = trial.tree_of_source(), {**trial.tree_of_target(), b"sub": None}
    remove = trial.unfit.make(fault)
    assert remove is not None

    remove()

    assert (trial.tree_of_source(), {**trial.tree_of_target(), b"sub": None}) == before
    assert trial.unfit.expected() == {}
