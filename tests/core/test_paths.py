"""Paths on host as values: what is read, what is refused and why, and names as they travel."""

import ast
from base64 import b32decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psync.core.errors import PathRefused, RefusedPath
from psync.core.paths import (
    TEMPORARY_NAME_LENGTH,
    TEMPORARY_PREFIX,
    TEMPORARY_RANDOM_BYTES,
    TEMPORARY_RANDOM_LENGTH,
    TEMPORARY_SUFFIX,
    Drive,
    HostPath,
    PathStyle,
    Share,
    component_refusal,
    decode_name,
    encode_name,
    entry_text,
    fold_ascii,
    folders_of,
    is_drive_letter,
    is_temporary_name,
    name_refusal,
    parse_host_path,
    temporary_name,
)
from tests.checkout import texts
from tests.core.host_paths import KELVIN, POSIX, WINDOWS, any_host_path, hostile_texts, parsed, styles

C = Drive("C")
NAS = Share("nas", "vol1")
RANDOM = bytes(range(TEMPORARY_RANDOM_BYTES))
TEMPORARY = b".psync-aaaqeayeaudaocajbifqydiob4.part"

# Reason → text, style, value, text as the host writes it.
READ = {
    "spelling of drive and names": (r"c:\fOO", WINDOWS, Drive("c"), ("fOO",), None),
    "drive alone": ("C:\\", WINDOWS, C, (), None),
    "slashes": ("C:/a/b", WINDOWS, C, ("a", "b"), r"C:\a\b"),
    "doubled separators and dots": (r"C:\\.\a\/\.\b\.", WINDOWS, C, ("a", "b"), r"C:\a\b"),
    "share": (r"\\nas\vol1", WINDOWS, NAS, (), None),
    "share with trailing separator": ("\\\\nas\\vol1\\", WINDOWS, NAS, (), r"\\nas\vol1"),
    "below a share, slashes": ("//nas/vol1/a//b", WINDOWS, NAS, ("a", "b"), r"\\nas\vol1\a\b"),
    "administrative share": (r"\\nas\c$\a", WINDOWS, Share("nas", "c$"), ("a",), None),
    "delete is no control character there": ("C:\\\x7f", WINDOWS, C, ("\x7f",), None),
    "lone surrogate": ("C:\\\udc00\ud800", WINDOWS, C, ("\udc00\ud800",), None),
    "root": ("/", POSIX, None, (), None),
    "doubled slashes and dots": ("//./a///b/.", POSIX, None, ("a", "b"), "/a/b"),
    "bytes that are not UTF-8": ("/\udcff", POSIX, None, ("\udcff",), None),
}
REFUSED = {
    "posix path on windows": ("/home/x", WINDOWS, RefusedPath.INCOMPLETE),
    "share that is dropped": (r"\\nas\.\vol1", WINDOWS, RefusedPath.EMPTY),
    "server that goes up": (r"\\..\vol1", WINDOWS, RefusedPath.DOTDOT),
    "server that is a device": (r"\\con\vol1", WINDOWS, RefusedPath.RESERVED),
    "share with a stream": (r"\\nas\c:\x", WINDOWS, RefusedPath.STREAM),
    "up": (r"C:\a\..", WINDOWS, RefusedPath.DOTDOT),
    "device alone": ("nul", WINDOWS, RefusedPath.RESERVED),
    "verbatim, slashes": (r"/\?/C:\a", WINDOWS, RefusedPath.NAMESPACE),
    "device namespace alone": (r"\\.", WINDOWS, RefusedPath.NAMESPACE),
    "two halves of a pair": ("C:\\\ud83d\ude00", WINDOWS, RefusedPath.CHARS),
    "empty posix": ("", POSIX, RefusedPath.INCOMPLETE),
    "windows path on posix": (r"C:\a", POSIX, RefusedPath.INCOMPLETE),
    "surrogate that stands for no byte": ("/\ud800", POSIX, RefusedPath.CHARS),
    "escapes that make UTF-8": ("/\udcc3\udca9", POSIX, RefusedPath.CHARS),
    "folder with the name of a staged file": (f"/{TEMPORARY.decode()}", POSIX, RefusedPath.TEMPORARY),
    "below such a folder": (f"C:\\{TEMPORARY.decode()}\\a", WINDOWS, RefusedPath.TEMPORARY),
}
BELOW = {
    "itself": (WINDOWS, r"C:\a", r"C:\a", ()),
    "below, other case": (WINDOWS, r"c:\A\b\C", r"C:\a", ("b", "C")),
    "drive": (WINDOWS, r"C:\a", "C:\\", ("a",)),
    "another drive": (WINDOWS, r"D:\a", "C:\\", None),
    "above": (WINDOWS, r"C:\a", r"C:\a\b", None),
    "beside": (WINDOWS, r"C:\ab", r"C:\a", None),
    "kelvin sign": (WINDOWS, rf"C:\{KELVIN}", r"C:\k", None),
    "share, other case": (WINDOWS, r"\\NAS\VOL1\a", r"\\nas\vol1", ("a",)),
    "another share": (WINDOWS, r"\\nas\vol2", r"\\nas\vol1", None),
    "share that looks like a drive": (WINDOWS, r"\\c\a", r"C:\a", None),
    "posix": (POSIX, "/a/b", "/a", ("b",)),
    "posix, other case": (POSIX, "/A/b", "/a", None),
    "posix root": (POSIX, "/a", "/", ("a",)),
}
NAMES = {
    "plain": (b"a.txt", None, None),
    "empty": (b"", RefusedPath.EMPTY, RefusedPath.EMPTY),
    "here": (b".", RefusedPath.EMPTY, RefusedPath.EMPTY),
    "up": (b"..", RefusedPath.DOTDOT, RefusedPath.DOTDOT),
    "slash": (b"a/b", RefusedPath.CHARS, RefusedPath.CHARS),
    "NUL": (b"a\0", RefusedPath.CHARS, RefusedPath.CHARS),
    "backslash": (b"a\\b", RefusedPath.CHARS, None),
    "colon": (b"a:b", RefusedPath.STREAM, None),
    "device": (b"Nul.txt", RefusedPath.RESERVED, None),
    "superscript device": ("lpt\u00b2".encode(), RefusedPath.RESERVED, None),
    "trailing dot": (b"a.", RefusedPath.TRAILING, None),
    "not UTF-8": (b"\xff", RefusedPath.CHARS, None),
    "overlong UTF-8": (b"\xc0\xaf", RefusedPath.CHARS, None),
    "WTF-8": (b"\xed\xa0\x80", None, None),
    "pair written as two halves": (b"\xed\xa0\xbd\xed\xb8\x80", RefusedPath.CHARS, None),
    "255 bytes": (b"n" * 255, None, None),
    "256 bytes": (b"n" * 256, RefusedPath.NAME_LONG, RefusedPath.NAME_LONG),
    "255 units": ("\u20ac".encode() * 255, None, RefusedPath.NAME_LONG),
    "temporary": (TEMPORARY, None, None),
}
COMPONENTS = {
    "plain": (b"a.txt", WINDOWS, None),
    "what only Windows refuses": (b"nul:\\ ", WINDOWS, None),
    "not UTF-8": (b"\xff", POSIX, None),
    "three dots": (b"...", POSIX, None),
    "empty": (b"", POSIX, RefusedPath.EMPTY),
    "here": (b".", POSIX, RefusedPath.EMPTY),
    "up": (b"..", POSIX, RefusedPath.DOTDOT),
    "slash": (b"a/", POSIX, RefusedPath.CHARS),
    "NUL": (b"\0a", POSIX, RefusedPath.CHARS),
    "255 bytes": (b"n" * 255, POSIX, None),
    "256 bytes": (b"n" * 256, POSIX, RefusedPath.NAME_LONG),
    "765 bytes": (b"n" * 765, WINDOWS, None),
    "766 bytes": (b"n" * 766, WINDOWS, RefusedPath.NAME_LONG),
    "temporary": (TEMPORARY, POSIX, RefusedPath.TEMPORARY),
    "nearly temporary": (TEMPORARY + b"s", POSIX, None),
}
NOT_TEMPORARY = {
    "25 characters": b".psync-" + b"a" * 25 + b".part",
    "27 characters": b".psync-" + b"a" * 27 + b".part",
    "capital": b".psync-" + b"a" * 25 + b"A.part",
    "digit that base32 lacks": b".psync-" + b"a" * 25 + b"1.part",
    "other suffix": b".psync-" + b"a" * 26 + b".port",
    "other prefix": b"xpsync-" + b"a" * 26 + b".part",
    "other character than the dot": b".psync-" + b"a" * 26 + b"-part",
    "line feed after it": TEMPORARY + b"\n",
    "something before it": b"a" + TEMPORARY,
    "empty": b"",
}


