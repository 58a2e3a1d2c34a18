"""The trees that are replicated."""

from pathlib import Path

import pytest

from benchmarks.workload import Amount, Workload, amount, large_file, own_tree, small_files
from tests.acceptance.snapshot import differences, snapshot


@pytest.mark.parametrize("workload", [small_files(500), large_file(2)], ids=lambda workload: workload.name)
def test_a_tree_is_the_same_at_every_run(workload: Workload, tmp_path: Path) -> None:
    for name in ("one", "two"):
        workload.make(tmp_path / name)

    one, two = snapshot(tmp_path / "one"), snapshot(tmp_path / "two")

    files = [
        path for path, seen in differences(one, two).items() if seen[0] is None or seen[0].kind == "file"
    ]
    assert files == []


def test_small_files_have_the_sizes_of_sources(tmp_path: Path) -> None:
    small_files(2000).make(tmp_path / "tree")

    sizes = sorted(path.stat().st_size for path in tmp_path.rglob("*.c"))

    assert len(sizes) == 2000
    assert 5_000 < sizes[1000] < 6_000
    assert 10_000 < sum(sizes) / 2000 < 20_000


def test_a_tree_of_the_users_own_is_only_read(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "file").write_text("mine")
    before = snapshot(tree)

    own_tree(tree).make(tmp_path / "source")

    assert amount(tmp_path / "source") == Amount(1, 4)
    assert differences(before, snapshot(tree)) == {}
