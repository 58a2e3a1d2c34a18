"""A terminal of 80 columns, with psync in front of it."""

import os
import pty
import subprocess
import termios
from contextlib import suppress

from tests.app.psync_process import DEADLINE_SECONDS, Site, command, wait_until

ROWS_COLUMNS = (24, 80)
PART_BYTES = 64 * 1024

# The leader of a session gets the first terminal that it opens as its own.
IN_FRONT = 'exec "$@" <"$TERMINAL" >"$TERMINAL" 2>&1'


def on_terminal(site: Site, *arguments: str, prompt: str = "", typed: str = "") -> tuple[int, str]:
    """Run psync on a terminal, typing a line once it prompts; give its code and all that the screen got."""
    screen, terminal = pty.openpty()
    try:
        termios.tcsetwinsize(terminal, ROWS_COLUMNS)
        environment = site.environment | {"TERMINAL": os.ttyname(terminal), "TERM": "xterm"}
        process = subprocess.Popen(
            ["bash", "-c", IN_FRONT, "bash", *command(*arguments)],
            start_new_session=True,
            env=environment,
            cwd=site.folder,
        )
        return _watch(process, screen, prompt, typed)
    finally:
        os.close(screen)
        os.close(terminal)


def _watch(process: subprocess.Popen, screen: int, prompt: str, typed: str) -> tuple[int, str]:
    shown = bytearray()
    os.set_blocking(screen, False)

    def look() -> str:
        with suppress(BlockingIOError):
            while part := os.read(screen, PART_BYTES):
                shown.extend(part)
        return shown.decode("utf-8")

    if prompt:
        wait_until(lambda: prompt in look())
        os.write(screen, f"{typed}\n".encode())
    wait_until(lambda: look() is not None and process.poll() is not None)
    return process.wait(DEADLINE_SECONDS), look()
