"""A listener touches nothing outside its RootPath but its own state folder."""

import os
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from psync.core.paths import PathStyle
from sim.checkers.checker import Checker
from sim.gate import PATHS, Call
from sim.layout import OUTSIDE, ROOT
from sim.machine import Machine
from sim.replication import STATE_FOLDERS
from sim.trees import Tree, read_tree

if TYPE_CHECKING:
    from sim.trial import Trial

UP = b".."

# Which option tells the folder of the first path of a call, and of the second.
FOLDER_OPTIONS = (("dir_fd", "src_dir_fd"), ("dir_fd", "dst_dir_fd"))


class Confined(Checker):
    """Looks at every call of a listener that names something, and at where what it opens really lies."""

    def __init__(self, trial: "Trial") -> None:
        super().__init__(trial)
        self._allowed: dict[str, tuple[bytes, ...]] = {}
        self._outside: dict[str, Tree] = {}
        for place in (trial.plan.source_place, trial.plan.target_place):
            if place.is_remote:
                machine = trial.machine(place.machine)
                state = on_disk(STATE_FOLDERS[machine.style].encode(), machine.style)
                self._allowed[machine.name] = (trial.layout(machine.name).on_disk(ROOT), state)
                self._outside[machine.name] = self._look_outside(machine)
                machine.witnesses.append(partial(self._look, machine))

    def finish(self) -> None:
        """The tripwire stands as it stood."""
        for name, before in self._outside.items():
            found = self._look_outside(self.trial.machine(name))
            if found != before:
                raise self.broken("confined", f"files outside have changed: {sorted(found)}")

    def _look_outside(self, machine: Machine) -> Tree:
        return read_tree(machine.disk.folder(self.trial.layout(machine.name).on_disk(OUTSIDE)))

    def _look(self, machine: Machine, call: Call, outcome: object) -> None:
        if call.name not in PATHS or _names_only(call):
            return
        first = 1 if call.name == "symlink" else 0  # what a link says is no name
        for place in range(first, PATHS[call.name]):
            path = call.arguments[place]
            if isinstance(path, bytes):
                self._check(machine, call, self._whole(machine, call, path, FOLDER_OPTIONS[place]))
        if call.name == "open" and isinstance(outcome, int):
            opened = machine.systems[call.process].os.descriptor(outcome).node
            self._check(machine, call, machine.disk.path(opened))

    def _whole(self, machine: Machine, call: Call, path: bytes, options: tuple[str, str]) -> bytes:
        """The path as the disk has it, with the folder that it is relative to."""
        of_one, of_two = options
        folder_fd = call.options.get(of_one, call.options.get(of_two))
        if folder_fd is None or path.startswith(b"/"):
            return on_disk(path, machine.style)
        folder = machine.systems[call.process].os.descriptor(folder_fd).node
        return machine.disk.path(folder).rstrip(b"/") + b"/" + path

    def _check(self, machine: Machine, call: Call, path: bytes) -> None:
        if not _is_on_the_way(path, self._allowed[machine.name]):
            raise self.broken("confined", f"{call.name} of {path!r}")


def on_disk(path: bytes, style: PathStyle) -> bytes:
    """An operator's own path as the disk has it."""
    return b"/" + path.replace(b"\\", b"/") if style is PathStyle.WINDOWS else path


def _names_only(call: Call) -> bool:
    """Whether a call opens or identifies what lies above, which gives no access: to find out who else writes there."""
    if call.name == "open":
        return bool(call.arguments[1] & os.O_PATH)
    return call.name == "stat" and set(call.arguments[0].split(b"/")) == {UP}


@lru_cache(maxsize=4096)
def _is_on_the_way(path: bytes, roots: tuple[bytes, ...]) -> bool:
    """Whether a path is one of the roots, lies below it, or leads to it, whose folders a listener makes."""
    return UP not in path.split(b"/") and any(
        path == root or path.startswith(root + b"/") or root.startswith(path.rstrip(b"/") + b"/")
        for root in roots
    )
