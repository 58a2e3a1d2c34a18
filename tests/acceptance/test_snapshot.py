"""The comparison that the acceptance tests rely on sees each kind of difference."""

from pathlib import Path

import pytest

from tests.acceptance.snapshot import differences, snapshot
from tests.acceptance.trees import Fifo, File, Folder, Link, Node, plant

FILE = File(100_000, 1, 0o644, 10**18)
SPARSE = File(1_000_000, 1, 0o644, 10**18, is_sparse=True)
LINK = Link(b"somewhere", 10**18)
FOLDER = Folder({b"inside": FILE}, 0o755, 10**18)


def planted(node: Node | None, path: Path) -> Path:
    plant(Folder({} if node is None else {b"name": node}, 0o755, 1), path)
    return path


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param(FILE, None, id="missing"),
        pytest.param(FILE, FILE._replace(seed=2), id="another content of the same size"),
        pytest.param(FILE, FILE._replace(size=99_999), id="shorter"),
        pytest.param(SPARSE, SPARSE._replace(size=1_000_001), id="a longer hole"),
        pytest.param(FILE, FILE._replace(mode=0o600), id="mode"),
        pytest.param(FILE, FILE._replace(mtime_ns=10**18 + 1), id="a nanosecond"),
        pytest.param(LINK, LINK._replace(leads_to=b"elsewhere"), id="where a link leads"),
        pytest.param(LINK, LINK._replace(mtime_ns=10**18 + 1), id="the time of a link"),
        pytest.param(FOLDER, FOLDER._replace(mode=0o700), id="the mode of a folder"),
        pytest.param(FOLDER, FOLDER._replace(mtime_ns=1), id="the time of a folder"),
        pytest.param(FOLDER, FOLDER._replace(entries={}), id="inside a folder"),
        pytest.param(File(0, 1, 0o644, 10**18), Fifo(), id="a fifo is no empty file"),
    ],
)
def test_a_difference_is_seen(left: Node, right: Node | None, root: Path) -> None:
    left_root, right_root = planted(left, root / "left"), planted(right, root / "right")

    assert {path[:4] for path in differences(snapshot(left_root), snapshot(right_root))} == {b"name"}


@pytest.mark.parametrize("node", [FILE, SPARSE, LINK, FOLDER], ids=lambda node: type(node).__name__)
def test_equal_trees_have_no_difference(node: Node, root: Path) -> None:
    left_root, right_root = planted(node, root / "left"), planted(node, root / "right")

    assert differences(snapshot(left_root), snapshot(right_root)) == {}


def test_a_hole_and_written_zeros_are_the_same_content(root: Path) -> None:
    with (root / "hole").open("wb") as hole:
        hole.truncate(1_000_000)
    (root / "zeros").write_bytes(bytes(1_000_000))

    seen = snapshot(root)

    assert seen[b"hole"].content == seen[b"zeros"].content


def test_the_folder_itself_is_part_of_the_comparison(root: Path) -> None:
    before = snapshot(root)
    root.chmod(0o700)

    assert list(differences(before, snapshot(root))) == [b""]
