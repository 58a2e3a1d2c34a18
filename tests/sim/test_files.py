"""A machine's files in the hands of a scenario."""

from collections.abc import Iterator

import pytest

from sim.files import Files
from sim.trees import Link
from sim.world import World

TREE = {
    b"empty": b"",
    b"folder": None,
    b"folder/below": None,
    b"folder/below/file": b"content",
    b"link": Link(b"folder"),
    b"\xff": b"no text",
}


@pytest.fixture
def files() -> Iterator[Files]:
    with World(seed=1) as world:
        yield world.machine("alpha").files


def test_a_tree_that_is_planted_is_there(files: Files):
    files.plant(b"/home/user", TREE)

    assert files.tree(b"/home/user") == TREE
    assert list(files.tree(b"/home/user")) == sorted(TREE)


def test_folders_on_the_way_are_made(files: Files):
    files.plant(b"/home", {b"a/b/file": b"x", b"a/c/link": Link(b"y")})

    assert list(files.tree(b"/home")) == [b"a", b"a/b", b"a/b/file", b"a/c", b"a/c/link"]


@pytest.mark.parametrize("content", [b"", b"x", b"longer than before"])
def test_a_file_is_made_and_exchanged(files: Files, content: bytes):
    files.write(b"/file", b"before")
    files.write(b"/file", content)

    assert files.read(b"/file") == content


def test_other_calls_are_there_too(files: Files):
    files.plant(b"/folder", TREE)
    files.os.unlink(b"/folder/link")

    assert b"link" not in files.tree(b"/folder")


def test_no_descriptor_stays_open(files: Files):
    first = files.os.open(b"/", files.os.O_RDONLY)
    files.os.close(first)
    files.plant(b"/folder", TREE)
    files.tree(b"/folder")

    assert files.os.open(b"/", files.os.O_RDONLY) == first


def test_a_file_with_two_names_has_one_content(files: Files):
    files.plant(b"/home", {b"a": b"old", b"sub": None})
    files.add_name(b"/home/a", b"/home/sub/b")
    files.write(b"/home/sub/b", b"new")

    assert files.tree(b"/home") == {b"a": b"new", b"sub": None, b"sub/b": b"new"}
    assert files.os.stat(b"/home/a").st_nlink == 2


def test_a_rename_over_one_of_two_names_leaves_the_other_alone(files: Files):
    files.plant(b"/home", {b"a": b"old", b"c": b"new"})
    files.add_name(b"/home/a", b"/home/b")
    files.os.rename(b"/home/c", b"/home/b", src_dir_fd=-1, dst_dir_fd=-1)

    assert files.tree(b"/home") == {b"a": b"old", b"b": b"new"}
    assert files.os.stat(b"/home/a").st_nlink == 1
