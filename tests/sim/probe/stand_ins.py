"""Stand-ins for the compiler and for Wine, in a folder that any user may enter: the probe runs as `nobody`."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from sim.probe.table import SECTIONS, TABLE_PATH

BY_HAND = {"on_windows", "becomes_on_windows", "probed", "note"}


@dataclass(frozen=True)
class StandIns:
    """What was called stands in `log`, one line a call; what the probe prints can be planted."""

    folder: Path

    @property
    def search_path(self) -> str:
        return str(self.folder)

    @property
    def calls(self) -> list[str]:
        log = self.folder / "log"
        return log.read_text().splitlines() if log.exists() else []

    def make(self, name: str, script: str) -> None:
        path = self.folder / name
        path.write_text(f'#!{shutil.which("sh")}\necho "{name} $*" >>{self.folder}/log\n{script}\n')
        path.chmod(0o755)

    def prints(self, text: str) -> None:
        (self.folder / "printed").write_text(text)


@contextmanager
def stand_ins() -> Iterator[StandIns]:
    """Wine prints what the committed table says."""
    with TemporaryDirectory() as folder:
        programs = StandIns(Path(folder))
        programs.folder.chmod(0o755)
        (programs.folder / "log").touch()
        (programs.folder / "log").chmod(0o666)
        (programs.folder / "cat").symlink_to(str(shutil.which("cat")))
        (programs.folder / "mkdir").symlink_to(str(shutil.which("mkdir")))
        programs.make("x86_64-w64-mingw32-gcc", "")
        programs.make(
            "wine", f'case "$1" in *.exe) cat {folder}/printed ;; *) mkdir -p "$WINEPREFIX/drive_c" ;; esac'
        )
        programs.make("wineserver", "")
        programs.prints(printed_by_wine())
        yield programs


def printed_by_wine() -> str:
    """What a probe would have to print for the committed table to be right."""
    table = json.loads(TABLE_PATH.read_text("utf-8"))
    sections = {name: [_printed(row) for row in table[name] if row["probed"]] for name in SECTIONS}
    return json.dumps({"wine": table["wine"], **sections})


def _printed(row: dict[str, object]) -> dict[str, object]:
    return {field: value for field, value in row.items() if field not in BY_HAND}
