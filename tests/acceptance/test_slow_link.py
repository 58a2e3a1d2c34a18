"""The link counts what it is there to count."""

import asyncio

import pytest

from tests.acceptance.slow_link import slow_link

HOST = "127.0.0.1"
LENGTH = 4


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while question := await reader.read(LENGTH):
        writer.write(question)
    writer.close()


async def ask(port: int, questions: int, at_once: int) -> None:
    """Ask so many times, waiting for the answers to `at_once` questions before the next."""
    reader, writer = await asyncio.open_connection(HOST, port)
    for _ in range(0, questions, at_once):
        writer.write(b"4444" * at_once)
        await reader.readexactly(LENGTH * at_once)
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize(
    ("questions", "at_once", "flights"), [(1, 1, 2 + 2), (3, 1, 6 + 2), (300, 100, 6 + 2), (300, 300, 2 + 2)]
)
def test_each_wait_for_an_answer_is_two_flights_and_so_is_the_end(
    questions: int, at_once: int, flights: int
) -> None:
    async def counted() -> int:
        server = await asyncio.start_server(answer, HOST)
        async with slow_link(HOST, server.sockets[0].getsockname()[1]) as link:
            await ask(link.port, questions, at_once)
            await link.at_rest()
            server.close()
            return link.flights

    assert asyncio.run(counted()) == flights
