"""The rules of Windows as values: what the table says, names, folding, numbers of errors."""

import errno
import json
from pathlib import Path
from typing import Any

import pytest

from sim import windows
from sim.failure import NotSimulated, failure
from sim.windows import (
    EXCLUSIVE,
    MARKED,
    OPEN_ELSEWHERE,
    READING,
    WRITING,
    answer,
    as_windows,
    check,
    errno_of,
    fold,
    name_on_disk,
    windows_failure,
)


@pytest.mark.parametrize(
    ("operation", "states", "number"),
    [
        ("open to read", [], 0),
        ("open to read", [READING, WRITING], 0),
        ("open to read", [READING, EXCLUSIVE], 32),
        ("delete", [READING], 0),
        ("delete", [READING, MARKED], 5),
        ("rename another over it", [READING], 5),
        ("rename another over it", ["not at all"], 0),
    ],
)
def test_the_table_answers_for_all_who_have_a_file_open(operation: str, states: list[str], number: int):
    assert answer(operation, states) == number


def test_an_operation_that_fails_raises_what_python_raises_on_windows():
    with pytest.raises(PermissionError) as caught:
        check("open to write", [EXCLUSIVE])

    assert (caught.value.errno, vars(caught.value)) == (errno.EACCES, {"winerror": 32})


def test_an_operation_that_the_table_does_not_know_is_a_mistake():
    with pytest.raises(KeyError):
        check("open to sing", [READING])


def test_psync_itself_is_never_in_its_own_way_but_where_a_file_is_replaced():
    in_the_way = {
        operation
        for operation in (
            "open to read",
            "open to write",
            "delete",
            "rename it away",
            "rename another over it",
        )
        for state in (READING, WRITING)
        if answer(operation, [state])
    }

    assert in_the_way == {"rename another over it"}
    assert {READING, WRITING, EXCLUSIVE, MARKED} < set(OPEN_ELSEWHERE)


ERRNOS = {
    2: "ENOENT",
    5: "EACCES",
    19: "EACCES",
    32: "EACCES",
    33: "EACCES",
    36: "EACCES",
    37: "EINVAL",
    80: "EEXIST",
    112: "ENOSPC",
    123: "EINVAL",
    145: "ENOTEMPTY",
    183: "EEXIST",
    206: "ENOENT",
    267: "ENOTDIR",
    1314: "EINVAL",
}


def test_python_makes_an_errno_of_each_number():
    assert {number: errno.errorcode[errno_of(number)] for number in ERRNOS} == ERRNOS


@pytest.mark.parametrize(
    ("number", "kind", "winerror"),
    [
        (errno.ENOENT, FileNotFoundError, 2),
        (errno.EISDIR, PermissionError, 5),
        (errno.EPERM, PermissionError, 5),
        (errno.ENOTDIR, NotADirectoryError, 267),
        (errno.EIO, OSError, 1117),
        (errno.ELOOP, OSError, None),  # what psync's own layer says, which looks for links
    ],
)
def test_an_error_of_linux_becomes_the_one_of_windows(number: int, kind: type[OSError], winerror: int | None):
    told = as_windows(failure(number))

    assert (type(told), getattr(told, "winerror", None)) == (kind, winerror)


def test_an_error_of_windows_stays():
    error = windows_failure(32)

    assert as_windows(error) is error


NAMES = {
    "letter.txt": "letter.txt",
    "dot.": "dot",
    "dots and spaces . .": "dots and spaces",
    " leading": " leading",
    "null": "null",
    "com10": "com10",
    "x" * 255: "x" * 255,
    "\U0001f600" * 127: "\U0001f600" * 127,
    "\udced\udca0\udc80": "\udced\udca0\udc80",  # a lone surrogate
}


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_name_loses_what_windows_drops(name: str):
    assert name_on_disk(name) == NAMES[name]


@pytest.mark.parametrize(
    "name",
    ["a<b", "a>b", 'a"b', "a|b", "a?", "a*", "a/b", "a\n", "\x1f", "...", " ", "x" * 256, "\U0001f600" * 128],
    ids=ascii,
)
def test_what_is_no_name_is_refused_with_its_number(name: str):
    with pytest.raises(OSError, match="WinError 123") as caught:
        name_on_disk(name)

    assert (caught.value.errno, vars(caught.value)) == (errno.EINVAL, {"winerror": 123})


@pytest.mark.parametrize(
    "name", ["a:b", "a::$DATA", "nul", "NUL.txt", "con .x", "COM1", "lpt³", "conin$", "Aux.tar.gz"], ids=ascii
)
def test_a_stream_or_a_device_must_never_be_asked_for(name: str):
    with pytest.raises(NotSimulated):
        name_on_disk(name)


def test_names_that_differ_in_case_only_are_one():
    assert fold("Straße ÿ ŵ") == fold("STRAßE Ÿ Ŵ")
    assert {name: fold(name) for name in "µıſя"} == {name: name for name in "µıſя"}


def table() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        Path(windows.__file__).with_name("windows_table.json").read_text("utf-8")
    )
    return found


# Those of Win32; without `\\?\` a path of 260 units ends what a name may have, which is not modelled.
NAME_ROWS = [row for row in table()["names"] if not row["verbatim"] and len(row["name"]) < 200]


def _made_of(name: str) -> str:
    """What becomes of a name: another one, a device or a stream, or an error."""
    try:
        made = name_on_disk(name.encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape"))
        return made.encode("utf-8", "surrogateescape").decode("utf-8", "surrogatepass")
    except NotSimulated:
        return "a device or a stream"
    except OSError:
        return "no name"


def _expected(row: dict[str, str]) -> str:
    becomes = row.get("becomes_on_windows", row["becomes"])
    if becomes.startswith("\\\\.\\") or ":" in row["name"]:
        return "a device or a stream"
    return "no name" if row.get("on_windows", row["result"]) else becomes


def test_each_name_of_the_table_becomes_what_it_says():
    assert {row["name"]: _made_of(row["name"]) for row in NAME_ROWS} == {
        row["name"]: _expected(row) for row in NAME_ROWS
    }
