"""Trees and edits that chance draws: whole, within their amounts, and without names in each other's way."""

from random import Random

import pytest
from msgspec import structs

from sim.plan import FileSpec, Kind, Plan, Topology
from sim.presets import derive
from sim.workload import (
    FILE_MODES,
    FOLDER_MODES,
    UNREADABLE,
    Amounts,
    draw_edits,
    draw_files,
    draw_old_files,
    exchange,
    exclude,
    give_modes,
    respell,
    vary,
)


@pytest.mark.parametrize("amounts", [Amounts(), Amounts(20, 60)], ids=["small", "medium"])
def test_a_tree_has_as_many_files_as_it_may_each_under_a_name_of_its_own(amounts: Amounts) -> None:
    for seed in range(50):
        files = list(draw_files(Random(seed), amounts, 0))

        assert amounts.files_min <= len(files) <= amounts.files_max
        assert len({file.path for file in files}) == len({file.version for file in files}) == len(files)


def test_an_old_tree_shares_some_files_with_the_new_one() -> None:
    shared = 0
    for seed in range(50):
        new = tuple(draw_files(Random(seed), Amounts(), 0))
        shared += len(set(new) & set(draw_old_files(Random(seed + 1), new, Amounts())))

    assert shared > 10


def test_large_files_come_as_often_and_as_large_as_asked_for() -> None:
    sizes = [file.size for file in draw_files(Random(1), Amounts(8, 8, large_chance=1.0, large_bytes=7), 0)]

    assert sizes == [7] * 8


def test_edits_write_and_remove() -> None:
    sizes = {min(edit.size, 0) for seed in range(50) for edit in draw_edits(Random(seed), 0)}

    assert sizes == {-1, 0}


@pytest.mark.parametrize("seed", range(40))
def test_no_name_of_a_varied_tree_stands_in_the_way_of_another(seed: int) -> None:
    plan = vary(derive("lossy", seed), Random(seed), 0.5)

    for tree in (plan.source, plan.target):
        files = [file.path for file in tree if file.kind is not Kind.FOLDER]
        assert [path for path in files for other in files if other.startswith(f"{path}/")] == []


def test_modes_are_given_on_both_sides_and_changed_between_runs() -> None:
    plans = [give_modes(derive("lossy", seed), Random(seed)) for seed in range(40)]

    assert {file.mode for plan in plans for file in plan.source} == {"", *FILE_MODES, *FOLDER_MODES}
    assert {file.mode for plan in plans for file in plan.target} > {UNREADABLE, *FILE_MODES, *FOLDER_MODES}
    assert {edit.mode for plan in plans for edits in plan.edits for edit in edits} > {*FILE_MODES}


def test_a_machine_under_windows_gets_no_modes() -> None:
    plan = structs.replace(derive("lossy", 2), topology=Topology.PUSH, faults=(), windows=("far",))

    given = give_modes(plan, Random(1))

    assert (given.target, given.source != plan.source) == (plan.target, True)


def test_what_is_excluded_is_there_and_leaves_a_way_to_converge() -> None:
    plans = [exclude(derive("lossy", seed), Random(seed)) for seed in range(40)]

    patterns = {pattern for plan in plans for pattern in plan.exclude}
    assert {"sub", "a", "*.txt", "/a"} <= patterns
    blocked = structs.replace(derive("lossy", 1), source=(FileSpec("a", 1, 1),), edits=())
    blocked = structs.replace(blocked, target=(FileSpec("a/x", 1, 1),), is_deleting=True)
    assert () in {exclude(blocked, Random(seed)).exclude for seed in range(9)}


def test_kinds_are_exchanged_and_links_lead_elsewhere() -> None:
    plans = [exchange(derive("lossy", seed), Random(seed)) for seed in range(60)]
    edits = [edit for plan in plans for edits in plan.edits for edit in edits if edit.version >= 20_000]

    assert {edit.kind for edit in edits} == {*Kind}
    assert any(edit.path.endswith("/inside") for edit in edits)
    assert {"sub", "other"} <= {edit.path for edit in edits}


def test_names_are_spelled_anew_only_where_an_end_takes_both_for_one() -> None:
    plans = [
        respell(derive(preset, seed), Random(seed)) for preset in ("locked", "lossy") for seed in range(40)
    ]

    names = {edit.name for plan in plans for edits in plan.edits for edit in edits}
    assert {"Sub", "SUB", "A", "Letter.txt"} <= names
    assert all(plan.windows for plan in plans if plan.is_respelled)


def test_a_tree_without_a_chance_stays_as_it_is() -> None:
    plan = derive("lossy", 3)

    varied = vary(plan, Random(1), 0.0)

    assert isinstance(varied, Plan)
    assert (varied.source, set(varied.target)) == (plan.source, set(plan.target))
