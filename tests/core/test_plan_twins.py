"""Planning where one end takes names that differ only in case for one name: nothing is overwritten silently."""

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from psync.core.changes import Delete, FinishFolder, RenameEntry, WriteFile
from psync.core.manifest import EntryPath, Kind, Order
from psync.core.plan import PlanOptions
from psync.core.problems import ProblemCode
from tests.core.tree_model import (
    Damage,
    Plan,
    TargetModel,
    Tree,
    file,
    plan,
    scan,
    shapes,
    tree,
)
from tests.core.tree_strategies import TWINS, damages, plain_entries, trees

FOLDED = Order(folded=True)
KEEPING, MIRRORING = PlanOptions(order=FOLDED), PlanOptions(delete=True, order=FOLDED)
NOTHING = Damage()

exact_sources, exact_targets = trees(100, TWINS, plain_entries), trees(1, TWINS, plain_entries)
folded_sources, folded_targets = (trees(inode, TWINS, plain_entries, folded=True) for inode in (100, 1))


def run(
    source: Tree,
    target: Tree,
    options: PlanOptions = MIRRORING,
    seen: Damage = NOTHING,
    *,
    folded: bool = True,
) -> tuple[Plan, Tree]:
    """Plan, and carry it out on a target whose volume folds names, or does not."""
    made = plan(options, scan(source, FOLDED, seen), scan(target, FOLDED))
    return made, TargetModel(target, source, options, folded=folded).apply(made.changes)


def arriving(
    source: Tree, target: Tree, path: EntryPath = (), old: EntryPath | None = ()
) -> Iterator[EntryPath]:
    """Say which entries a folding target can hold: of twins the one whose name it has, else the first.

    `path` is a folder of the source, `old` the target's folder in its place, None if it has none.
    """
    yield path
    names = sorted(below[-1] for below in source if below and below[:-1] == path)
    had = {below[-1]: entry for below, entry in target.items() if below and below[:-1] == old}
    for key in {FOLDED.fold(name) for name in names}:
        twins = [name for name in names if FOLDED.fold(name) == key]
        name = next((name for name in twins if name in had), twins[0])
        place = next((name for name in had if FOLDED.fold(name) == key), None)
        is_folder = place is not None and had[place].kind is Kind.FOLDER
        yield from arriving(
            source, target, (*path, name), (*(old or ()), place) if is_folder and place else None
        )


@given(exact_sources, folded_targets)
def test_a_target_that_folds_names_gets_one_of_each_twins_and_the_other_is_reported(
    source: Tree, target: Tree
):
    made, result = run(source, target)

    held = set(arriving(source, target))
    refused = {path for path in source if path not in held and path[:-1] in held}
    assert shapes(result) == shapes({path: entry for path, entry in source.items() if path in held})
    assert {(problem.path, problem.code) for problem in made.problems} == {
        (path, ProblemCode.NAME_CONFLICT) for path in refused
    }


@given(folded_sources, exact_targets)
def test_a_source_that_folds_names_is_mirrored_to_a_target_that_has_twins(source: Tree, target: Tree):
    made, result = run(source, target, folded=False)

    assert (shapes(result), made.problems) == (shapes(source), [])


@given(exact_sources, folded_targets)
def test_a_second_run_changes_nothing(source: Tree, target: Tree):
    made, result = run(source, target)

    again, _ = run(source, result)

    assert (again.changes, again.problems) == ([], made.problems)


@given(exact_sources, folded_targets)
def test_without_delete_what_only_the_target_has_is_at_most_spelled_otherwise(source: Tree, target: Tree):
    _, result = run(source, target, KEEPING)

    known = {folded(path) for path in source}
    alone = {entry for path, entry in target.items() if folded(path) not in known}
    assert alone <= set(result.values())


@given(st.data(), folded_sources, folded_targets)
def test_what_the_source_could_not_look_at_is_kept_however_it_is_spelled(
    data: st.DataObject, source: Tree, target: Tree
):
    seen = data.draw(damages(source))

    _, result = run(source, target, seen=seen)

    lost = {folded(path) for path in seen.unreadable}
    kept = {entry for path, entry in target.items() if any(top in lost for top in above(folded(path)))}
    assert kept <= set(result.values())


def folded(path: EntryPath) -> EntryPath:
    return tuple(FOLDED.fold(name) for name in path)


def above(path: EntryPath) -> set[EntryPath]:
    return {path[:length] for length in range(len(path) + 1)}


def test_of_two_spellings_the_first_is_taken_because_its_folder_comes_first_in_the_scan():
    source, target = tree({"AB/x": file()}, 100), tree({"aB/x": file(), "ab/x": file(), "ab/y": file()})

    made, result = run(source, target, folded=False)

    renames = [change.path for change in made.changes if isinstance(change, RenameEntry)]
    assert (shapes(result), renames) == (shapes(source), [(b"aB",)])


def test_a_folder_that_another_kind_replaces_is_not_renamed_first():
    source, target = tree({"AB": file()}, 100), tree({"ab/x": file()})

    made, result = run(source, target)
    kept, unchanged = run(source, target, KEEPING)

    assert [type(change) for change in made.changes] == [Delete, Delete, WriteFile, FinishFolder]
    assert (shapes(result), kept.changes, unchanged) == (shapes(source), [], target)
