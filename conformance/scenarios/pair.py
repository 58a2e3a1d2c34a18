"""Two machines as most scenarios need them: `near` with the client and a folder, `far` with the listener."""

from typing import Any

from conformance.answers import Outcome
from conformance.content import Entries, Made, Tree
from conformance.stage import FOLDER, Client, Listener, Stage

TREE: Tree = {"changed.txt": "new content", "fresh.bin": Made(2400, "fresh"), "sub/kept": "same"}
OLD_TREE: Tree = {"changed.txt": "old", "sub/kept": "same"}


class Pair:
    """`source` lies on `near`, `target` below the RootPath of `far`; a pull goes the other way."""

    def __init__(
        self,
        stage: Stage,
        source: Tree = TREE,
        target: Tree | None = OLD_TREE,
        *,
        style: str = "posix",
        others: tuple[str, ...] = (),
    ) -> None:
        """`others`: further machines, beside which they run."""
        stage.begin(near="posix", far=style, **dict.fromkeys(others, "posix"))
        self.stage = stage
        self.near, self.far = stage.machines["near"], stage.machines["far"]
        self.source, self.target = self.near.at("data"), self.far.at(FOLDER)
        stage.plant("near", self.source, source)
        if target is not None:
            stage.plant("far", self.target, target)

    def listen(self, **settings: Any) -> Listener:
        """Start the listener of `far`, confined to its folder unless told otherwise."""
        return self.stage.listen("far", **{"root_path": self.far.at(), **settings})

    def start_push(
        self,
        *,
        host: str | None = None,
        port: int | None = None,
        path: dict[str, str] | None = None,
        **job: Any,
    ) -> Client:
        """Start a client that brings the source into the target."""
        remote = {"host": host or self.far.host, "port": port, "path": path or self.target}
        return self.stage.start("near", source={"path": self.source}, target=remote, **job)

    def start_pull(
        self, *, port: int | None = None, path: dict[str, str] | None = None, **job: Any
    ) -> Client:
        """Start a client that brings what is behind the listener into the folder of `near`."""
        remote = {"host": self.far.host, "port": port, "path": path or self.target}
        return self.stage.start("near", source=remote, target={"path": self.source}, **job)

    def push(self, **job: Any) -> Outcome:
        """Push, and wait for the end."""
        return self.start_push(**job).wait()

    def pull(self, **job: Any) -> Outcome:
        """Pull, and wait for the end."""
        return self.start_pull(**job).wait()

    def at_source(self) -> Entries | None:
        """What the folder of `near` holds."""
        return self.stage.tree("near", self.source)

    def at_target(self) -> Entries | None:
        """What the folder of `far` holds."""
        return self.at(self.target)

    def at(self, place: dict[str, str]) -> Entries | None:
        """What another folder of `far` holds."""
        return self.stage.tree("far", place)

    def uri(self, path: dict[str, str] | None = None) -> str:
        """A remote folder as messages show it, the target unless another one is named."""
        params = {"host": self.far.host, "path": path or self.target}
        return str(self.stage.ask("format_uri", params)["uri"])

    def texts(
        self, role: str = "target", job: str = "Replication", *, path: dict[str, str] | None = None
    ) -> tuple[str, str]:
        """The two documented texts of a connection that failed, without a retry."""
        uri = self.uri(path)
        return f"Could not initialize {role} device: {uri}...", f"Connection Failure: {uri} - Job: {job}"
