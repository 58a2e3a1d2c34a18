"""What patterns leave out, and that psync's own reading of them is the same."""

import re

import pytest

from psync.core.filters import Filters
from sim.exclusions import Exclusions

PATHS = ("a", "sub", "sub/a", "sub/deep/a", "letter.txt", "sub/b.txt", "ab", "sub/ab/c")


def covered(*patterns: str) -> list[str]:
    exclusions = Exclusions(patterns)
    return [path for path in PATHS if exclusions.covers(path)]


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        ((), []),
        (("a",), ["a", "sub/a", "sub/deep/a"]),
        (("/a",), ["a"]),
        (("sub",), ["sub", "sub/a", "sub/deep/a", "sub/b.txt", "sub/ab/c"]),
        (("*.txt",), ["letter.txt", "sub/b.txt"]),
        (("/sub", "a*"), ["a", "sub", "sub/a", "sub/deep/a", "sub/b.txt", "ab", "sub/ab/c"]),
    ],
)
def test_a_pattern_covers_names_and_all_below_them(patterns: tuple[str, ...], expected: list[str]) -> None:
    filters = Filters(patterns)
    names = [tuple(path.encode().split(b"/")) for path in PATHS]
    psyncs = [
        path
        for path, parts in zip(PATHS, names, strict=True)
        if any(filters.excludes(parts[:n], parts[n], is_folder=n + 1 < len(parts)) for n in range(len(parts)))
    ]

    assert covered(*patterns) == expected == psyncs


@pytest.mark.parametrize("pattern", ["", "*", "a/", "sub/a", "!a", "#a", "a?", "[ab]", "a\n"])
def test_a_pattern_that_means_more_is_refused(pattern: str) -> None:
    complaint = f"the simulator does not know what {pattern!r} excludes"
    with pytest.raises(ValueError, match=f"^{re.escape(complaint)}$"):
        Exclusions((pattern,))


def test_a_tree_is_divided() -> None:
    assert Exclusions(("sub",)).divide({b"a": b"1", b"sub": None, b"sub/b": b"2"}) == (
        {b"a": b"1"},
        {b"sub": None, b"sub/b": b"2"},
    )
