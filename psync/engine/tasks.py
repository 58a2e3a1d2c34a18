"""Ending a task so that nothing of it is left behind.

A task that is cancelled and not awaited may run on while its owner already takes
away what it uses; one whose error nobody takes is reported by the interpreter at
a moment of its own.
"""

import asyncio
from typing import Any


async def end_task(task: "asyncio.Future[Any]") -> None:
    """Cancel a task and wait for its end; what it ends with is nobody's business any more."""
    task.cancel()
    await wait_for_end(task)


async def wait_for_end(task: "asyncio.Future[Any]") -> None:
    """Wait until a task is done, without its result.

    Whoever is cancelled here still waits, and is cancelled after it.
    """
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait((task,))
        except asyncio.CancelledError as error:
            cancelled = error
    if not task.cancelled():
        task.exception()
    if cancelled is not None:
        raise cancelled
