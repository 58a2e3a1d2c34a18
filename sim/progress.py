"""How far a sweep is: a bar that moves on a terminal, a line now and then elsewhere."""

import sys
import time
from types import TracebackType
from typing import Self, TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

LINE_SECONDS = 10.0  # between two lines, in the long run; the first ones come sooner


class Meter:
    """Counts seeds, and says how many there are an hour. Writes to `stream`, which is not where results go."""

    def __init__(self, total: int, stream: TextIO, *, line_seconds: float = LINE_SECONDS) -> None:
        self._total = total
        self._stream = stream
        self._line_seconds = line_seconds
        self._pause_seconds = line_seconds / 10
        self._done = self._broken = 0
        self._begun = self._said = time.monotonic()
        self._bar = _bar(Console(file=stream)) if stream.isatty() else None
        self._task = self._bar.add_task("", total=total) if self._bar else None

    def count(self, *, is_broken: bool) -> None:
        """One more seed."""
        self._done += 1
        self._broken += is_broken
        if self._bar and self._task is not None:
            self._bar.update(self._task, advance=1, description=self._speed())
        elif time.monotonic() - self._said >= self._pause_seconds:
            self._said = time.monotonic()
            self._pause_seconds = min(2 * self._pause_seconds, self._line_seconds)
            print(f"{self._done:,} of {self._total:,} seeds, {self._speed()}", file=self._stream, flush=True)

    def _speed(self) -> str:
        an_hour = self._done * 3600 / max(time.monotonic() - self._begun, 1e-9)
        return f"{an_hour:,.0f} seeds an hour, {self._broken:,} broken"

    def __enter__(self) -> Self:
        if self._bar:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar:
            self._bar.stop()


def _bar(console: Console) -> Progress:
    return Progress(
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.description}"),
        TimeRemainingColumn(),
        console=console,
        redirect_stdout=sys.stdout.isatty(),
        transient=True,
    )
