"""Where paths really are below a RootPath: properties, a second opinion, and what no vector can hold."""

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from psync.core.errors import PathRefused, RefusedPath, RootPathInvalid
from psync.core.paths import HostPath, PathStyle, parse_host_path
from psync.core.rootpath import RootPath
from tests.core.host_paths import (
    KELVIN,
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

# What no vector can hold, since JSON is Unicode: reason → RootPath, path on host, actual path or refusal.
NOT_UNICODE = {
    "not UTF-8, at windows": (A, WINDOWS, "/home/\udcff", POSIX, RefusedPath.CHARS),
    "WTF-8, at windows": (A, WINDOWS, "/home/\udced\udca0\udc80", POSIX, A + "\\home\\\ud800"),
    "two halves of a pair, at windows": (
        A,
        WINDOWS,
        "/\udced\udca0\udc80\udced\udcb0\udc80",
        POSIX,
        RefusedPath.CHARS,
    ),
    "not UTF-8, at posix": (S, POSIX, "/home/\udcff", POSIX, S + "/home/\udcff"),
    "lone surrogate, at posix": (S, POSIX, "C:\\\ud800", WINDOWS, S + "/C/\udced\udca0\udc80"),
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


@rows(NOT_UNICODE)
def test_a_name_that_is_no_unicode_crosses_where_the_other_system_can_hold_it(row):
    root, root_style, path, path_style, expected = row
    assert outcome(root, root_style, path, path_style) == expected


def test_a_refused_root_is_named_as_given_with_its_reason():
    with pytest.raises(RootPathInvalid) as caught:
        RootPath.parse("C:Backup", WINDOWS)

    assert caught.value.fields["path"] == "C:Backup"
    assert caught.value.__cause__.reason is RefusedPath.DRIVE_RELATIVE


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
