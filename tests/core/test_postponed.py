"""What a plan does last: deletes in their order and inside their rules, replacements, attributes of folders."""

from itertools import count

from psync.core.changes import Delete, FinishFolder, MakeLink, OpenFolder
from psync.core.manifest import Entry, Kind
from psync.core.postponed import Postponed

FOLDER = Entry(b"a", Kind.FOLDER, 0o755, 0, 5, 7, 9)
FILE = Entry(b"b", Kind.FILE, 0o644, 3, 5, 8, 9)
LINK = MakeLink(99, (b"a",), b"to", 0)


def test_contents_go_before_their_folder():
    postponed = Postponed(count(1))
    postponed.delete((b"a",), FOLDER)
    postponed.delete((b"a", b"b"), FILE)

    assert list(postponed.deletes()) == [
        Delete(2, (b"a", b"b"), Kind.FILE, FILE.stamp),
        Delete(1, (b"a",), Kind.FOLDER, FOLDER.stamp),
    ]


def test_a_closed_folder_is_opened_once_and_only_if_something_in_it_goes():
    postponed = Postponed(count(1))
    for name in (b"b", b"c"):
        postponed.open_before_deletes((name,))
        postponed.delete((b"b", name), FILE)

    assert [(type(change), change.path) for change in postponed.deletes()] == [
        (OpenFolder, (b"b",)),
        (Delete, (b"b", b"c")),
        (Delete, (b"b", b"b")),
    ]


def test_a_path_that_is_protected_later_is_not_deleted_nor_anything_below_or_above():
    postponed = Postponed(count(1))
    for path in [(b"a",), (b"a", b"a"), (b"a", b"a", b"a"), (b"a", b"b")]:
        postponed.delete(path, FOLDER)

    postponed.protect((b"a", b"a"))

    assert [change.path for change in postponed.deletes()] == [(b"a", b"b")]


def test_what_would_take_the_place_of_a_folder_that_stays_is_left_out():
    postponed = Postponed(count(1))
    postponed.replace((b"a",), LINK)
    assert list(postponed.replacements()) == [LINK]

    postponed.protect((b"a", b"b"))

    assert list(postponed.replacements()) == []


def test_folders_are_finished_the_deepest_first():
    postponed = Postponed(count(1))
    postponed.finish((), FOLDER)
    postponed.finish((b"a",), FOLDER)

    assert list(postponed.finished_folders()) == [
        FinishFolder(2, (b"a",), 0o755, 5),
        FinishFolder(1, (), 0o755, 5),
    ]
