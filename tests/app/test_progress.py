"""How far a run is, on a terminal."""

import asyncio
import io

import pytest
from rich.console import Console

from psync.app.progress import Progress, Rate
from psync.core.changes import MakeFolder, WriteFile


def terminal() -> tuple[io.StringIO, Console]:
    screen = io.StringIO()
    return screen, Console(file=screen, force_terminal=True, width=60, color_system=None)


def drawn(*, print_line: str = "") -> str:
    """All that a terminal got while a file of 1 MiB was on its way."""
    screen, console = terminal()
    progress = Progress(console)

    async def show() -> None:
        showing = asyncio.create_task(progress.show())
        progress.add_change(WriteFile(1, (b"a",), 0o644, 5))
        progress.add_change(MakeFolder(2, (b"b",)))
        progress.add_content((b"folder", b"caf\xe9\x1b[2J" + b"x" * 90), 2**20)
        await asyncio.sleep(0)
        if print_line:
            progress.print(print_line)
        showing.cancel()
        await asyncio.wait({showing})

    asyncio.run(show())
    return screen.getvalue()


def test_files_bytes_rate_and_the_current_file_are_shown_in_one_line():
    line = next(line for line in drawn().split("\n") if "1 file" in line)

    assert "/  1 file  1.0 MiB  0 B/s  folder/caf\\xe9\\x1b[2Jxxx" in line
    assert "…" in line


def test_nothing_of_it_is_left():
    erase_line, show_cursor = "\x1b[2K", "\x1b[?25h"

    last = drawn().rsplit("1 file", 1)[1]

    assert erase_line in last
    assert show_cursor in last


def test_a_line_is_written_above_it_whole_and_as_it_is():
    line = f"file  [bold]:smile: {'y' * 100}"

    assert f"{line}\n" in drawn(print_line=line)


@pytest.mark.parametrize(
    ("samples", "rate"),
    [
        pytest.param([], 0.0, id="nothing yet"),
        pytest.param([(0.0, 0)], 0.0, id="one sample"),
        pytest.param([(0.0, 0), (1.0, 100), (2.0, 300)], 150.0, id="since the start"),
        pytest.param([(0.0, 0), (1.0, 5000), (4.0, 5300)], 100.0, id="what is long past does not count"),
        pytest.param([(0.0, 0), (10.0, 100)], 0.0, id="a loop that was busy"),
    ],
)
def test_the_rate_is_that_of_the_last_seconds(samples: list[tuple[float, int]], rate: float):
    measured = Rate()
    for sample in samples:
        measured.add(*sample)

    assert measured.value == rate