def rows(table):
    return pytest.mark.parametrize("row", table.values(), ids=table.keys())


@rows(READ)
def test_a_complete_path_is_read_and_written_back_as_its_host_writes_it(row):
    text, style, root, components, written = row

    path = parse_host_path(text, style)

    assert path == HostPath(style, root, components)
    assert str(path) == (text if written is None else written)


@rows(REFUSED)
def test_a_path_that_a_host_would_not_read_as_written_is_refused(row):
    text, style, reason = row

    with pytest.raises(PathRefused) as caught:
        parse_host_path(text, style)

    assert (caught.value.reason, caught.value.fields["path"]) == (reason, text)


def test_a_path_that_no_host_can_hold_cannot_be_made_of_parts_either():
    with pytest.raises(PathRefused) as caught:
        HostPath(WINDOWS, C, ("a", ".."))

    assert (caught.value.reason, caught.value.fields["path"]) == (RefusedPath.DOTDOT, r"C:\a\..")


@pytest.mark.parametrize(("style", "root"), [(POSIX, C), (POSIX, NAS), (WINDOWS, None)])
def test_a_root_of_the_other_system_is_a_programming_error(style, root):
    with pytest.raises(AssertionError):
        HostPath(style, root, ("a",))


@pytest.mark.parametrize("letter", ["", "CD", "\u00e9", "1", ":"])
def test_a_drive_is_one_ascii_letter(letter):
    assert not is_drive_letter(letter)
    with pytest.raises(AssertionError):
        Drive(letter)


