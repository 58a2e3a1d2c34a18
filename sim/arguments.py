"""What can be typed after `python -m sim`, and refusals that name what would have been right."""

import difflib
import os
import re
import sys
import textwrap
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from itertools import combinations
from pathlib import Path
from typing import Any, TypeVar

import click

T = TypeVar("T")

# The exit code after Ctrl-C, as shells have it.
INTERRUPTED = 130

# So many seeds can be counted, and told apart by a machine's own numbers.
SEED_MAX = 10**18 - 1

# Wide enough for the longest name of a scenario, narrow enough to be read.
LINE_LETTERS = 100

_SEEDS = re.compile(r"(\d+)(?:\.\.(\d+))?", re.ASCII)

# Python's own reading refuses what has more than 4,300 digits.
_WHOLE = re.compile(r"\d{1,99}", re.ASCII)
_PARAMETER = re.compile(r"([A-Za-z_]\w*)=(.+)", re.ASCII)

# A value of an experiment's parameter.
Value = int | float | str


class Whole(click.IntRange):
    """A whole number within limits, both of them included; `noun` is what it is to the one who types it."""

    def __init__(self, noun: str, lowest: int, highest: int) -> None:
        super().__init__(lowest, highest)
        self.noun = noun
        self.limits = range(lowest, highest + 1)

    def convert(self, value: str | int, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Give the number."""
        text = str(value)
        if _WHOLE.fullmatch(text) is None or int(text) not in self.limits:
            limits = f"a whole number from {self.limits[0]:,} to {self.limits[-1]:,}"
            self.fail(f"{value!r} is no {self.noun}, which is {limits}.", param, ctx)
        return int(text)


SEED = Whole("seed", 0, SEED_MAX)


class Name(click.Choice):  # type: ignore[type-arg]  # generic from click 8.2 on only, and 8.1 does as well
    """A name of those that are known; `noun` is what has such names. A refusal names those like it, too."""

    def __init__(self, noun: str, known: Iterable[str]) -> None:
        super().__init__(sorted(known))
        self.noun = noun

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Give the name."""
        if value not in self.choices:
            self.fail(_refusal(str(value), self.choices, self.noun), param, ctx)
        return str(value)


class Unwritable(click.ClickException):
    """What was asked for could not be written in the end. The code is not that of a broken promise."""

    exit_code = 2


@contextmanager
def told_if_unwritable(file: Path) -> Iterator[None]:
    """Say which file it was. Raises `Unwritable`."""
    try:
        yield
    except OSError as error:
        raise Unwritable(f"'{file}' cannot be written: {error.strerror}.") from None


class NewFile(click.Path):
    """A file to be written at the end of long work: that it can be is seen before the work begins.

    `suffix`: how its name must end, `.svg`, where another one would promise what is not written.
    """

    def __init__(self, suffix: str = "") -> None:
        super().__init__(dir_okay=False, writable=True, path_type=Path)
        self.suffix = suffix

    def convert(
        self, value: str | os.PathLike[str], param: click.Parameter | None, ctx: click.Context | None
    ) -> Path:
        """Give the path of a file whose folder is there."""
        if not os.fspath(value):
            self.fail("A file needs a name.", param, ctx)
        file = Path(os.fsdecode(super().convert(value, param, ctx)))
        if self.suffix and file.suffix.lower() != self.suffix:
            self.fail(
                f"'{file}' does not end in {self.suffix}: no other kind of file is written.", param, ctx
            )
        if refused := _folder_refusal(file.parent):
            self.fail(refused, param, ctx)
        return file


class NewFolder(click.Path):
    """A folder that is made when there is something to keep in it; the one that it lies in is there."""

    def __init__(self) -> None:
        super().__init__(file_okay=False, path_type=Path)

    def convert(
        self, value: str | os.PathLike[str], param: click.Parameter | None, ctx: click.Context | None
    ) -> Path:
        """Give the path of a folder that is there or can be made."""
        if not os.fspath(value):
            self.fail("A folder needs a name.", param, ctx)
        folder = Path(os.fsdecode(super().convert(value, param, ctx)))
        if refused := _folder_refusal(folder if folder.exists() else folder.parent):
            self.fail(refused, param, ctx)
        return folder


def _folder_refusal(folder: Path) -> str:
    """Why nothing can be made in a folder; nothing if something can."""
    if not folder.exists():
        return f"There is no folder '{folder}'."
    if not folder.is_dir():
        return f"'{folder}' is no folder."
    return "" if os.access(folder, os.W_OK | os.X_OK) else f"The folder '{folder}' cannot be written to."


def seeds_of(text: str) -> range:
    """Give the seeds of `A..B`, both of them included, or of one number."""
    match = _SEEDS.fullmatch(text)
    if match is None:
        raise click.BadParameter(f"{text!r} is not of the form A..B, such as 1..2000, nor one seed.")
    first, last = (SEED.convert(number, None, None) for number in (match[1], match[2] or match[1]))
    if last < first:
        raise click.BadParameter(f"{text!r} ends before it begins.")
    return range(first, last + 1)


def parameter_of(text: str) -> tuple[str, tuple[Value, ...]]:
    """Give the name and the values of `name=value,value`: what a parameter shall be, in turn."""
    match = _PARAMETER.fullmatch(text)
    if match is None or "" in match[2].split(","):
        raise click.BadParameter(f"{text!r} is not of the form name=value,value.")
    return match[1], tuple(_number_or_text(value) for value in match[2].split(","))


def read_seeds(context: click.Context, param: click.Parameter, text: str) -> range:
    """A callback of click."""
    return seeds_of(text)


def read_parameters(
    context: click.Context, param: click.Parameter, texts: tuple[str, ...]
) -> dict[str, tuple[Value, ...]]:
    """A callback of click."""
    parameters = [parameter_of(text) for text in texts]
    if len(dict(parameters)) < len(parameters):
        raise click.BadParameter("A parameter is named twice.")
    return dict(parameters)


class Command(click.Command):
    """A command that names its options where one is unknown, and writes no file over another one it was given."""

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        """Read the arguments."""
        try:
            rest = super().parse_args(context, args)
        except click.NoSuchOption as error:
            options = [param for param in self.get_params(context) if isinstance(param, click.Option)]
            valid = sorted(name for option in options for name in option.opts)
            text = f"No such option {error.option_name!r}. There are: {', '.join(valid)}."
            raise click.UsageError(text, context) from None
        self._check_outputs(context)
        return rest

    def _check_outputs(self, context: click.Context) -> None:
        given = [(param, context.params.get(param.name or "")) for param in self.get_params(context)]
        files = [(param, file.resolve()) for param, file in given if isinstance(file, Path)]
        for (one, file), (other, same) in combinations(files, 2):
            if file == same and any(isinstance(param.type, NewFile) for param in (one, other)):
                names = " and ".join(param.get_error_hint(context) for param in (one, other))
                raise click.UsageError(f"The file '{file}' is given for {names}.", context)


class Group(click.Group):
    """A group of `Command`s that names them where one is unknown."""

    command_class = Command

    def resolve_command(
        self, context: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command of that name."""
        if self.get_command(context, args[0]) is None:
            valid = ", ".join(self.list_commands(context))
            raise click.UsageError(f"No such command {args[0]!r}. There are: {valid}.", context)
        return super().resolve_command(context, args)


def one_of(name: str, known: dict[str, T], kind: str, choice: str = "") -> T:
    """What is known by that name; else a refusal that names those like it, and then all, as `choice` does."""
    if name not in known:
        raise click.UsageError(_refusal(name, known, kind, choice))
    return known[name]


def listed(title: str, names: Iterable[str]) -> str:
    """Names in order under a title, in lines that can be read."""
    text = f"{title}: {', '.join(sorted(names))}."
    return textwrap.fill(text, LINE_LETTERS, subsequent_indent="  ", break_on_hyphens=False)


def _refusal(name: str, known: Collection[str], kind: str, choice: str = "") -> str:
    like = difflib.get_close_matches(name, known)
    guess = f" Did you mean {' or '.join(like)}?" if like else ""
    return f"There is no {kind} {name!r}.{guess}\n{choice or listed('There are', known)}"


def _number_or_text(text: str) -> Value:
    for kind in (int, float):
        try:
            number = kind(text)
        except ValueError:
            continue
        return number if abs(number) <= sys.float_info.max else text
    return text


def counted(number: int, noun: str) -> str:
    """Say how many there are of something, as a reader would."""
    plural = "" if number == 1 else "es" if noun.endswith("s") else "s"
    return f"{number:,} {noun}{plural}"
