"""A pair whose listener is confined to a folder with a tripwire beside it."""

from typing import Any

from conformance.content import Entries, Tree
from conformance.scenarios.pair import Pair
from conformance.stage import Stage, same

# What stands outside the RootPath and must stay as it is, under names that a job could mean.
TRIPWIRE: Tree = {"documents/mine.txt": "do not touch", "secret.txt": "do not read"}

ROOT = "users"


class Confined(Pair):
    """`root` is the RootPath, empty at first. What lies beside it is remembered once the listener runs."""

    def __init__(
        self, stage: Stage, target: Tree | None = None, *, style: str = "posix", **settings: Any
    ) -> None:
        super().__init__(stage, target=target, style=style)
        stage.plant("far", self.far.at(), TRIPWIRE)
        self.root = self.far.at(ROOT)
        stage.plant("far", self.root, {})
        self.listener = self.listen(root_path=self.root, **settings)
        self._outside = self._look_outside()

    def below(self, *names: str) -> dict[str, str]:
        """A path below the RootPath."""
        return self.far.at(ROOT, *names)

    def mapped(self, *names: str) -> dict[str, str]:
        """Where a folder of the machine's base is made again below the RootPath."""
        separator = "\\" if self.far.style == "windows" else "/"
        inner = self.far.base.replace(":", "").strip(separator)
        return self.below(*inner.split(separator), *names)

    def is_untouched(self) -> None:
        """Demand that outside the RootPath nothing has changed, not even a time; nothing is missing, nothing has come."""
        found, wanted = self._look_outside(), self._outside
        itself = {".": found.pop(".")}  # last, since it only tells that something was there
        same("what is outside the RootPath", found, {path: wanted[path] for path in wanted if path != "."})
        same("what is outside the RootPath", itself, {".": wanted["."]})

    def _look_outside(self) -> Entries:
        found = self.stage.tree_with_times("far", self.far.at())
        return {path: entry for path, entry in found.items() if path.split("/")[0] != ROOT}
