"""Jobs for threads: in one piece, or interleaved with the loop at their system calls.

There are no threads in a world. A job that is not interleaved runs at one
moment. One that is stands still before some of its system calls, as chance
decides, and goes on later; meanwhile the loop runs what it has, as it would
beside a real thread. What is not tried are switches between two lines of code
without a system call. A call that hangs holds its job, and the loop goes on.
"""

import asyncio
import contextlib
from collections.abc import Callable
from contextvars import copy_context
from random import Random
from typing import Any

from greenlet import getcurrent, greenlet

from sim.process import ProcessKilled

# How often a job stands still before a system call.
PAUSE_CHANCE = 0.2


class Jobs:
    """Carries out the jobs of a world; `delay` gives the seconds that a job stands still."""

    def __init__(self, random: Random, delay: Callable[[], float]) -> None:
        self.is_interleaved = False
        self._random = random
        self._delay = delay
        self._main = getcurrent()
        self._paused: dict[greenlet, None] = {}
        self._is_over: asyncio.Event | None = None

    async def run(self, job: Callable[[], Any]) -> Any:
        """Run a job to its end; give its result or raise its error."""
        if not self.is_interleaved:
            return job()
        thread = greenlet(job)
        thread.gr_context = copy_context()
        result = thread.switch()
        while not thread.dead:
            self._paused[thread] = None
            await self._until_it_goes_on()
            del self._paused[thread]
            result = thread.switch()
        return result

    async def _until_it_goes_on(self) -> None:
        """Wait for the end of what the job is held by, or as long as a pause takes."""
        is_over, self._is_over = self._is_over, None
        if is_over:
            await is_over.wait()
        else:
            await asyncio.sleep(self._delay())

    @property
    def is_beside_loop(self) -> bool:
        """Whether the call that is being made is one of an interleaved job."""
        return getcurrent() is not self._main

    def pause(self) -> None:
        """Let the loop go on, if a job is running and chance says so; called before each system call."""
        if self.is_interleaved and self.is_beside_loop and self._random.random() < PAUSE_CHANCE:
            self._main.switch()

    def hold(self, is_over: asyncio.Event) -> None:
        """Let the loop go on, and the job that is running no earlier than an event."""
        self._is_over = is_over
        self._main.switch()

    def bury(self) -> None:
        """End the jobs of dead processes, in the order in which they stood still."""
        while self._paused:
            thread = next(iter(self._paused))
            del self._paused[thread]
            with contextlib.suppress(ProcessKilled, Exception):
                thread.throw(ProcessKilled("the world has ended"))
