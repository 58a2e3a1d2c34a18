"""Where paths really are below a RootPath: vectors of the requirements, properties, and a second opinion."""

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from psync.core.errors import PathRefused, RefusedPath, RootPathInvalid
from psync.core.paths import HostPath, PathStyle, parse_host_path
from psync.core.rootpath import RootPath, map_unconfined
from tests.core.host_paths import (
    KELVIN,
    NFC,
    NFD,
    POSIX,
    ROOTS,
    WINDOWS,
    any_host_path,
    hostile_texts,
    styles,
)
from tests.core.rootpath_oracle import actual_path

A = "C:\\Backup\\Users\\Admin"
S = "/srv/backup"

# Reason → RootPath, path on host, actual path or refusal. The number is that of the requirement.
IN_WINDOWS = {
    "01 worked example": (A, r"C:\Backup\My Documents", A + r"\C\Backup\My Documents"),
    "02 the root itself": (A, A, A),
    "02 the root itself, trailing separator": (A, A + "\\", A),
    "03 below the root": (A, A + r"\Docs\a.txt", A + r"\Docs\a.txt"),
    "04 parent": (A, r"C:\Backup\Users", A + r"\C\Backup\Users"),
    "04 grandparent": (A, r"C:\Backup", A + r"\C\Backup"),
    "04 drive": (A, "C:\\", A + r"\C"),
    "05 sibling": (A, r"C:\Backup\Users\Bob", A + r"\C\Backup\Users\Bob"),
    "06 name that begins like the root's": (A, A + r"2\x", A + r"\C\Backup\Users\Admin2\x"),
    "06 name that the root's begins with": (A, r"C:\Backup\Users\Adm", A + r"\C\Backup\Users\Adm"),
    "07 another drive": (A, r"D:\Data\x", A + r"\D\Data\x"),
    "07 another drive, small letter": (A, r"d:\Data\x", A + r"\D\Data\x"),
    "08 case of the root": (A, r"c:\backup\USERS\admin\Docs", A + r"\Docs"),
    "09 both separators": (A, r"C:/Backup\Users/Admin/x", A + r"\x"),
    "09 doubled separators and dots": (A, r"C:\\Backup\.\Users\Admin\\x", A + r"\x"),
    "10 up to a sibling": (A, A + r"\..\Bob", RefusedPath.DOTDOT),
    "10 up and down inside": (A, A + r"\a\..\b", RefusedPath.DOTDOT),
    "11 relative to a drive": (A, "C:foo", RefusedPath.DRIVE_RELATIVE),
    "11 drive without separator": (A, "C:", RefusedPath.DRIVE_RELATIVE),
    "12 relative to the current drive": (A, r"\Backup\x", RefusedPath.INCOMPLETE),
    "12 relative": (A, "My Documents", RefusedPath.INCOMPLETE),
    "13 stream": (A, A + r"\f.txt:s", RefusedPath.STREAM),
    "13 main stream": (A, A + r"\f.txt::$DATA", RefusedPath.STREAM),
    "14 device": (A, A + r"\NUL", RefusedPath.RESERVED),
    "14 device with extension": (A, A + r"\com1.txt", RefusedPath.RESERVED),
    "14 device with superscript digit": (A, A + "\\LPT\u00b9", RefusedPath.RESERVED),
    "14 console alone": (A, "CONIN$", RefusedPath.RESERVED),
    "14 console below the root": (A, A + r"\CONOUT$", RefusedPath.RESERVED),
    "15 trailing dot and space": (A, A + r"\a. ", RefusedPath.TRAILING),
    "15 three dots": (A, A + r"\...", RefusedPath.TRAILING),
    "15 alias of the root": (A, A + r".\x", RefusedPath.TRAILING),
    "16 verbatim": (A, r"\\?\C:\Windows", RefusedPath.NAMESPACE),
    "16 verbatim, below the root": (A, rf"\\?\{A}\x", RefusedPath.NAMESPACE),
    "16 device namespace": (A, r"\\.\PhysicalDrive0", RefusedPath.NAMESPACE),
    "16 kernel namespace": (A, r"\??\C:\x", RefusedPath.NAMESPACE),
    "16 verbatim, slashes": (A, "//?/C:/Windows", RefusedPath.NAMESPACE),
    "17 share": (A, r"\\nas\vol1\x", A + r"\UNC\nas\vol1\x"),
    "18 server without share": (A, r"\\nas", RefusedPath.INCOMPLETE),
    "19 below a drive as root": ("C:\\", r"C:\Backup\x", r"C:\Backup\x"),
    "19 another drive than the root": ("C:\\", r"D:\x", r"C:\D\x"),
    "20 root with trailing separator": (A + "\\", r"C:\Backup\My Documents", A + r"\C\Backup\My Documents"),
    "22 kelvin sign is not k": (r"C:\Backup", rf"C:\Bac{KELVIN}up\s", rf"C:\Backup\C\Bac{KELVIN}up\s"),
    "23 sharp s is not SS": ("C:\\Stra\u00dfe", r"C:\STRASSE\x", "C:\\Stra\u00dfe\\C\\STRASSE\\x"),
    "24 decomposed is not composed": (rf"C:\{NFC}", rf"C:\{NFD}", rf"C:\{NFC}\C\{NFD}"),
    "25 where 01 is made": (A, A + r"\C\Backup\My Documents", A + r"\C\Backup\My Documents"),
    "26 short name of the root": (
        r"C:\Program Files\R",
        r"C:\PROGRA~1\R\f",
        r"C:\Program Files\R\C\PROGRA~1\R\f",
    ),
    "27 NUL": (A, A + "\\a\0b", RefusedPath.CHARS),
    "27 control character": (A, A + "\\a\x1fb", RefusedPath.CHARS),
    "27 wildcard": (A, A + r"\*", RefusedPath.CHARS),
    "27 component of 256 units": (A, A + "\\" + "n" * 256, RefusedPath.NAME_LONG),
    "28 drive at a share as root": (r"\\nas\vol\root", r"C:\x", r"\\nas\vol\root\C\x"),
    "28 below a share as root": (r"\\nas\vol\root", r"\\NAS\VOL\root\y", r"\\nas\vol\root\y"),
    "28 the share above the root": (r"\\nas\vol\root", r"\\nas\vol", r"\\nas\vol\root\UNC\nas\vol"),
    "path of 33,000 units": (A, "C:\\" + "\\".join(["n" * 99] * 330), RefusedPath.PATH_LONG),
    "path that only the root makes too long": (
        A,
        "D:\\" + "\\".join(["n" * 127] * 255 + ["n" * 120]),
        RefusedPath.PATH_LONG,
    ),
}
POSIX_PATH_IN_WINDOWS = {
    "29 foreign path": (A, "/home/x", A + r"\home\x"),
    "29 foreign name with a separator": (A, r"/home/a\b", RefusedPath.CHARS),
    "29 foreign name of a device": (A, "/dev/nul", RefusedPath.RESERVED),
    "29 foreign name that would be a drive": (A, "/C:/Windows", RefusedPath.STREAM),
    "29 foreign name that is not UTF-8": (A, "/home/\udcff", RefusedPath.CHARS),
    "29 foreign name that is WTF-8": (A, "/home/\udced\udca0\udc80", A + "\\home\\\ud800"),
    "29 foreign name that is two halves of a pair": (
        A,
        "/\udced\udca0\udc80\udced\udcb0\udc80",
        RefusedPath.CHARS,
    ),
    "29 foreign root": (A, "/", A),
}
IN_POSIX = {
    "31 elsewhere": (S, "/home/x", S + "/home/x"),
    "32 the root itself": (S, S, S),
    "32 below the root": (S, S + "/y", S + "/y"),
    "32 the root itself, root with trailing separator": (S + "/", S, S),
    "32 below the root, root with trailing separator": (S + "/", S + "/y", S + "/y"),
    "33 name that begins like the root's": (S, S + "2/y", S + "/srv/backup2/y"),
    "33 case counts": (S, "/SRV/backup/y", S + "/SRV/backup/y"),
    "34 doubled separators": (S, "//home//x", S + "/home/x"),
    "34 up": (S, S + "/../x", RefusedPath.DOTDOT),
    "34 relative": (S, "home/x", RefusedPath.INCOMPLETE),
    "36 no limit": ("/", "/etc", "/etc"),
    "37 backslash is a character": (S, S + r"/a\b", S + r"/a\b"),
    "37 devices are names": (S, S + "/nul", S + "/nul"),
    "bytes that are not UTF-8": (S, "/home/\udcff", S + "/home/\udcff"),
    "path that only the root makes too long": (S, "/" + "/".join(["n" * 127] * 32), RefusedPath.PATH_LONG),
}
WINDOWS_PATH_IN_POSIX = {
    "35 worked example": (S, r"C:\Backup\My Documents", S + "/C/Backup/My Documents"),
    "35 small drive": (S, r"c:\x", S + "/C/x"),
    "35 share": (S, r"\\nas\vol1\x", S + "/UNC/nas/vol1/x"),
    "35 lone surrogate": (S, "C:\\\ud800", S + "/C/\udced\udca0\udc80"),
    "35 name too long in bytes": (S, "C:\\" + "\u20ac" * 86, RefusedPath.NAME_LONG),
    "35 streams are refused before they cross": (S, r"C:\a:b", RefusedPath.STREAM),
}
UNCONFINED = {
    "21 as given": (WINDOWS, WINDOWS, r"C:\Any\x", r"C:\Any\x"),
    "21 spelling of the drive as given": (WINDOWS, WINDOWS, r"c:\Any\x", r"c:\Any\x"),
    "21 share": (WINDOWS, WINDOWS, r"\\nas\vol1\x", RefusedPath.UNC),
    "30 posix path on windows": (WINDOWS, POSIX, "/home/x", RefusedPath.FOREIGN),
    "30 windows path on posix": (POSIX, WINDOWS, r"C:\x", RefusedPath.FOREIGN),
    "30 share on posix": (POSIX, WINDOWS, r"\\nas\vol1\x", RefusedPath.FOREIGN),
    "as given on posix": (POSIX, POSIX, "/home/x", "/home/x"),
}
ROOTS_REFUSED = {
    "relative": ("Backup", WINDOWS, RefusedPath.INCOMPLETE),
    "relative to the current drive": (r"\Backup", WINDOWS, RefusedPath.INCOMPLETE),
    "relative to a drive": ("C:Backup", WINDOWS, RefusedPath.DRIVE_RELATIVE),
    "device": (r"C:\NUL", WINDOWS, RefusedPath.RESERVED),
    "device namespace": (r"\\.\PhysicalDrive0", WINDOWS, RefusedPath.NAMESPACE),
    "server without share": (r"\\nas", WINDOWS, RefusedPath.INCOMPLETE),
    "of the other system": ("/srv", WINDOWS, RefusedPath.INCOMPLETE),
    "relative posix": ("srv/backup", POSIX, RefusedPath.INCOMPLETE),
    "up": ("/srv/../etc", POSIX, RefusedPath.DOTDOT),
    "empty": ("", POSIX, RefusedPath.INCOMPLETE),
}

