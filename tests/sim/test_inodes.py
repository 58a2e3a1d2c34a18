"""How an inode hangs in its folder."""

from sim.disk import Disk
from sim.inodes import attach, attach_too, detach, folder_above, keep, parent, path_of


def test_an_inode_knows_its_names_up_to_the_root() -> None:
    disk = Disk(lambda: 0)
    folder = disk.make_folder(disk.root, "a", 0o755)
    file = disk.make_file(disk.folder(b"/a"), "b", 0o644)

    assert (path_of(file), parent(file), parent(disk.root)) == (("a", "b"), folder, None)


def test_a_name_is_taken_away_and_given_back() -> None:
    disk = Disk(lambda: 0)
    file = disk.make_file(disk.root, "a", 0o644)

    assert detach(disk.root, "a") is file
    assert (file.st_nlink, path_of(file), disk.find(b"/a")) == (0, (), None)

    attach(disk.root, "b", file)
    assert (file.st_nlink, path_of(file), disk.find(b"/b")) == (1, ("b",), file)


def test_the_way_up_stays_where_the_name_was_until_there_is_another() -> None:
    disk = Disk(lambda: 0)
    folder = disk.make_folder(disk.root, "a", 0o755)
    inner = disk.make_folder(disk.folder(b"/a"), "b", 0o755)

    detach(disk.folder(b"/a"), "b")
    ways = [folder_above(inner), folder_above(disk.root)]
    attach(disk.root, "b", inner)

    assert [*ways, folder_above(inner)] == [folder, disk.root, disk.root]


def test_an_inode_with_two_names_is_found_by_the_first_until_that_is_gone() -> None:
    disk = Disk(lambda: 0)
    file = disk.make_file(disk.root, "a", 0o644)

    attach_too(disk.root, "b", file)
    assert (file.st_nlink, path_of(file), disk.find(b"/b")) == (2, ("a",), file)

    detach(disk.root, "b")
    assert (file.st_nlink, path_of(file), disk.find(b"/b")) == (1, ("a",), None)


def test_what_was_kept_of_inodes_comes_back_with_names_and_attributes() -> None:
    disk = Disk(lambda: 0)
    file = disk.make_file(disk.root, "a", 0o644)
    bring_back = [keep(node) for node in (disk.root, file)]

    disk.move(disk.root, "a", disk.root, "b")
    disk.store(file, b"content")
    disk.set_mode(file, 0o600)
    for one in bring_back:
        one()

    assert (path_of(file), disk.find(b"/a"), disk.find(b"/b")) == (("a",), file, None)
    assert (file.byte_contents, file.size, file.st_mode & 0o777, file.st_nlink) == (b"", 0, 0o644, 1)
