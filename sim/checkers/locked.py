"""A file that another program has open is told as that, in the words of the guide ("Troubleshooting" 2).

What Windows refuses is seen at the call, and why at the file itself, so nothing
depends on what psync makes of it. Of a file that is marked for deletion Windows
says no more than "access denied", to everybody.
"""

from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from pyfakefs.fake_file import FakeDirectory, FakeFile

from psync.core.errors import EXIT_CONVERGED, EXIT_PARTIAL, locked_file_text
from psync.core.paths import PathStyle
from psync.core.problems import ProblemCode
from psync.engine.events import Event, ProblemFound
from sim.checkers.checker import Checker
from sim.faults.locks import FileLocked
from sim.gate import PATHS, Call
from sim.layout import DATA
from sim.machine import Machine
from sim.windows import ACCESS_DENIED, LOCK_VIOLATION, MARKED, SHARING_VIOLATION

if TYPE_CHECKING:
    from sim.trial import Trial

# Copied from the guide, but for "(Added To Retry List)...": there is no such list yet.
TEXT = (
    "PSListener responded with - Update Failure [LockFiles] Error Opening Handle: {path} "
    "(The process cannot access the file because it is being used by another process)"
)

# The guide speaks of a listener's target; of a source the code says enough.
NO_TEXT = ""

REFUSED = (ACCESS_DENIED, SHARING_VIOLATION, LOCK_VIOLATION)
FOLDER_OPTIONS = {"rename": ("src_dir_fd", "dst_dir_fd")}

Texts = defaultdict[bytes, set[str]]


class Locked(Checker):
    """Compares the files that Windows has refused for a lock with those that a run calls locked, both ways."""

    def __init__(self, trial: "Trial") -> None:
        super().__init__(trial)
        self._expected: Texts = defaultdict(set)
        self._told: Texts = defaultdict(set)
        if any(isinstance(fault, FileLocked) for fault in trial.plan.faults):
            for machine in trial.world.machines.values():
                if machine.style is PathStyle.WINDOWS:
                    machine.witnesses.append(partial(self._witness, machine))

    def before_run(self) -> None:
        """Each run tries anew, and tells anew."""
        self._expected.clear()
        self._told.clear()

    def heard(self, event: Event) -> None:
        """A file is called locked."""
        if isinstance(event, ProblemFound) and event.problem.code is ProblemCode.LOCKED:
            path = event.path_on_host
            text = locked_file_text(path, is_on_retry_list=False) if path else NO_TEXT
            self._told[b"/".join(event.problem.path)].add(text)

    def after_run(self, exit_code: int) -> None:
        """Each has its line, and nobody else has one."""
        is_alone = all(kind.startswith(FileLocked.__name__) for kind in self.trial.effects)
        if not is_alone or exit_code not in (EXIT_CONVERGED, EXIT_PARTIAL):
            return
        for path in sorted(self._expected.keys() | self._told.keys()):
            told, expected = self._told.get(path, set()), self._expected.get(path, set())
            if told.isdisjoint(expected):
                what = f"{path!r} is told as {sorted(told)}, and should be as {sorted(expected)}"
                raise self.broken("locked", what)

    def _witness(self, machine: Machine, call: Call, outcome: object) -> None:
        if not isinstance(outcome, OSError) or getattr(outcome, "winerror", None) not in REFUSED:
            return
        for node in _nodes_of(machine, call):
            states = [] if isinstance(node, FakeDirectory) else machine.disk.handles.states(node)
            if states and MARKED not in states:
                self._expect(machine, machine.disk.path(node))

    def _expect(self, machine: Machine, path: bytes) -> None:
        """Ask for the file's line, if it is one of the job."""
        plan = self.trial.plan
        for place, folder in ((plan.source_place, self.trial.source), (plan.target_place, self.trial.target)):
            inside = path.removeprefix(folder + b"/")
            if place.machine == machine.name and inside != path:
                shown = self.trial.layout(machine.name).typed(f"{DATA}/{inside.decode()}")
                text = TEXT.format(path=shown) if place is plan.target_place else NO_TEXT
                self._expected[inside].add(text)


def _nodes_of(machine: Machine, call: Call) -> Iterator[FakeFile]:
    """What a call was made on: names in open folders, or an open file."""
    system_os, paths = machine.systems[call.process].os, PATHS.get(call.name, 0)
    if not paths and call.arguments:
        yield system_os.descriptor(call.arguments[0]).node
    for path, option in zip(call.arguments[:paths], FOLDER_OPTIONS.get(call.name, ("dir_fd",)), strict=False):
        fd = call.options.get(option)
        folder = None if fd is None else system_os.descriptor(fd).node
        node = machine.disk.look_up(folder, path.decode()) if isinstance(folder, FakeDirectory) else None
        if node is not None:
            yield node
