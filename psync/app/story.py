"""The demonstration as it is told: a row for each step, then how to do it on two machines."""

import shlex

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from psync.app.output import Output
from psync.app.printable import printable

WORD_WIDTH = 9


class Story:
    """Tells steps as they happen, to a person, on `console` where there is a screen, or as JSON to a program."""

    def __init__(self, output: Output, console: Console | None = None, *, json: bool = False) -> None:
        self._output = output
        self._console = console
        self._json = json

    def tell(self, word: str, text: str) -> None:
        """Tell one step, `word` being what it is about."""
        if self._json:
            event = {"event": "step", "step": word, "text": printable(text)}
            self._output.data(msgspec.json.encode(event))
        elif self._console is not None:
            row = Table.grid(padding=(0, 1))
            row.add_column(width=WORD_WIDTH)
            row.add_column()
            row.add_row(Text(word, style="bold green"), Text(printable(text)))
            self._console.print(row)
        else:
            self._output.line(f"{word:<{WORD_WIDTH}} {printable(text)}")

    def explain(self, lines: list[str]) -> None:
        """Tell a person what to do next; a program knows."""
        if self._json:
            return
        for line in lines:
            self._output.line(line)


def two_machines(folder: str | None) -> list[str]:
    """Give the commands for two machines, with the operator's own folder where it can be typed."""
    name = folder or "FOLDER"
    if not name.isprintable() or name.startswith("-"):
        name = "FOLDER"
    source = shlex.quote(name)
    return [
        "",
        "On two machines:",
        "  once, then copy psync.key to the other machine:",
        "    psync key --generate > psync.key && chmod 600 psync.key",
        "  where the remote folder is to be:",
        "    psync listen --root-path /srv/backup --password-file psync.key",
        "  here, to push and to pull, SERVER being the other machine:",
        f"    psync copy {source} tcp://SERVER/documents --password-file psync.key",
        "    psync copy tcp://SERVER/documents RESTORED --password-file psync.key",
    ]
