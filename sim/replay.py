"""A plan in a file: what a seed has found stays true when presets and their chances change.

The file is JSON: the plan as it was derived or reduced, what it broke, and
which psync wrote it down, so that a checkout can be found that still reads it.
"""

import subprocess
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

import psync as package
from sim.plan import Plan

# Raised whenever a plan of the same fields comes to mean something else.
FORMAT = 1

CHECKOUT = Path(__file__).parents[1]


class Unreadable(Exception):
    """A file is no replay file of this version; the text says which version's it is, if that is known."""


class Origin(Struct, frozen=True):
    """Who wrote a replay file. `commit` is empty where no git knew it; uncommitted changes end it in -dirty."""

    format: int = 0
    psync: str = ""
    commit: str = ""

    def __str__(self) -> str:
        version = f"psync {self.psync or 'of an unknown version'}, replay format {self.format}"
        told = f"{version}, {f'commit {self.commit}' if self.commit else 'at an unknown commit'}"
        return "".join(
            letter if letter.isprintable() else "?" for letter in told
        )  # anybody may have written the file


class Replay(Struct, frozen=True):
    """A plan and what it broke. `origin` stands first, for whoever can read nothing else."""

    origin: Origin
    broken: str
    plan: Plan


class _Head(Struct):
    origin: Origin = Origin()


def this_origin() -> Origin:
    """What this checkout writes into its files."""
    return Origin(FORMAT, package.__version__, commit_of(CHECKOUT))


def commit_of(checkout: Path) -> str:
    """The commit of a folder, with -dirty behind it if it was changed since; empty if no git knows it."""
    command = ["git", "-C", str(checkout), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def write(file: Path, plan: Plan, broken: str) -> None:
    """Keep a plan; its folder is made."""
    file.parent.mkdir(parents=True, exist_ok=True)
    text = msgspec.json.format(msgspec.json.encode(Replay(this_origin(), broken, plan)), indent=2)
    file.write_bytes(text + b"\n")


def read(file: Path) -> Replay:
    """Give what `write` has kept. Raises `Unreadable`, and `OSError`."""
    if not file.is_file():
        raise Unreadable(f"{file} is no file")
    text = file.read_bytes()
    try:
        origin = msgspec.json.decode(text, type=_Head).origin
    except msgspec.MsgspecError as error:
        raise Unreadable(f"{file} is no replay file: {error}") from None
    if origin.format != FORMAT:
        raise Unreadable(f"{file} is of another version, made by {origin}; this one reads format {FORMAT}")
    try:
        replay = msgspec.json.decode(text, type=Replay)
        _check_nothing_is_lost(msgspec.json.decode(text), msgspec.to_builtins(replay), "")
    except msgspec.MsgspecError as error:
        raise Unreadable(f"{file} does not fit this version, made by {origin}: {error}") from None
    return replay


def _check_nothing_is_lost(written: Any, read: Any, place: str) -> None:
    """A field that no longer exists would be passed over in silence, and another history replayed."""
    if isinstance(written, dict):
        for key, value in written.items():
            if key not in read:
                raise msgspec.ValidationError(f"there is no {place}.{key}".replace(" .", " "))
            _check_nothing_is_lost(value, read[key], f"{place}.{key}")
    elif isinstance(written, list):
        for number, (one, other) in enumerate(zip(written, read, strict=True)):
            _check_nothing_is_lost(one, other, f"{place}[{number}]")