@rows(BELOW)
def test_a_path_below_a_folder_is_told_by_components_and_in_its_own_spelling(row):
    style, path, folder, expected = row
    assert parse_host_path(path, style).below(parse_host_path(folder, style)) == expected


def test_no_path_is_below_a_folder_of_the_other_system():
    assert parse_host_path("/C/a", POSIX).below(parse_host_path("C:\\", WINDOWS)) is None


@pytest.mark.parametrize(
    ("text", "style", "names"),
    [
        (r"c:\a", WINDOWS, ("C", "a")),
        (r"\\nas\vol1\a", WINDOWS, ("UNC", "nas", "vol1", "a")),
        ("/a", POSIX, ("a",)),
    ],
    ids=["drive", "share", "posix"],
)
def test_a_path_as_plain_names_begins_with_drive_or_share(text, style, names):
    assert parse_host_path(text, style).names == names


def test_folding_makes_ascii_capitals_small_and_nothing_else():
    assert fold_ascii(f"AZaz09{KELVIN}\u0130\u00c9") == f"azaz09{KELVIN}\u0130\u00c9"


@rows(NAMES)
def test_a_name_that_travelled_is_held_or_refused_by_each_kind_of_host(row):
    name, on_windows, on_posix = row
    assert (name_refusal(name, WINDOWS), name_refusal(name, POSIX)) == (on_windows, on_posix)


@rows(COMPONENTS)
def test_a_component_on_the_wire_is_a_single_name_within_the_limits_of_its_host(row):
    name, style, expected = row
    assert component_refusal(name, style) == expected


def test_a_component_of_an_unknown_host_may_have_the_wider_length():
    assert component_refusal(b"n" * 765) is None
    assert component_refusal(b"n" * 766) is RefusedPath.NAME_LONG


def test_a_temporary_name_holds_its_random_bytes_in_small_base32():
    name = temporary_name(RANDOM)

    assert name == TEMPORARY
    assert len(name) == TEMPORARY_NAME_LENGTH == 38
    encoded = name.removeprefix(TEMPORARY_PREFIX).removesuffix(TEMPORARY_SUFFIX)
    assert len(encoded) == TEMPORARY_RANDOM_LENGTH
    assert b32decode(encoded.upper() + b"======") == RANDOM


def test_a_temporary_name_of_too_little_randomness_is_a_programming_error():
    with pytest.raises(AssertionError):
        temporary_name(RANDOM[1:])


