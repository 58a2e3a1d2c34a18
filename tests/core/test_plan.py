"""What a planner asks of a target: single cases, and for random trees that the target then equals the source."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from psync.core.changes import (
    Change,
    Delete,
    FinishFolder,
    MakeFolder,
    MakeLink,
    OpenFolder,
    SetMode,
    WriteFile,
)
from psync.core.manifest import Entry, EntryPath, Kind, Listing, Order, Stamp
from psync.core.plan import Planner, PlanOptions
from psync.core.problems import Problem, ProblemCode
from tests.core.tree_model import (
    Damage,
    Plan,
    TargetModel,
    Tree,
    file,
    folder,
    link,
    plan,
    scan,
    shapes,
    special,
    tree,
)
from tests.core.tree_strategies import damages, trees

KEEPING, MIRRORING = PlanOptions(), PlanOptions(delete=True)
NO_MODES = PlanOptions(modes_kept=False)
NOTHING = Damage()

sources, targets = trees(100), trees(1)


def run(
    source: Tree, target: Tree, options: PlanOptions, seen: Damage = NOTHING, found: Damage = NOTHING
) -> tuple[Plan, Tree]:
    """Plan over a source of which `seen` is missing, and a target likewise; give the plan and what it makes."""
    made = plan(options, scan(source, options.order, seen), scan(target, options.order, found))
    return made, TargetModel(target, source, options).apply(made.changes)


def is_below(path: EntryPath, tops: frozenset[EntryPath]) -> bool:
    return any(path[: len(top)] == top for top in tops)


def is_near(path: EntryPath, others: frozenset[EntryPath]) -> bool:
    """Whether one of `others` is this path, or above or below it."""
    return any(path[: len(other)] == other[: len(path)] for other in others)


# Properties


@given(sources, targets, st.sampled_from([1, 2]))
def test_a_mirrored_target_equals_the_source_but_where_that_has_special_files(
    source: Tree, target: Tree, granularity_ns: int
):
    target = coarse(target, granularity_ns)

    made, result = run(source, target, PlanOptions(delete=True, granularity_ns=granularity_ns))

    specials = frozenset(path for path, entry in source.items() if entry.kind is Kind.SPECIAL)
    kept = {path: entry for path, entry in target.items() if is_below(path, specials)}
    wanted = {path: entry for path, entry in coarse(source, granularity_ns).items() if path not in specials}
    assert shapes(result) == shapes(wanted | kept)
    assert made.reported() == specials


def coarse(tree: Tree, granularity_ns: int) -> Tree:
    """A tree on a volume that keeps times in steps."""
    return {
        path: structs.replace(entry, mtime_ns=entry.mtime_ns // granularity_ns * granularity_ns)
        for path, entry in tree.items()
    }


@given(sources, targets, st.booleans())
def test_a_second_run_changes_nothing(source: Tree, target: Tree, modes_kept: bool):
    options = PlanOptions(delete=True, modes_kept=modes_kept)
    _, result = run(source, target, options)

    again, _ = run(source, result, options)

    files = [entry for entry in source.values() if entry.kind is Kind.FILE]
    assert (again.changes, again.planner.files_unchanged) == ([], len(files))


@given(sources, targets)
def test_without_delete_what_only_the_target_has_stays_as_it_is(source: Tree, target: Tree):
    _, result = run(source, target, KEEPING)

    alone = {path: entry for path, entry in shapes(target).items() if path not in source}
    assert {path: shapes(result).get(path) for path in alone} == alone


@given(sources, targets)
def test_without_delete_each_entry_arrives_or_is_reported(source: Tree, target: Tree):
    made, result = run(source, target, KEEPING)

    missing = {path for path, wanted in shapes(source).items() if shapes(result).get(path) != wanted}
    specials = {path for path, entry in source.items() if entry.kind is Kind.SPECIAL}
    assert missing | specials == made.reported()


@given(st.data(), sources, targets)
def test_nothing_is_deleted_where_the_source_was_not_seen(data: st.DataObject, source: Tree, target: Tree):
    seen = data.draw(damages(source))

    _, result = run(source, target, MIRRORING, seen=seen)

    unseen = {
        path: entry
        for path, entry in shapes(target).items()
        if (path not in source and is_below(path, seen.incomplete)) or is_below(path, seen.unreadable)
    }
    assert {path: shapes(result).get(path) for path in unseen} == unseen


@given(st.data(), sources, targets)
def test_nothing_is_changed_where_the_target_was_not_seen(data: st.DataObject, source: Tree, target: Tree):
    found = data.draw(damages(target))

    _, result = run(source, target, MIRRORING, found=found)

    unseen = {
        path: entry
        for path, entry in shapes(target).items()
        if is_below(path, found.incomplete) or is_below(path, found.unreadable)
    }
    assert {path: shapes(result).get(path) for path in unseen} == unseen


@given(st.data(), sources, targets)
def test_whatever_is_not_seen_each_entry_arrives_or_is_near_a_report(
    data: st.DataObject, source: Tree, target: Tree
):
    seen, found = data.draw(damages(source)), data.draw(damages(target))

    made, result = run(source, target, MIRRORING, seen, found)

    missing = [path for path, wanted in shapes(source).items() if shapes(result).get(path) != wanted]
    assert [path for path in missing if not is_near(path, frozenset(made.reported()))] == []


@given(st.data(), sources, targets)
def test_only_what_was_listed_is_deleted(data: st.DataObject, source: Tree, target: Tree):
    alone = sorted(set(target) - set(source))
    hidden = frozenset(data.draw(st.sets(st.sampled_from(alone), max_size=3)) if alone else ())

    _, result = run(source, target, MIRRORING, found=Damage(hidden=hidden))

    unlisted = {path: entry for path, entry in shapes(target).items() if is_below(path, hidden)}
    assert {path: shapes(result).get(path) for path in unlisted} == unlisted


# Single cases

READ_ONLY = folder(0o555)
STAMP = Stamp(0, 1, 0, 1)  # of `file()`; `at` gives it the inode


def at(inode: int, size: int = 0, mtime_ns: int = 0) -> Stamp:
    """The stamp of an entry of a target, whose inodes count from 1 in the order of its paths."""
    return Stamp(inode, size, mtime_ns, 1)


@dataclass
class Case:
    """A source, a target, what is planned; ids are left out, the root's attributes as well."""

    source: dict[str, Entry]
    target: dict[str, Entry]
    changes: list[Change] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    options: PlanOptions = MIRRORING


