"""The client: one run that brings a source's contents into a target."""

import asyncio
from contextlib import AsyncExitStack

from blake3 import blake3

from psync.core.addresses import Address, LocalAddress, TcpAddress, display_uri, resolve_port
from psync.core.errors import EXIT_CONVERGED, EXIT_INTERRUPTED, EXIT_PARTIAL, ConnectionFailure, Failure
from psync.core.filters import Filters
from psync.core.settings import CopySettings
from psync.engine.channel import Channel
from psync.engine.dial import Destination, dial
from psync.engine.endpoint import Endpoint
from psync.engine.events import ConnectionFailed, Report, RunRefused, RunStarted, RunState, Summary
from psync.engine.job import Run, RunOptions
from psync.engine.local import LocalEndpoint
from psync.engine.location import LocalLocation, locate_here, open_source
from psync.engine.remote import JobLabel, RemoteEndpoint
from psync.engine.writers import Applicant, Writers
from psync.system import System
from psync.wire.keys import Secret


class Copy:
    """One run: `await main()` gives the exit code, `stop` ends it early."""

    def __init__(self, settings: CopySettings, prs: Secret, system: System, report: Report) -> None:
        self._settings = settings
        self._prs = prs
        self._system = system
        self._report = report
        self._channels: dict[str, Channel] = {}
        self._undialled: str | None = None
        self._run: Run | None = None
        self._task: asyncio.Task[int] | None = None
        self._started = 0.0

    async def main(self) -> int:
        """Run once; what happened is reported, the last event is the summary."""
        self._started = asyncio.get_running_loop().time()
        self._task = asyncio.create_task(self._attempt())
        try:
            return await self._task
        except asyncio.CancelledError:
            self._summarize(RunState.FAILED)
            return EXIT_INTERRUPTED
        except ConnectionFailure as failure:
            self._report_lost(failure)
            self._summarize(RunState.FAILED)
            return failure.exit_code
        except Failure as failure:
            self._report_refused(failure)
            self._summarize(RunState.FAILED)
            return failure.exit_code

    def stop(self) -> None:
        """End the run after the commit in progress."""
        if self._task is not None:
            self._task.cancel()

    async def _attempt(self) -> int:
        settings = self._settings
        self._check_local_source()
        async with AsyncExitStack() as stack:
            source = await self._endpoint("source", settings.source, stack)
            target = await self._endpoint("target", settings.target, stack)
            uris = display_uri(settings.source), display_uri(settings.target)
            self._report(RunStarted(settings.job, *uris))
            options = RunOptions(
                settings.delete, Filters(settings.exclude), settings.durability, settings.dry_run
            )
            self._run = Run(source, target, options, self._report)
            await self._run.run()
        if self._run.stats.failed:
            self._summarize(RunState.PARTIAL)
            return EXIT_PARTIAL
        self._summarize(RunState.CONVERGED)
        return EXIT_CONVERGED

    def _check_local_source(self) -> None:
        """Refuse a source that can be seen from here to be missing before anybody is dialled."""
        source = self._settings.source
        if isinstance(source, LocalAddress):
            open_source(self._system, self._location(source)).close()

    async def _endpoint(self, role: str, address: Address, stack: AsyncExitStack) -> Endpoint:
        endpoint: Endpoint
        if isinstance(address, TcpAddress):
            port = resolve_port(address, self._settings.port)
            channel = await self._dial(role, Destination(address.host, port, self._prs))
            endpoint = RemoteEndpoint(channel, address.path, self._label())
        else:
            writers = Writers(self._system)
            applicant = Applicant("this run", (self._system.host_name, self._label().id), _never)
            endpoint = LocalEndpoint(self._system, self._location(address), writers, applicant)
        stack.push_async_callback(endpoint.close)
        return endpoint

    async def _dial(self, role: str, destination: Destination) -> Channel:
        try:
            channel = self._channels[role] = await dial(self._system, destination)
        except ConnectionFailure:
            self._undialled = role
            raise
        return channel

    def _location(self, address: LocalAddress) -> LocalLocation:
        return locate_here(address.path, self._system)

    def _label(self) -> JobLabel:
        """Identify the job by its ends and name, so that its runs are known as such; the port may change."""
        settings = self._settings
        parts = (
            self._system.host_name,
            display_uri(settings.source),
            display_uri(settings.target),
            settings.job,
        )
        text = "\0".join(parts).encode("utf-8", "surrogateescape")
        return JobLabel(settings.job, blake3(text).hexdigest(16))

    def _report_lost(self, failure: ConnectionFailure) -> None:
        role = self._undialled or self._origin(failure) or "target"  # of this machine
        self._report(ConnectionFailed(role, self._uri(role), self._settings.job, failure, False))

    def _report_refused(self, failure: Failure) -> None:
        role = self._origin(failure)
        self._report(RunRefused(failure, role, self._uri(role) if role else ""))

    def _origin(self, failure: Failure) -> str:
        """Tell which end's connection a failure came from; empty if from none."""
        origins = (role for role, channel in self._channels.items() if channel.is_origin_of(failure))
        return next(origins, "")

    def _uri(self, role: str) -> str:
        return display_uri(self._settings.source if role == "source" else self._settings.target)

    def _summarize(self, state: RunState) -> None:
        run = self._run
        wire = sum(channel.bytes_sent + channel.bytes_received for channel in self._channels.values())
        seconds = asyncio.get_running_loop().time() - self._started
        summary = Summary(self._settings.job, state, bytes_wire=wire, seconds=round(seconds, 3))
        if run is not None:
            stats = run.stats
            summary = Summary(
                self._settings.job,
                state,
                stats.files_sent,
                run.files_unchanged,
                stats.files_deleted,
                wire,
                stats.bytes_literal,
                stats.failed,
                round(seconds, 3),
            )
        self._report(summary)


async def _never() -> bool:
    """A run in this process is alive."""
    return False
