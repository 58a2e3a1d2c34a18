"""Ending tasks: nothing of them runs on, and nothing of them complains later."""

import asyncio

import pytest

from psync.engine.tasks import end_task, wait_for_end
from tests.engine.loops import run


async def slow_to_end(ended: list[str]) -> None:
    try:
        await asyncio.sleep(1000)
    finally:
        for _ in range(10):
            await asyncio.sleep(0)
        ended.append("ended")


def test_a_task_is_over_when_its_end_returns() -> None:
    async def main() -> None:
        ended: list[str] = []
        task = asyncio.create_task(slow_to_end(ended))
        await asyncio.sleep(0)

        await end_task(task)

        assert ended == ["ended"]
        assert task.cancelled()

    run(main())


def test_whoever_is_cancelled_while_he_waits_is_cancelled_after_the_end() -> None:
    async def main() -> None:
        ended: list[str] = []
        task = asyncio.create_task(slow_to_end(ended))
        await asyncio.sleep(0)
        ending = asyncio.create_task(end_task(task))
        for _ in range(3):
            await asyncio.sleep(0)
            ending.cancel()

        with pytest.raises(asyncio.CancelledError):
            await ending

        assert ended == ["ended"]

    run(main())


def test_an_error_that_nobody_will_take_is_taken() -> None:
    async def fail() -> None:
        raise RuntimeError

    async def main() -> None:
        tasks = [asyncio.create_task(fail()), asyncio.create_task(fail())]
        await asyncio.sleep(0)

        await end_task(tasks.pop())
        await wait_for_end(tasks.pop())

    run(main())  # complains of errors that are freed without having been taken
