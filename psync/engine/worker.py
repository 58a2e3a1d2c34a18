"""Where disk work runs: on the loop while the disk is quick, in a thread while it is not.

A hop to a thread costs about as much as writing a dozen small files, and the two
threads then fight for the interpreter. A disk that stalls, however, must not
stall the other sessions, so the first slow job sends those that follow to a
thread, until they are quick again.
"""

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from psync.engine.tasks import wait_for_end

# Longer than a full pack takes on a healthy disk, short against any deadline.
SLOW_SECONDS = 0.05

P = ParamSpec("P")
R = TypeVar("R")


class Worker:
    """Runs the disk jobs of one endpoint, one after another."""

    def __init__(self) -> None:
        self._is_slow = False

    async def run(self, job: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a short job wherever the disk's last answer suggests."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            if self._is_slow:
                return await self.run_long(job, *args, **kwargs)
            return job(*args, **kwargs)
        finally:
            self._is_slow = loop.time() - started > SLOW_SECONDS

    async def run_long(self, job: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a job that is known to take long, such as a sync, in a thread.

        A thread cannot be stopped: whoever is cancelled here waits for its end
        first, so that nothing is taken away from under it.
        """
        running = asyncio.ensure_future(asyncio.to_thread(job, *args, **kwargs))
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            await wait_for_end(running)
            raise
