"""Where disk work runs, and that nobody leaves while it does."""

import asyncio
import threading

import pytest

from psync.engine.worker import SLOW_SECONDS, Worker
from tests.engine.loops import run


def test_quick_jobs_stay_on_the_loop() -> None:
    async def main() -> list[int]:
        worker = Worker()
        return [await worker.run(threading.get_ident) for _ in range(3)]

    assert run(main()) == [threading.get_ident()] * 3


def test_after_a_slow_job_the_next_one_runs_in_a_thread_until_one_is_quick() -> None:
    async def main() -> None:
        worker, loop_thread = Worker(), threading.get_ident()
        await worker.run(threading.Event().wait, 2 * SLOW_SECONDS)

        assert await worker.run(threading.get_ident) != loop_thread
        while await worker.run(threading.get_ident) != loop_thread:
            pass

    run(main())


def test_a_slow_job_that_fails_counts_as_slow() -> None:
    def fail() -> None:
        threading.Event().wait(2 * SLOW_SECONDS)
        raise OSError("the disk")

    async def main() -> bool:
        worker = Worker()
        with pytest.raises(OSError, match="the disk"):
            await worker.run(fail)
        return await worker.run(threading.get_ident) == threading.get_ident()

    assert run(main()) is False


def test_whoever_is_cancelled_waits_for_the_thread_however_often_he_is_cancelled() -> None:
    async def main() -> None:
        released, steps = threading.Event(), []

        def job() -> None:
            released.wait()
            steps.append("job ended")

        task = asyncio.create_task(Worker().run_long(job))
        for _ in range(3):
            await asyncio.sleep(0.01)
            task.cancel()
        steps.append("released")
        released.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert steps == ["released", "job ended"]

    run(main())


def test_the_error_of_a_job_that_was_cancelled_does_not_come_up_later() -> None:
    async def main() -> None:
        released = threading.Event()

        def job() -> None:
            released.wait()
            raise OSError

        task = asyncio.create_task(Worker().run_long(job))
        await asyncio.sleep(0.01)
        task.cancel()
        released.set()
        with pytest.raises(asyncio.CancelledError):
            await task

    run(main())
