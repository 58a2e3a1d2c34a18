"""Jobs for threads: in one piece, or interleaved with the loop at their system calls.

There are no threads in a world. A job that is not interleaved runs at one
moment. One that is stands still before some of its system calls, as chance
decides, and goes on later; meanwhile the loop runs what it has, as it would
beside a real thread. What is not tried are switches between two lines of code
without a system call.
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

    async def run(self, job: Callable[[], Any]) -> Any:
        """Run a job to its end; give its result or raise its error."""
        if not self.is_interleaved:
            return job()
        thread = greenlet(job)
        thread.gr_context = copy_context()
        result = thread.switch()
        while not thread.dead:
            self._paused[thread] = None
            await asyncio.sleep(self._delay())
            del self._paused[thread]
            result = thread.switch()
        return result

    def pause(self) -> None:
        """Let the loop go on, if a job is running and chance says so; called before each system call."""
        if getcurrent() is not self._main and self._random.random() < PAUSE_CHANCE:
            self._main.switch()

    def bury(self) -> None:
        """End the jobs of dead processes, in the order in which they stood still."""
        while self._paused:
            thread = next(iter(self._paused))
            del self._paused[thread]
            with contextlib.suppress(ProcessKilled, Exception):
                thread.throw(ProcessKilled("the world has ended"))
