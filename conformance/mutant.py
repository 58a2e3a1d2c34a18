"""The catalogue of mutants: psync with one bug each, which the suite must tell from psync.

`mutants/*.toml` hold them, one area in each file; the name of a mutant is that of
the area and that of its table. A mutant tells what is broken, which requirements
must kill it, each with the reason (a regular expression that the message of a
failing case matches), and where the bug is planted:

    [prefix_string]                       # in root.toml: the mutant root.prefix_string
    what = "a folder whose name begins like the RootPath is taken for one below it"
    killed_by = { PS-ROOT-03 = "expected .*Admin2" }
    plants = [{ module = "psync.core.paths", exchanges = [{ before = "...", after = "..." }] }]

One that nothing but the simulation can tell from psync says why in `only_simulated`.
A mutant of something that psync cannot do yet has `pending`, why it cannot be made
or killed, and `clears`, what will change that, in place of `plants`.

What is planted is read here and understood by `adapters/planted.py` alone: the
suite knows no implementation.
"""

import re
import tomllib
from pathlib import Path

import msgspec
from msgspec import Struct

MUTANTS = Path(__file__).with_name("mutants")

# D and I requirements that kill no mutant yet, with the reason.
WITHOUT_MUTANT = Path(__file__).with_name("without_mutant.toml")


class MutantsInvalid(Exception):
    """The catalogue cannot be used; the text says where and why."""


class Exchange(Struct, frozen=True, forbid_unknown_fields=True):
    """Lines that stand in a module once, and what stands there instead."""

    before: str
    after: str


class Plant(Struct, frozen=True, forbid_unknown_fields=True):
    """What is changed in one module."""

    module: str
    exchanges: tuple[Exchange, ...]


class Mutant(Struct, frozen=True, forbid_unknown_fields=True):
    """A bug. `killed_by`: requirements, each with the pattern of what its failing case says.

    `only_simulated`: why no case with real processes can kill it.
    """

    name: str
    what: str
    killed_by: dict[str, str]
    plants: tuple[Plant, ...] = ()
    pending: str = ""
    clears: str = ""
    only_simulated: str = ""

    def __post_init__(self) -> None:
        if not self.killed_by:
            raise ValueError("no requirement kills it")
        if bool(self.plants) == bool(self.pending) or bool(self.pending) != bool(self.clears):
            raise ValueError("it needs either plants, or pending and clears")
        for requirement, pattern in self.killed_by.items():
            if self.plants and not pattern:
                raise ValueError(f"it says for no reason that {requirement} kills it")
            _check_pattern(requirement, pattern)


def _check_pattern(requirement: str, pattern: str) -> None:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"the pattern for {requirement} is none: {error}") from None


def load_mutants(folder: Path = MUTANTS) -> dict[str, Mutant]:
    """Read all mutants, by name, in the order of the files. Raises `MutantsInvalid`."""
    found: dict[str, Mutant] = {}
    for file in sorted(folder.glob("*.toml")):
        for table, fields in _read(file).items():
            name = f"{file.stem}.{table}"
            try:
                found[name] = msgspec.convert({**fields, "name": name}, Mutant)
            except (TypeError, msgspec.ValidationError) as error:
                raise MutantsInvalid(f"{file.name}, {table}: {error}") from None
    return found


def load_without_mutant(file: Path = WITHOUT_MUTANT) -> dict[str, str]:
    """Read which requirements kill no mutant yet, and why. Raises `MutantsInvalid`."""
    try:
        return msgspec.convert(_read(file), dict[str, str])
    except msgspec.ValidationError as error:
        raise MutantsInvalid(f"{file.name}: {error}") from None


def _read(file: Path) -> dict[str, dict[str, object]]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise MutantsInvalid(f"{file.name}: {error}") from None