A, B, AX = (b"a",), (b"b",), (b"a", b"x")

CASES = {
    "equal trees": Case({"a": file(), "b/x": link()}, {"a": file(), "b/x": link()}),
    "new entries, folders before their contents": Case(
        {"a/x": file(2, 5), "b": link(b"to", 6)},
        {},
        [
            MakeFolder(0, A),
            MakeLink(0, B, b"to", 6),
            WriteFile(0, AX, 0o644, 2),
            FinishFolder(0, A, 0o755, 0),
        ],
    ),
    "another size": Case({"a": file(2)}, {"a": file(1)}, [WriteFile(0, A, 0o644, 2, at(2, 1))]),
    "an older time": Case({"a": file(1, 3)}, {"a": file(1, 4)}, [WriteFile(0, A, 0o644, 1, at(2, 1, 4))]),
    "the same time to a coarse end": Case(
        {"a": file(1, 3)}, {"a": file(1, 2)}, options=PlanOptions(granularity_ns=2)
    ),
    "another mode": Case({"a": file(1, 0, 0o600)}, {"a": file()}, [SetMode(0, A, 0o600, at(2, 1))]),
    "another mode of a file that nobody may open": Case(
        {"a": file()}, {"a": file(1, 0, 0o200)}, [WriteFile(0, A, 0o644, 1, at(2, 1))]
    ),
    "another mode where an end keeps none": Case(
        {"a": file(1, 0, 0o777)}, {"a": file(1, 0, 0o200)}, options=NO_MODES
    ),
    "another size where an end keeps no modes": Case(
        {"a": file(2, 0, 0o777)}, {"a": file()}, [WriteFile(0, A, 0o644, 2, at(2, 1))], options=NO_MODES
    ),
    "a new file from an end that keeps no modes": Case(
        {"a": file(2, 0, 0o777)}, {}, [WriteFile(0, A, 0o777, 2)], options=NO_MODES
    ),
    "another mode of a folder where an end keeps none": Case(
        {"a": folder(0o777)}, {"a": folder()}, options=NO_MODES
    ),
    "a closed folder is closed again where the source keeps no modes": Case(
        {"a": folder(0o777), "a/x": file()},
        {"a": READ_ONLY},
        [OpenFolder(0, A), WriteFile(0, AX, 0o644, 1), FinishFolder(0, A, 0o555, 0)],
        options=NO_MODES,
    ),
    "another link": Case({"a": link(b"y")}, {"a": link(b"x")}, [MakeLink(0, A, b"y", 0, at(2))]),
    "another time of a link": Case({"a": link(b"x", 1)}, {"a": link()}, [MakeLink(0, A, b"x", 1, at(2))]),
    "another mode and time of a folder": Case(
        {"a": folder(0o700, 1)}, {"a": folder()}, [FinishFolder(0, A, 0o700, 1)]
    ),
    "a file becomes a folder": Case(
        {"a": folder()}, {"a": file()}, [MakeFolder(0, A, at(2, 1)), FinishFolder(0, A, 0o755, 0)]
    ),
    "a fifo becomes a file": Case({"a": file()}, {"a": special()}, [WriteFile(0, A, 0o644, 1, at(2))]),
    "a folder becomes a file, once it is deleted": Case(
        {"a": file(), "b": file()},
        {"a/x": file()},
        [
            WriteFile(0, B, 0o644, 1),
            Delete(0, AX, Kind.FILE, at(3, 1)),
            Delete(0, A, Kind.FOLDER, at(2)),
            WriteFile(0, A, 0o644, 1),
        ],
    ),
    "a folder stays where deleting is not wanted": Case(
        {"a": file()}, {"a/x": file()}, [], [Problem(A, ProblemCode.KIND_CONFLICT)], KEEPING
    ),
    "a closed folder is opened for a new entry": Case(
        {"a": READ_ONLY, "a/x": file()},
        {"a": READ_ONLY},
        [OpenFolder(0, A), WriteFile(0, AX, 0o644, 1), FinishFolder(0, A, 0o555, 0)],
    ),
    "a closed folder is opened for a delete, and closed again": Case(
        {"a": READ_ONLY},
        {"a": READ_ONLY, "a/x": file()},
        [OpenFolder(0, A), Delete(0, AX, Kind.FILE, at(3, 1)), FinishFolder(0, A, 0o555, 0)],
    ),
    "a closed folder is opened once, and goes": Case(
        {},
        {"a": READ_ONLY, "a/x": file(), "a/y": file()},
        [
            OpenFolder(0, A),
            Delete(0, (b"a", b"y"), Kind.FILE, at(4, 1)),
            Delete(0, AX, Kind.FILE, at(3, 1)),
            Delete(0, A, Kind.FOLDER, at(2)),
        ],
    ),
    "a special file is said and not made": Case(
        {"a": special()}, {}, [], [Problem(A, ProblemCode.SPECIAL_FILE)]
    ),
    "what a special file would replace stays": Case(
        {"a": special()}, {"a/x": file()}, [], [Problem(A, ProblemCode.SPECIAL_FILE)]
    ),
    "what only the target has is left alone": Case({}, {"a/x": file()}, options=KEEPING),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_plan_asks_for_what_differs(case: Case):
    made, _ = run(tree(case.source, 100), tree(case.target), case.options)

    asked = [structs.replace(change, id=0) for change in made.changes if change.path]
    assert (asked, made.problems) == (case.changes, case.problems)


def test_a_folder_is_finished_after_what_stands_in_it_and_the_root_last():
    made, _ = run(tree({"a/x/y": file()}, 100), tree({}), MIRRORING)

    assert [change.path for change in made.planner.finish()] == [(b"a", b"x"), (b"a",), ()]


def test_a_source_folder_of_which_nothing_is_known_gives_no_mode_and_time():
    lost = Listing((b"a",), Entry(b"a", Kind.UNREADABLE), [], [], complete=False)
    root, *_ = scan(tree({"a": folder()}, 100), Order())

    made = plan(MIRRORING, [root, lost], scan(tree({"a": folder()}), Order()))

    assert made.changes == []


def test_a_folder_above_one_that_could_not_be_listed_is_not_tried():
    unlisted = Damage(incomplete=frozenset({(b"a", b"x")}))
    target = tree({"a/w": file(), "a/x/y": file()})

    made, _ = run(tree({"a": file()}, 100), target, MIRRORING, found=unlisted)

    deletes = [change.path for change in made.changes if isinstance(change, Delete)]
    assert (deletes, made.reported()) == ([(b"a", b"w")], {(b"a", b"x")})


def test_what_stands_in_a_folder_that_was_listed_in_part_is_neither_changed_nor_deleted():
    partly = Damage(incomplete=frozenset({A}))
    target = tree({"a/x/y": file(), "a/z": file()})

    made, result = run(tree({"a/x": folder()}, 100), target, MIRRORING, found=partly)

    assert (made.changes, made.reported(), result) == ([], {A}, target)


def test_nothing_in_a_folder_is_changed_for_what_may_only_be_missing_from_the_scan():
    partly = Damage(incomplete=frozenset({()}))
    target = tree({"a/x": file(), "b": file(), "c": file()})

    made, _ = run(tree({"a": file(), "b": file()}, 100), target, MIRRORING, seen=partly)

    assert (made.changes, made.reported()) == ([], {(), A})


def test_of_what_may_not_be_deleted_nothing_is_kept_or_said():
    lost = Damage(unreadable=frozenset({A}))
    unlisted = Damage(incomplete=frozenset({AX}))
    target = tree({"a/w": file(), "a/x/y": file()})

    made, _ = run(tree({"a": file()}, 100), target, MIRRORING, lost, unlisted)

    one_path = tree({"a": folder()})
    expected, _ = run(tree({"a": file()}, 100), one_path, MIRRORING, lost)
    assert _containers(made.planner) == _containers(expected.planner)
    assert made.reported() == {A}


def test_a_folder_of_the_target_that_is_met_first_is_taken_alone():
    planner = Planner(MIRRORING)
    (_, new), (_, old) = scan(tree({"b": folder()}), Order()), scan(tree({"a": folder()}), Order())

    assert planner.match(new, old) == (None, old)
    assert planner.match(old, new) == (old, None)


@pytest.mark.parametrize("options", [KEEPING, MIRRORING], ids=["keeping", "mirroring"])
def test_nothing_is_kept_of_unchanged_entries(options: PlanOptions):
    same = tree({f"{above}/{name}": entry for above in range(9) for name, entry in ENTRIES.items()})

    planner = plan(options, scan(same, Order()), scan(same, Order())).planner

    assert _containers(planner) == _containers(Planner(options))


ENTRIES = {"file": file(), "link": link(), "folder": READ_ONLY, "special": special()}


def _containers(holder: object) -> dict[str, int]:
    """The lengths of all that an object and its parts keep."""
    found: dict[str, int] = {}
    for name, value in vars(holder).items():
        if hasattr(value, "__len__"):
            found[name] = len(value)
        elif type(value).__module__.startswith("psync") and hasattr(value, "__dict__"):
            found |= {f"{name}.{inner}": length for inner, length in _containers(value).items()}
    return found
