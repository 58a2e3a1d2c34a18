"""Many seeds on all cores: processes that are given seeds, and results in the order of the seeds.

The processes are spawned, so that each is a fresh interpreter, and decide
nothing: what a seed comes to is the same in any of them. They do not hear
Ctrl-C; the one who started them tells them to stop after the seed at hand.
"""

import gc
import multiprocessing
import signal
import sys
import time
from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.synchronize import Event

from msgspec import Struct

from sim.presets import derive
from sim.trial import Result, carry_out

# Few enough that a stop and the progress are prompt, enough that handing them over costs nothing.
CHUNK_SEEDS = 16

# Chunks that wait for each process, so that none is idle while another one's seeds are slow.
CHUNKS_AHEAD = 4

_stopping: Event | None = None


class Carried(Struct, frozen=True):
    """A seed and what it came to."""

    seed: int
    result: Result
    processor_seconds: float


def sweep(preset: str, seeds: range, jobs: int) -> Generator[Carried]:
    """Carry out the plans of all seeds; close the iterator to end it early.

    Raises `BrokenProcessPool` if a process was killed from outside.
    """
    context = multiprocessing.get_context("spawn")
    stopping = context.Event()
    executor = ProcessPoolExecutor(jobs, context, initializer=_begin, initargs=(stopping,))
    chunks = (seeds[at : at + CHUNK_SEEDS] for at in range(0, len(seeds), CHUNK_SEEDS))
    waiting: deque[Future[list[Carried]]] = deque()
    try:
        while True:
            while len(waiting) < jobs * CHUNKS_AHEAD and (chunk := next(chunks, None)):
                with _holding_interrupts_back():
                    waiting.append(executor.submit(_carry_out_all, preset, chunk))
            if not waiting:
                return
            yield from waiting.popleft().result()
    finally:
        stopping.set()
        executor.shutdown(cancel_futures=True)


def ignore_the_dead() -> None:
    """What a world leaves behind complains when it is freed, outside of every event loop: to nobody's use."""
    sys.unraisablehook = lambda _: None


@contextmanager
def _holding_interrupts_back() -> Iterator[None]:
    """Processes that are started within never hear Ctrl-C; this one hears it afterwards."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(stopping: Event) -> None:
    global _stopping
    _stopping = stopping
    ignore_the_dead()
    gc.collect()
    gc.freeze()  # nothing that was imported will ever be garbage
    gc.disable()


def _carry_out_all(preset: str, seeds: range) -> list[Carried]:
    carried = []
    for seed in seeds:
        if _stopping is not None and _stopping.is_set():
            break
        begun = time.process_time()
        result, world = carry_out(derive(preset, seed))
        del world
        gc.collect()  # here, where what a world has left is all that can be garbage
        carried.append(Carried(seed, result, time.process_time() - begun))
    return carried
