"""This machine with an environment, an account and a clock of a test's choice."""

import time
from collections.abc import Callable

from psync.real.system import RealSystem

SECOND_NS = 1_000_000_000


class Machine(RealSystem):
    """The real files; `seconds_later` puts the wall clock forward."""

    def __init__(self, environment: dict[str, str] | None = None, user_id: int | None = None) -> None:
        super().__init__()
        self.environment = environment or {}
        self.seconds_later = 0
        self._user_id = super().user_id if user_id is None else user_id

    @property
    def user_id(self) -> int:
        return self._user_id

    def now_ns(self) -> int:
        return time.time_ns() + self.seconds_later * SECOND_NS


class Disturbed:
    """The system's calls; `disturb` happens after each `read`."""

    def __init__(self, calls: object, disturb: Callable[[], None]) -> None:
        self._calls = calls
        self._disturb = disturb

    def __getattr__(self, name: str) -> object:
        return getattr(self._calls, name)

    def read(self, fd: int, length: int) -> bytes:
        content: bytes = self._calls.read(fd, length)
        self._disturb()
        return content