root_texts = styles.flatmap(lambda style: st.tuples(st.sampled_from(ROOTS[style]), st.just(style)))
roots = root_texts.map(lambda root: RootPath.parse(*root))


def rows(table):
    return pytest.mark.parametrize("row", table.values(), ids=table.keys())


def outcome(root: str, root_style: PathStyle, path: str, path_style: PathStyle) -> str | RefusedPath:
    try:
        return str(RootPath.parse(root, root_style).map(parse_host_path(path, path_style)))
    except PathRefused as refused:
        return refused.reason


def mapped(root: RootPath, path: HostPath) -> HostPath | RefusedPath:
    try:
        return root.map(path)
    except PathRefused as refused:
        return refused.reason


@rows(IN_WINDOWS)
def test_a_windows_path_at_a_windows_root_has_its_actual_path(row):
    root, path, expected = row
    assert outcome(root, WINDOWS, path, WINDOWS) == expected


@rows(POSIX_PATH_IN_WINDOWS)
def test_a_posix_path_at_a_windows_root_has_its_actual_path(row):
    root, path, expected = row
    assert outcome(root, WINDOWS, path, POSIX) == expected


@rows(IN_POSIX)
def test_a_posix_path_at_a_posix_root_has_its_actual_path(row):
    root, path, expected = row
    assert outcome(root, POSIX, path, POSIX) == expected


