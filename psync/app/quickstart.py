"""The demonstration: both ends of a replication on one machine, over real sockets.

A listener, confined to a folder, receives FOLDER; a file is changed on its side;
the result is pulled into a third folder; and all three are compared. FOLDER is
only read. What is written lies in a temporary folder, or in the one to keep:
`pushed/` is the listener's, `pulled/` came back.
"""

import asyncio
from typing import Any

from msgspec import Struct, structs

from psync.app.cli import NOT_PRESERVED
from psync.app.comparison import Comparison, compare
from psync.app.config import QuickstartOptions
from psync.app.figures import bytes_text, count_text, seconds_text
from psync.app.printable import printable_path
from psync.app.sample import change_one_file, make_sample
from psync.app.scratch import Scratch
from psync.app.story import Story, two_machines
from psync.core.addresses import Address, LocalAddress, parse_address
from psync.core.errors import EXIT_CONVERGED, EXIT_INTERRUPTED, EXIT_PARTIAL, ResultsFolderInvalid
from psync.core.rootpath import RootPath
from psync.core.settings import LOOPBACK, CopySettings, ListenerSettings
from psync.disk.folder import Folder, lineage_of, make_folder, open_folder
from psync.engine.copy import Copy
from psync.engine.events import Event, ListenerReady, Report, RunState, Summary
from psync.engine.listener import Listener
from psync.engine.location import LocalLocation, check_apart, open_source
from psync.system import System
from psync.wire.keys import GENERATED_KEY_BYTES, Secret, generate_key, stretch

JOB = "Quickstart"
DIFFERENCES_SHOWN_MAX = 5


class Places(Struct, frozen=True):
    """Where everything lies: `results` holds `pushed` and `pulled`."""

    source: str
    results: str
    state: str

    @property
    def pushed(self) -> str:
        return f"{self.results}/pushed"

    @property
    def pulled(self) -> str:
        return f"{self.results}/pulled"


