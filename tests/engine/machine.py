"""This machine, with some of its file calls replaced."""

from collections.abc import Callable
from functools import partial
from typing import Any

from psync.real.system import real_system
from psync.system import OperatingSystem

# Takes the real call and its arguments.
Replacement = Callable[..., Any]


class Machine:
    """The real System; `calls` replace those of its `os` by name."""

    def __init__(self, **calls: Replacement) -> None:
        self._real = real_system()
        self.os: OperatingSystem = _Calls(self._real.os, calls)  # type: ignore[assignment]  # it has what the tests call

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


class _Calls:
    def __init__(self, real: OperatingSystem, calls: dict[str, Replacement]) -> None:
        self._real = real
        for name, call in calls.items():
            setattr(self, name, partial(call, getattr(real, name)))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)
