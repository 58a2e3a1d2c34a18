"""What a command has come to, told: text for an operator, or one document of JSON for a program.

With JSON, nothing else goes to standard output: neither progress, nor what somebody's experiment prints.
"""

import sys
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext, redirect_stdout
from typing import TypeVar

import msgspec
from msgspec import Struct

Value = TypeVar("Value", bound=Struct)


def answer(value: Value, text_of: Callable[[Value], Iterable[str]], *, is_json: bool) -> None:
    """Print a value."""
    if is_json:
        print_document(value)
    else:
        print("\n".join(text_of(value)))


def print_document(value: Struct) -> None:
    """Print a value as JSON, of which the text was told while it came in."""
    print(msgspec.json.encode(value).decode())


def aside(*, is_json: bool) -> AbstractContextManager[object]:
    """What is printed within comes before the answer; if that is JSON, it goes to standard error."""
    return redirect_stdout(sys.stderr) if is_json else nullcontext()