class Quickstart:
    """One demonstration: `await main()` gives the exit code, `stop` ends it early.

    `report` is told of problems, failures and, at the end, the sum of both runs.
    """

    def __init__(self, options: QuickstartOptions, system: System, story: Story, report: Report) -> None:
        self._options = options
        self._system = system
        self._story = story
        self._report = report
        self._prs = stretch("", generate_key(system.random_bytes(GENERATED_KEY_BYTES)))
        self._runs: list[Summary] = []
        self._task: asyncio.Task[int] | None = None

    async def main(self) -> int:
        """Show it all; raises the `Failure` that says why it cannot be shown."""
        started = asyncio.get_running_loop().time()
        self._task = asyncio.create_task(self._attempt())
        try:
            code = await self._task
        except asyncio.CancelledError:
            code = EXIT_INTERRUPTED
        self._sum_up(code, asyncio.get_running_loop().time() - started)
        return code

    def stop(self) -> None:
        """End it, and remove what is temporary."""
        if self._task is not None:
            self._task.cancel()

    async def _attempt(self) -> int:
        scratch = Scratch(self._system)
        self._check_apart(scratch.path, self._options.keep or scratch.path)
        scratch.make()
        try:
            code = await self._show(self._prepare(scratch))
        finally:
            await asyncio.to_thread(scratch.remove)
        if code in (EXIT_CONVERGED, EXIT_PARTIAL):
            self._tell_end()
        return code

    # Folders

    def _check_apart(self, *written: str) -> None:
        """Refuse to write into FOLDER, before anything is written."""
        if self._options.folder is not None:
            with open_source(self._system, self._location(self._options.folder)) as folder:
                source = lineage_of(folder)
            for path in written:
                check_apart(self._system, self._location(path), source)

    def _prepare(self, scratch: Scratch) -> Places:
        places = Places(
            source=self._options.folder or f"{scratch.path}/sample",
            results=self._options.keep or f"{scratch.path}/results",
            state=f"{scratch.path}/state",
        )
        if self._options.folder is None:
            self._make(places.source)
            with self._open(places.source) as sample:
                make_sample(sample)
        self._take_results_folder(places.results)
        return places

    def _take_results_folder(self, path: str) -> None:
        try:
            self._make(path)
            with self._open(path) as folder, self._system.os.scandir(folder.root.fd) as entries:
                is_empty = next(entries, None) is None
        except OSError as error:
            raise ResultsFolderInvalid(path=path, reason=error.strerror or str(error)) from error
        if not is_empty:
            raise ResultsFolderInvalid(path=path, reason="it is not empty")

    def _make(self, path: str) -> None:
        make_folder(self._system, self._system.os.fsencode(path))

    def _open(self, path: str) -> Folder:
        return open_folder(self._system, self._system.os.fsencode(path))

    def _location(self, path: str) -> LocalLocation:
        return LocalLocation(path, self._system.os.fsencode(path))

    # Story

    async def _show(self, places: Places) -> int:
        listener = _Background(self._system, self._prs, places)
        try:
            ready = await listener.start()
            self._tell_ready(ready)
            code = await self._push_and_pull(places, ready.port)
        finally:
            await listener.stop()
        return code

    def _tell_ready(self, ready: ListenerReady) -> None:
        self._story.tell("key", "generated, 128 random bits, on both sides and never sent")
        where = f"{', '.join(ready.addresses)} port {ready.port}"
        self._story.tell("listener", f"ready on {where}, confined to RootPath {ready.root_path}")

    async def _push_and_pull(self, places: Places, port: int) -> int:
        name = "sample" if self._options.folder is None else places.source
        source, remote = LocalAddress(places.source), parse_address(f"tcp://{LOOPBACK}/pushed")
        pushed = await self._copy("push", (source, remote), port, f"{name} -> the listener's pushed/")
        if pushed not in (EXIT_CONVERGED, EXIT_PARTIAL):
            return pushed
        code = max(pushed, await self._compare(name, places.source, "pushed/", places.pushed))
        with self._open(places.pushed) as folder:
            changed = change_one_file(folder)
        self._story.tell("change", f"pushed/{printable_path(changed)} was changed, on the listener's side")
        ends = remote, LocalAddress(places.pulled)
        pulled = await self._copy("pull", ends, port, "the listener's pushed/ -> pulled/")
        if pulled not in (EXIT_CONVERGED, EXIT_PARTIAL):
            return pulled
        return max(code, pulled, await self._compare("pushed/", places.pushed, "pulled/", places.pulled))

    async def _copy(self, word: str, ends: tuple[Address, Address], port: int, text: str) -> int:
        settings = CopySettings(*ends, port=port, job=f"{JOB} {word}", is_keyed=True)
        code = await Copy(settings, self._prs, self._system, self._pass_on).main()
        if code not in (EXIT_CONVERGED, EXIT_PARTIAL):
            return code
        run = self._runs[-1]
        figures = f"{count_text(run.files_sent, 'file')}, {bytes_text(run.bytes_literal)}"
        self._story.tell(word, f"{text}: {figures} in {seconds_text(run.seconds)}")
        return code

    def _pass_on(self, event: Event) -> None:
        """Keep the summaries, which become one."""
        if isinstance(event, Summary):
            self._runs.append(event)
        else:
            self._report(event)

    async def _compare(self, left_name: str, left: str, right_name: str, right: str) -> int:
        with self._open(left) as left_folder, self._open(right) as right_folder:
            found = await compare(left_folder, right_folder)
        if not found.differences:
            text = f"{right_name} equals {left_name}: {_counted(found)}; contents, modes, times, links"
            self._story.tell("compare", text)
            return EXIT_CONVERGED
        shown = ", ".join(map(printable_path, found.differences[:DIFFERENCES_SHOWN_MAX]))
        count = count_text(len(found.differences), "entry").replace("entrys", "entries")
        self._story.tell("compare", f"{right_name} differs from {left_name} in {count}: {shown}")
        return EXIT_PARTIAL

    def _tell_end(self) -> None:
        keep = self._options.keep
        self._story.tell("results", f"kept in {keep}" if keep else "removed; --keep DIR keeps them")
        self._story.tell("not yet", NOT_PRESERVED)
        self._story.explain(two_machines(self._options.folder))

    def _sum_up(self, code: int, seconds: float) -> None:
        states = {EXIT_CONVERGED: RunState.CONVERGED, EXIT_PARTIAL: RunState.PARTIAL}
        total = Summary(JOB, states.get(code, RunState.FAILED), seconds=round(seconds, 3))
        for name in (
            "files_sent",
            "files_unchanged",
            "files_deleted",
            "bytes_wire",
            "bytes_literal",
            "failed",
        ):
            total = structs.replace(total, **{name: sum(getattr(run, name) for run in self._runs)})
        self._report(total)


class _Background:
    """The listener of the demonstration, in a task."""

    def __init__(self, system: System, prs: Secret, places: Places) -> None:
        settings = ListenerSettings(
            host=LOOPBACK,
            port=0,
            root=RootPath.parse(places.results, system.path_style),
            is_keyed=True,
            instance=f"quickstart-{system.random_bytes(8).hex()}",
            state_folder=places.state,
        )
        self._ready: asyncio.Future[ListenerReady] = asyncio.get_running_loop().create_future()
        self._listener = Listener(settings, prs, system, self._note)
        self._task: asyncio.Task[int] | None = None

    async def start(self) -> ListenerReady:
        """Wait until it accepts clients; raise what keeps it from that."""
        self._task = asyncio.create_task(self._listener.main())
        waiting: set[asyncio.Future[Any]] = {self._task, self._ready}
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        if self._task.done():
            self._task.result()
        return self._ready.result()

    async def stop(self) -> None:
        """End it in order."""
        self._listener.stop()
        if self._task is not None:
            await asyncio.wait({self._task})

    def _note(self, event: Event) -> None:
        if isinstance(event, ListenerReady):
            self._ready.set_result(event)


def _counted(found: Comparison) -> str:
    counts = ((found.files, "file"), (found.folders, "folder"), (found.links, "link"))
    return ", ".join(count_text(count, noun) for count, noun in counts)