@rows(WINDOWS_PATH_IN_POSIX)
def test_a_windows_path_at_a_posix_root_has_its_actual_path(row):
    root, path, expected = row
    assert outcome(root, POSIX, path, WINDOWS) == expected


@rows(UNCONFINED)
def test_without_a_root_the_path_is_used_as_given_or_refused(row):
    style, path_style, path, expected = row
    try:
        actual = str(map_unconfined(parse_host_path(path, path_style), style))
    except PathRefused as refused:
        actual = refused.reason
    assert actual == expected


@rows(ROOTS_REFUSED)
def test_a_root_that_is_no_complete_path_of_this_host_is_refused(row):
    text, style, reason = row

    with pytest.raises(RootPathInvalid) as caught:
        RootPath.parse(text, style)

    assert caught.value.fields["path"] == text
    assert caught.value.__cause__.reason is reason


def test_a_refusal_names_the_path_that_was_asked_for_and_not_the_layout_behind_it():
    with pytest.raises(PathRefused) as caught:
        RootPath.parse(A, WINDOWS).map(parse_host_path(r"/home/a\b", POSIX))

    assert caught.value.fields["path"] == r"/home/a\b"
    assert caught.value.__context__ is None


@given(roots, any_host_path)
def test_the_actual_path_is_at_or_below_the_root_in_the_roots_spelling(root, path):
    actual = mapped(root, path)
    assume(isinstance(actual, HostPath))

    assert actual.style is root.folder.style
    assert actual.root == root.folder.root
    assert actual.components[: len(root.folder.components)] == root.folder.components


