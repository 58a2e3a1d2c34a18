"""What can be typed after `python -m conformance`, and refusals that name what would have been right."""

import difflib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

T = TypeVar("T")

# The guide has 134 lines; more than this is no guide, and would be read for nothing.
GUIDE_BYTES_MAX = 1 << 20


class NothingSelected(click.ClickException):
    """What was asked for selects nothing, so that nothing can be said about it."""

    exit_code = 4


class NewFile(click.Path):
    """A file to be written, in a folder that is there."""

    def __init__(self) -> None:
        super().__init__(dir_okay=False, writable=True, path_type=Path)

    def convert(
        self, value: str | os.PathLike[str], param: click.Parameter | None, context: click.Context | None
    ) -> Any:
        """Refuse what cannot be written before the work begins."""
        file = Path(os.fsdecode(super().convert(value, param, context)))
        if not file.parent.is_dir():
            self.fail(f"There is no folder '{file.parent}'.", param, context)
        return file


class Command(click.Command):
    """A command that names its options where one is unknown."""

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        """Read the arguments."""
        try:
            return super().parse_args(context, args)
        except click.NoSuchOption as error:
            options = [param for param in self.get_params(context) if isinstance(param, click.Option)]
            valid = sorted(name for option in options for name in option.opts)
            text = f"No such option {error.option_name!r}. There are: {', '.join(valid)}."
            raise click.UsageError(text, context) from None


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


def one_of(id: str, known: Mapping[str, T], kind: str, others: Iterable[str] = ()) -> T:
    """What has that id, whatever the case; else a refusal that names those like it. Raises `click.UsageError`.

    `others`: ids in small letters, of which one may have been meant, too.
    """
    found = known.get(id.upper())
    if found is None:
        guess = close_to(id.upper(), known) or close_to(id.lower(), others) or "`list` names them all."
        raise click.UsageError(f"There is no {kind} {id!r}. {guess}")
    return found


def close_to(text: str, known: Iterable[str]) -> str:
    """Ask whether one of those was meant that are like it; empty if none is."""
    like = difflib.get_close_matches(text, list(known))
    return f"Did you mean {' or '.join(like)}?" if like else ""
