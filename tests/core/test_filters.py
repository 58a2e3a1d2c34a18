"""Which entries patterns leave out, and which patterns are refused."""

import pytest

from psync.core.errors import PatternFault, PatternInvalid
from psync.core.filters import Filters

# patterns, path, whether it is a folder, whether it is left out
CASES = {
    "a name in any folder": (("*.tmp",), b"a/b/x.tmp", False, True),
    "another name": (("*.tmp",), b"a/x.tmpl", False, False),
    "a name in the job's own folder only": (("/x",), b"x", False, True),
    "the same name deeper": (("/x",), b"a/x", False, False),
    "a folder": (("cache/",), b"a/cache", True, True),
    "a file of a folder's name": (("cache/",), b"a/cache", False, False),
    "any depth between": (("a/**/x",), b"a/b/c/x", False, True),
    "the last pattern decides": (("*.log", "!keep.log"), b"keep.log", False, False),
    "capitals differ": (("*.TMP",), b"x.tmp", False, False),
    "a name that is not UTF-8": (("*.tmp",), b"\xff\xfe.tmp", False, True),
    "bytes that are not UTF-8 in a pattern": (("\udcff*",), b"\xffx", False, True),
    "a newline is a character like any other": (("*.tmp",), b"a\nb/c\nd.tmp", False, True),
    "a newline at the end is part of the name": (("x",), b"x\n", False, False),
    "a newline in a pattern": (("a\nb",), b"a\nb", False, True),
    "a wildcard stands for a newline": (("a?b",), b"a\nb", False, True),
    "a leading dash": (("-x",), b"-x", False, True),
    "no patterns": ((), b"x", False, False),
}


@pytest.mark.parametrize(("patterns", "path", "is_folder", "is_left_out"), CASES.values(), ids=CASES.keys())
def test_patterns_leave_out(patterns: tuple[str, ...], path: bytes, is_folder: bool, is_left_out: bool):
    *folder, name = path.split(b"/")

    assert Filters(patterns).excludes(tuple(folder), name, is_folder=is_folder) is is_left_out


REFUSED = {
    "nothing": ("", PatternFault.NO_PATTERN),
    "a comment": ("#x", PatternFault.NO_PATTERN),
    "the folder itself": ("/", PatternFault.NO_PATTERN),
    "a negation of nothing": ("!", PatternFault.NO_PATTERN),
    "an open bracket": ("[a", PatternFault.NO_PATTERN),
    "a range backwards": ("[z-a]", "bad character range z-a"),
    "a class": ("[[:digit:]]*", PatternFault.CHARACTER_CLASS),
    "a class among others": ("x[a[:alpha:]]", PatternFault.CHARACTER_CLASS),
}


@pytest.mark.parametrize(("pattern", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_a_pattern_that_would_not_exclude_what_it_says_is_refused(pattern: str, reason: str):
    with pytest.raises(PatternInvalid) as refused:
        Filters(("*.tmp", pattern))

    assert refused.value.fields == {"pattern": pattern, "reason": reason}


@pytest.mark.parametrize(("patterns", "expected"), [((), False), (("x",), True)], ids=["none", "one"])
def test_filters_are_true_if_there_are_patterns(patterns: tuple[str, ...], expected: bool):
    assert bool(Filters(patterns)) is expected