@given(st.binary(min_size=TEMPORARY_RANDOM_BYTES, max_size=TEMPORARY_RANDOM_BYTES))
def test_every_temporary_name_is_known_as_one_and_refused_on_the_wire(random):
    name = temporary_name(random)

    assert is_temporary_name(name)
    assert component_refusal(name, POSIX) is RefusedPath.TEMPORARY
    assert [name_refusal(name, style) for style in PathStyle] == [None, None]


@rows(NOT_TEMPORARY)
def test_a_name_that_is_not_exactly_a_temporary_one_belongs_to_its_user(row):
    assert not is_temporary_name(row)


@given(any_host_path)
def test_a_path_written_and_read_again_is_the_same_path(path):
    assert parse_host_path(str(path), path.style) == path


@given(any_host_path)
def test_every_name_of_a_path_travels_and_comes_back(path):
    for name in path.components:
        travelling = encode_name(name, path.style)
        assert decode_name(travelling, path.style) == name
        assert name_refusal(travelling, path.style) is None


@given(styles.flatmap(lambda style: st.tuples(hostile_texts(style), st.just(style))))
def test_a_hostile_text_is_refused_or_read_without_a_step_up_or_a_separator_in_a_name(text):
    path = parsed(*text)
    separators = "/\0" if text[1] is POSIX else "/\\:\0"

    for name in path.components if path else ():
        assert name not in ("", ".", "..")
        assert not set(name) & set(separators)


@given(st.binary(max_size=300) | st.from_regex(rb"[.a/\\:\x00-\x20\xed\xa0\x80]{1,6}", fullmatch=True))
def test_a_posix_host_holds_every_name_but_those_that_its_kernel_refuses(name):
    is_refused = name in (b"", b".", b"..") or b"/" in name or b"\0" in name or len(name) > 255

    assert (name_refusal(name, POSIX) is not None) == is_refused


@pytest.mark.parametrize("module", ["addresses", "errors", "paths", "rootpath"])
def test_the_reading_of_paths_asks_nothing_of_the_running_system(module):
    (source,) = texts(f"psync/core/{module}.py").values()
    nodes = list(ast.walk(ast.parse(source)))
    imported = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module for node in nodes if isinstance(node, ast.ImportFrom)}

    texts_and_values = {
        "base64",
        "collections.abc",
        "enum",
        "errno",
        "ipaddress",
        "msgspec",
        "re",
        "string",
        "typing",
    }
    assert imported <= texts_and_values | {"psync.core.errors", "psync.core.paths", "psync.core.problems"}


@pytest.mark.parametrize(
    ("folder", "style", "below", "text"),
    [
        ("C:\\Target", PathStyle.WINDOWS, (b"sub", b"a.doc"), "C:\\Target\\sub\\a.doc"),
        ("C:\\", PathStyle.WINDOWS, (b"a.doc",), "C:\\a.doc"),
        ("\\\\nas\\vol1", PathStyle.WINDOWS, (b"a.doc",), "\\\\nas\\vol1\\a.doc"),
        ("/srv", PathStyle.POSIX, (b"sub", b"\xff"), "/srv/sub/\udcff"),
        ("/", PathStyle.POSIX, (b"a",), "/a"),
        ("/srv", PathStyle.POSIX, (), "/srv"),
    ],
)
def test_an_entry_is_written_as_the_host_of_its_folder_writes_it(
    folder: str, style: PathStyle, below: tuple[bytes, ...], text: str
):
    assert entry_text(parse_host_path(folder, style), below) == text


@pytest.mark.parametrize(
    ("path", "style", "folders"),
    [
        ("/srv/a", PathStyle.POSIX, (b"/", b"/srv", b"/srv/a")),
        ("/", PathStyle.POSIX, (b"/",)),
        ("c:/a/\ud800", PathStyle.WINDOWS, (b"c:\\", b"c:\\a", b"c:\\a\\\xed\xa0\x80")),
        ("\\\\nas\\vol1\\a", PathStyle.WINDOWS, (b"\\\\nas\\vol1", b"\\\\nas\\vol1\\a")),
    ],
)
def test_the_folders_of_a_path_lead_from_its_root_to_it(
    path: str, style: PathStyle, folders: tuple[bytes, ...]
):
    assert folders_of(parse_host_path(path, style)) == folders
