"""Hostile names really lead where they are said to lead, for whoever follows them."""

import ntpath
import posixpath

import pytest

from conformance.hostile.spellings import names, names_on_windows, paths

FOLDER = "/srv/users/target"
POSIX = names(b"/srv", b"evil")
WINDOWS = names_on_windows(b"C:\\srv", b"evil")

OUTSIDE = {
    "a way up": "/srv/users/evil",
    "a way out": "/srv/evil",
    "a way down and out": "/srv/evil",
    "an absolute path": "/srv/evil",
    "two dots": "/srv/users",
}

OUTSIDE_ON_WINDOWS = {
    "a way up with a backslash": r"C:\srv\users\evil",
    "a way out with backslashes": r"C:\srv\evil",
    "a complete path": r"C:\srv\evil",
    "a path of the drive": r"C:\srv\evil",
    "a share": r"\\nas\v\evil",
}


@pytest.mark.parametrize("what", OUTSIDE)
def test_a_name_leads_out(what: str) -> None:
    assert posixpath.normpath(posixpath.join(FOLDER, POSIX[what].decode())) == OUTSIDE[what]


@pytest.mark.parametrize("what", OUTSIDE_ON_WINDOWS)
def test_a_name_leads_out_on_windows(what: str) -> None:
    followed = ntpath.normpath(ntpath.join(r"C:\srv\users\target", WINDOWS[what].decode()))

    assert followed == OUTSIDE_ON_WINDOWS[what]


def test_each_is_one_name_only() -> None:
    together = POSIX | WINDOWS

    assert len({*together.values()}) == len(POSIX) + len(WINDOWS) == len(together)


def test_each_stands_in_paths_alone_at_the_end_and_on_the_way() -> None:
    made = paths(b"/srv", b"evil", {"a dot": b"."})

    assert [made[what] for what in ("a dot", "a dot in a folder", "a dot on the way")] == [
        (b".",),
        (b"sub", b"."),
        (b".", b"evil"),
    ]
    assert posixpath.normpath("/".join((FOLDER, *_texts(made["two dots behind a folder"])))) == "/srv/evil"
    assert len(made["too many names"]) == 256


def _texts(path: tuple[bytes, ...]) -> list[str]:
    return [name.decode() for name in path]