@given(roots, any_host_path)
def test_mapping_an_actual_path_again_changes_nothing(root, path):
    actual = mapped(root, path)
    assume(isinstance(actual, HostPath))

    assert root.map(actual) == actual


@given(roots, any_host_path, any_host_path)
def test_a_mapping_leaves_nothing_behind_that_a_later_one_could_see(root, path, other):
    before = mapped(root, path)
    mapped(root, other)

    assert mapped(root, path) == before


@given(roots, any_host_path, st.sampled_from(["x", "Users", "Admin", "backup", KELVIN]))
def test_a_component_more_in_the_path_is_that_component_more_in_the_result(root, path, name):
    """But for the step onto the root itself, which is why a job is mapped once and not file by file."""
    longer = HostPath(path.style, path.root, (*path.components, name))
    actual, actual_longer = mapped(root, path), mapped(root, longer)
    assume(isinstance(actual, HostPath) and isinstance(actual_longer, HostPath))
    assume(longer.below(root.folder) != ())

    assert actual_longer == HostPath(actual.style, actual.root, (*actual.components, name))


@given(roots, st.lists(st.sampled_from(["x", "C", "UNC", NFD, "a b"])), st.integers(min_value=0))
def test_below_the_root_a_base_and_its_rest_are_the_whole(root, names, split):
    root_names = root.folder.components
    base = HostPath(root.folder.style, root.folder.root, (*root_names, *names[:split]))
    whole = HostPath(root.folder.style, root.folder.root, (*root_names, *names))
    actual = root.map(base)

    assert HostPath(actual.style, actual.root, (*actual.components, *names[split:])) == root.map(whole)


@given(root_texts, styles.flatmap(lambda style: st.tuples(hostile_texts(style), st.just(style))))
@example((A, WINDOWS), (A + r"\NUL .txt", WINDOWS))
def test_a_second_opinion_agrees_about_hostile_texts(root, path):
    actual = outcome(*root, *path)

    assert (None if isinstance(actual, RefusedPath) else actual) == actual_path(*root, *path)
