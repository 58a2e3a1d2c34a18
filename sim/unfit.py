"""What the user of a trial makes although it cannot be replicated, and what a run must say of it."""

from typing import TYPE_CHECKING

from psync.core.paths import PathStyle
from psync.core.problems import ProblemCode
from sim.faults.fault import Heal
from sim.faults.unfit import EntryUnfit, Unfit
from sim.layout import SOURCE, TARGET, folder_of
from sim.plan import Place
from sim.user import rights

if TYPE_CHECKING:
    from sim.trial import Trial

CODES = {
    Unfit.PIPE: ProblemCode.SPECIAL_FILE,
    Unfit.NAME: ProblemCode.NAME_INVALID,
    Unfit.TWIN: ProblemCode.NAME_CONFLICT,
    Unfit.FOLDER: ProblemCode.KIND_CONFLICT,
}

CONTENT = b"not to be replicated"
PIPE_MODE = 0o644


class UnfitEntries:
    """Those that stand; of twins, both."""

    def __init__(self, trial: "Trial") -> None:
        self._trial = trial
        self._standing: dict[EntryUnfit, list[str]] = {}

    def make(self, fault: EntryUnfit) -> Heal | None:
        """Make what a fault says; None where that cannot be, or would be no trouble."""
        if not self._is_possible(fault):
            return None
        place, folder = self._end(fault.kind)
        self._standing[fault] = paths = _paths(fault)
        disk, layout = self._trial.machine(place.machine).disk, self._trial.layout(place.machine)
        for path in paths:
            with rights(disk, layout.on_disk(f"{folder}/{path}")):
                (self._make_pipe if fault.kind is Unfit.PIPE else self._write)(place, folder, path)
        return lambda: self._remove(fault)

    def expected(self) -> dict[EntryUnfit, tuple[set[bytes], ProblemCode]]:
        """What the next run must say: for each entry one of these paths, with that code."""
        source = self._trial.tree_of_source()
        return {
            fault: ({name for name in _told_as(fault) if name in source}, CODES[fault.kind])
            for fault in self._standing
            if any(name in source for name in _told_as(fault))
        }

    def _is_possible(self, fault: EntryUnfit) -> bool:
        trial, (source, target) = self._trial, (self._trial.tree_of_source(), self._trial.tree_of_target())
        if trial.exclusions and any(map(trial.exclusions.covers, _paths(fault))):
            return False
        if fault.kind is Unfit.FOLDER:
            path = fault.path.encode()
            return not trial.plan.is_deleting and isinstance(source.get(path), bytes) and path not in target
        styles = [
            trial.plan.style(place.machine) for place in (trial.plan.source_place, trial.plan.target_place)
        ]
        is_free = not any(path.encode() in source for path in _paths(fault))
        is_held = fault.kind is Unfit.PIPE or styles[1] is PathStyle.WINDOWS
        return is_free and styles[0] is PathStyle.POSIX and is_held

    def _end(self, kind: Unfit) -> tuple[Place, str]:
        plan = self._trial.plan
        if kind is Unfit.FOLDER:
            return plan.target_place, folder_of(plan.target_place, TARGET)
        return plan.source_place, folder_of(plan.source_place, SOURCE)

    def _write(self, place: Place, folder: str, path: str) -> None:
        machine = self._trial.machine(place.machine)
        for content in (b"", CONTENT):  # as long as it is being written, too
            self._trial.ledger.add_version(path.encode(), content)
        with machine.disk.unlimited():
            machine.files.put(self._trial.layout(place.machine).files(f"{folder}/{path}"), CONTENT)
        machine.disk.journal.sync_all()

    def _make_pipe(self, place: Place, folder: str, path: str) -> None:
        machine = self._trial.machine(place.machine)
        above, _, name = f"{folder}/{path}".rpartition("/")
        machine.files.make_folder(above.encode())
        machine.disk.make_fifo(machine.disk.folder(above.encode()), name, PIPE_MODE)
        machine.disk.journal.sync_all()

    def _remove(self, fault: EntryUnfit) -> None:
        """The user takes it away again, as the report has told him."""
        place, folder = self._end(fault.kind)
        machine = self._trial.machine(place.machine)
        layout = self._trial.layout(place.machine)
        with machine.disk.unlimited():
            for path in self._standing.pop(fault, []):
                self._trial.ledger.remove(path.encode())
                on_disk = layout.on_disk(f"{folder}/{path}")
                if machine.disk.find(on_disk) is not None:
                    with rights(machine.disk, on_disk):
                        machine.files.remove(layout.files(f"{folder}/{path}"))
            if fault.kind is Unfit.FOLDER:
                with rights(machine.disk, layout.on_disk(f"{folder}/{fault.path}")):
                    machine.files.os.rmdir(layout.files(f"{folder}/{fault.path}"))
        machine.disk.journal.sync_all()


def _paths(fault: EntryUnfit) -> list[str]:
    """Which files a user makes."""
    if fault.kind is Unfit.FOLDER:
        return [f"{fault.path}/inside"]
    if fault.kind is Unfit.TWIN:
        above, slash, name = fault.path.rpartition("/")
        return [fault.path, f"{above}{slash}{name.swapcase()}"]
    return [fault.path]


def _told_as(fault: EntryUnfit) -> list[bytes]:
    """Under which paths it may be told: a folder in the way under that of the source's file."""
    paths = [fault.path] if fault.kind is Unfit.FOLDER else _paths(fault)
    return [path.encode() for path in paths]
