"""A listener touches nothing outside its RootPath but its own state folder."""

from functools import partial
from typing import TYPE_CHECKING

from sim.checkers.checker import Checker
from sim.gate import PATHS, Call
from sim.machine import Machine
from sim.replication import STATE_FOLDER

if TYPE_CHECKING:
    from sim.trial import Trial

# Ways up, which name folders and give no access to them, stand open to find out who else writes above.
ALLOWED_ABOVE = frozenset({"open", "stat"})


class Confined(Checker):
    """Looks at every call of a listener that names something."""

    def __init__(self, trial: "Trial") -> None:
        super().__init__(trial)
        self._prefixes: dict[str, tuple[bytes, ...]] = {}
        for place in (trial.plan.source_place, trial.plan.target_place):
            if place.is_remote:
                machine = trial.machine(place.machine)
                self._outside = machine.files.tree(b"/etc")
                machine.witnesses.append(partial(self._look, machine))

    def _look(self, machine: Machine, call: Call, outcome: object) -> None:
        if call.name not in PATHS or call.name in ALLOWED_ABOVE:
            return
        for path in call.arguments[: PATHS[call.name]]:
            if isinstance(path, bytes) and call.name != "symlink":
                self._check(machine, call, path)

    def _check(self, machine: Machine, call: Call, path: bytes) -> None:
        folder_fd = call.options.get("dir_fd", call.options.get("src_dir_fd"))
        base = b""
        if folder_fd is not None and not path.startswith(b"/"):
            base = machine.disk.path(machine.systems[call.process].os.descriptor(folder_fd).node)
        whole = base + b"/" + path if base else path
        allowed = (b"/srv", STATE_FOLDER.encode())
        if not any(_is_on_the_way(whole, root) for root in allowed):
            raise self.broken("confined", f"{call.name} of {whole!r}")

    def finish(self) -> None:
        """The tripwire stands as it stood."""
        for place in (self.trial.plan.source_place, self.trial.plan.target_place):
            if place.is_remote:
                tree = self.trial.machine(place.machine).files.tree(b"/etc")
                if tree != self._outside:
                    raise self.broken("confined", f"files outside have changed: {sorted(tree)}")


def _is_on_the_way(path: bytes, root: bytes) -> bool:
    """Whether a path is the root, lies below it, or leads to it, whose folders a listener makes."""
    return path == root or path.startswith(root + b"/") or root.startswith(path.rstrip(b"/") + b"/")
