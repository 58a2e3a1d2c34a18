"""What is called done is on the device: no power cut at this moment could take it back.

A cut that comes by chance must come at the right moment and choose the wrong
state. This checker asks the journal instead, at each acknowledgement, whether
there is any state that it may not come back in.

That holds for what a run that died has left and never synced, too: the next one,
which takes a folder that it finds for one that is there, makes its name certain.
"""

import stat
from typing import TYPE_CHECKING

from pyfakefs.fake_file import FakeDirectory, FakeFile

from psync.core.changes import Delete, MakeFolder, MakeLink, WriteFile
from psync.core.manifest import EntryPath
from psync.core.paths import is_temporary_name
from psync.core.settings import Durability
from psync.engine.events import ChangeDone, Event
from sim.checkers.checker import Checker
from sim.crash import CrashProfile, Journal
from sim.process import CURRENT

if TYPE_CHECKING:
    from sim.trial import Trial


class Durable(Checker):
    """Follows each path that the client calls done, from the target's root down."""

    def __init__(self, trial: "Trial") -> None:
        super().__init__(trial)
        self._machine = trial.machine(trial.plan.target_place.machine)
        self._prefix = trial.target + b"/"
        if trial.plan.durability is not Durability.NONE:
            self._machine.disk.watchers.append(self._look)

    def _look(self, node: FakeFile) -> None:
        """A file has its name only once its content is certain."""
        if CURRENT.get() is None:
            return  # a user at the machine, who has promised nothing
        path = self._machine.disk.path(node)
        if not stat.S_ISREG(node.stat_result.st_mode) or not path.startswith(self._prefix):
            return
        path = path.removeprefix(self._prefix)
        is_psyncs = path not in self.trial.written_into_target and not is_temporary_name(
            path.rpartition(b"/")[2]
        )
        if is_psyncs and not self._journal.is_certain_file(node):
            raise self.broken("durable", f"{path!r} has its name, and was not synced")

    def heard(self, event: Event) -> None:
        """A change is done."""
        if self.trial.plan.durability is Durability.NONE or not isinstance(event, ChangeDone):
            return
        change = event.change
        if isinstance(change, WriteFile | MakeFolder | MakeLink):
            self._check_there(change.path)
        elif isinstance(change, Delete):
            self._check_gone(change.path)

    def _check_there(self, path: EntryPath) -> None:
        node = self._root
        for place, name in enumerate(path):
            self._check_name(path, node, name)
            node = self._below(self._root, path[: place + 1])
        if node is None:
            raise self.broken("durable", f"{b'/'.join(path)!r} is called done and is not there")
        if stat.S_ISREG(node.stat_result.st_mode) and not self._journal.is_certain_file(node):
            raise self.broken("durable", f"{b'/'.join(path)!r} is called done and was not synced")

    def _check_gone(self, path: EntryPath) -> None:
        """A folder above may be on its way out, too: should it come back, this is not in it."""
        self._check_name(path, self._below(self._root, path[:-1]), path[-1])

    def _check_name(self, path: EntryPath, folder: FakeFile | None, name: bytes) -> None:
        text = name.decode("utf-8", "surrogateescape")
        if not isinstance(folder, FakeDirectory) or not self._has_folder_syncs:
            return
        if (folder, text) in self._journal.uncertain_names:
            raise self.broken(
                "durable", f"{b'/'.join(path)!r} is called done, the name {name!r} was not synced"
            )

    def _below(self, node: FakeFile | None, path: EntryPath) -> FakeFile | None:
        look_up = self._machine.disk.look_up  # another spelling may have been refused
        for name in path:
            text = name.decode("utf-8", "surrogateescape")
            node = look_up(node, text) if isinstance(node, FakeDirectory) else None
        return node

    @property
    def _has_folder_syncs(self) -> bool:
        """Whether names can be made certain: NTFS does not let anybody sync a folder."""
        return self._journal.profile is not CrashProfile.NTFS

    @property
    def _journal(self) -> Journal:
        return self._machine.disk.journal

    @property
    def _root(self) -> FakeFile | None:
        return self._machine.disk.find(self.trial.target)
