"""How far a run is, in the last line of a terminal.

Nobody knows at the start how much there is to do, since both trees are compared
while files are already on their way: so there is no bar, but what is done, how
fast, and with what. Events only count; the line is drawn at most ten times a
second, by a task of the event loop.
"""

import asyncio
from collections import deque

from rich.console import Console
from rich.live import Live
from rich.text import Text

from psync.app.figures import bytes_text, count_text
from psync.app.printable import printable_path
from psync.core.changes import Change, WriteFile
from psync.core.manifest import EntryPath

REFRESH_SECONDS = 0.1

# Over how long the rate is taken: a pack of small files is one jump.
RATE_SECONDS = 3.0

_TURNS = "|/-\\"


class Progress:
    """The line of one run. `show` draws it until it is cancelled; `print` writes above it."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = Live(console=console, auto_refresh=False, transient=True, redirect_stderr=False)
        self._files = 0
        self._bytes = 0
        self._current: EntryPath = ()
        self._rate = Rate()
        self._turn = 0

    def add_change(self, change: Change) -> None:
        """Count a change that the target has acknowledged."""
        if isinstance(change, WriteFile):
            self._files += 1

    def add_content(self, path: EntryPath, size_bytes: int) -> None:
        """Count content on its way."""
        self._bytes += size_bytes
        self._current = path

    def print(self, text: str) -> None:
        """Write a line above the progress, as it is."""
        self._console.print(Text(text), soft_wrap=True)

    async def show(self) -> None:
        """Keep the line up to date until cancelled; it is gone afterwards."""
        loop = asyncio.get_running_loop()
        with self._live:
            while True:
                self._live.update(self._line(loop.time()), refresh=True)
                await asyncio.sleep(REFRESH_SECONDS)

    def _line(self, now_seconds: float) -> Text:
        self._rate.add(now_seconds, self._bytes)
        self._turn = (self._turn + 1) % len(_TURNS)
        figures = (
            count_text(self._files, "file"),
            bytes_text(self._bytes),
            f"{bytes_text(self._rate.value)}/s",
        )
        name = printable_path(self._current) if self._current else ""
        return Text("  ".join((_TURNS[self._turn], *figures, name)), no_wrap=True, overflow="ellipsis")


class Rate:
    """Bytes a second over the last few seconds."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, int]] = deque()

    def add(self, now_seconds: float, total_bytes: int) -> None:
        """Note how many bytes there are by now."""
        self._samples.append((now_seconds, total_bytes))
        while now_seconds - self._samples[0][0] > RATE_SECONDS:
            self._samples.popleft()

    @property
    def value(self) -> float:
        """Bytes a second, 0 while there is nothing to compare."""
        if len(self._samples) < 2:
            return 0.0
        (first_seconds, first_bytes), (last_seconds, last_bytes) = self._samples[0], self._samples[-1]
        return (last_bytes - first_bytes) / (last_seconds - first_seconds)
