"""sim/README.md names every room of the simulator, once, and none that is not there."""

import re
from collections import Counter

from tests.checkout import ROOT, tracked_files

README = (ROOT / "sim" / "README.md").read_text("utf-8")

# The package itself, and what only calls `cli`.
NO_ROOMS = {"__init__", "__main__"}


def rooms_of(paths: list[str]) -> set[str]:
    """The modules of `sim/` by name, the packages with a slash behind them."""
    inside = [path.removeprefix("sim/") for path in paths if re.fullmatch(r"sim/.*\.py", path)]
    return {re.sub(r"(?<=/).*|\.py$", "", path) for path in inside} - NO_ROOMS


def rooms_named_in(text: str) -> list[str]:
    """What the first column of the table of rooms names."""
    table = text.partition("| room | what is in it |\n")[2].partition("\n\n")[0]
    return [name for row in table.splitlines() for name in re.findall(r"`([\w/]+)`", row.split("|")[1])]


def differences(text: str, paths: list[str]) -> list[str]:
    """Rooms that are not named, are not there, or are named more than once."""
    named, there = Counter(rooms_named_in(text)), rooms_of(paths)
    return [
        *(f"{name} is not named" for name in sorted(there - named.keys())),
        *(f"{name} is not there" for name in sorted(named.keys() - there)),
        *(f"{name} is named {count} times" for name, count in sorted(named.items()) if count > 1),
    ]


def test_the_readme_names_every_room_and_no_other():
    assert differences(README, tracked_files()) == []


def test_a_room_that_is_not_named_or_not_there_or_named_twice_is_found():
    paths = [
        "sim/__init__.py",
        "sim/disk.py",
        "sim/loop.py",
        "sim/faults/disks.py",
        "sim/README.md",
        "psync/a.py",
    ]
    table = (
        "| room | what is in it |\n|---|---|\n| `loop`, `walk` | `a` |\n| `loop` | b |\n\n| `disk` | c |\n"
    )

    assert differences(table, paths) == [
        "disk is not named",
        "faults/ is not named",
        "walk is not there",
        "loop is named 2 times",
    ]
