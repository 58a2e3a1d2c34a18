"""Small network programs whose outcome is the same on a real loopback and on the simulated one.

Each is a coroutine function without arguments that gives its outcome, a value
that says nothing of time, ports or how a stream was cut. They wait for what
happens, not for a while, except where nothing shall happen: then `PAUSE`.
"""

import asyncio
import errno
import signal
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

HOST = "127.0.0.1"
PAUSE = 0.05
PATIENCE = 20.0

Program = Callable[[], Coroutine[Any, Any, object]]
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def served(handler: Handler) -> AsyncIterator[int]:
    """A server that is there for the length of the block; gives its port."""
    server = await asyncio.start_server(handler, HOST, 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[Streams]:
    """A connection that is there for the length of the block."""
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        yield reader, writer
    finally:
        writer.close()


class Peer:
    """A server that hands its one connection to the program."""

    def __init__(self) -> None:
        self.streams: asyncio.Future[Streams] = asyncio.get_running_loop().create_future()

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.streams.set_result((reader, writer))


@asynccontextmanager
async def pair() -> AsyncIterator[tuple[Streams, Streams]]:
    """Both ends of a connection: the one that dialled first."""
    peer = Peer()
    async with served(peer.handle) as port, connected(port) as dialled:
        accepted = await peer.streams
        try:
            yield dialled, accepted
        finally:
            accepted[1].close()


async def attempt(work: Awaitable[object]) -> object:
    """The result of some work, or the name of its error."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await work
    except OSError as error:
        return f"{type(error).__name__} {errno.errorcode.get(error.errno or 0, error.errno)}"
    except asyncio.IncompleteReadError as error:
        return f"incomplete after {error.partial!r}"


async def attempt_to_write_on(writer: asyncio.StreamWriter) -> str:
    """Write until the connection is found to be broken; by which of two errors is a matter of luck."""
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                writer.write(b"x" * 1000)
                await writer.drain()
                await asyncio.sleep(0.001)
    except ConnectionError:
        return "connection lost"


async def echo() -> object:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.close()

    async with served(handle) as port, connected(port) as (reader, writer):
        lengths = []
        for number in range(100):
            writer.write(b"x" * (number + 1))
            lengths.append(len(await reader.readexactly(number + 1)))
        writer.write_eof()
        return lengths, await reader.read()


async def many_clients_at_once() -> object:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write((await reader.readline()).upper())
        writer.close()

    async def call(port: int, number: int) -> bytes:
        async with connected(port) as (reader, writer):
            writer.write(b"client %d\n" % number)
            return await reader.read()

    async with served(handle) as port:
        return await asyncio.gather(*(call(port, number) for number in range(20)))


async def half_close() -> object:
    async with pair() as ((reader, writer), (far_reader, far_writer)):
        writer.write(b"a" * 100_000)
        writer.write_eof()
        received = len(await far_reader.read())
        far_writer.write(b"got %d" % received)
        far_writer.close()
        return await reader.read()


async def refused() -> object:
    async with served(Peer().handle) as port:
        pass
    return await attempt(asyncio.open_connection(HOST, port))


async def an_unknown_name() -> object:
    try:
        await asyncio.open_connection("no-such-host.invalid", 80)
    except socket.gaierror as error:
        return error.errno in (socket.EAI_NONAME, socket.EAI_AGAIN)  # real resolvers may be out of reach


async def a_port_that_is_taken() -> object:
    async with served(Peer().handle) as port:
        return await attempt(asyncio.start_server(Peer().handle, HOST, port))


async def a_port_that_is_taken_for_all_interfaces() -> object:
    async with served(Peer().handle) as port:
        return await attempt(asyncio.start_server(Peer().handle, "0.0.0.0", port))


async def an_address_of_another_machine() -> object:
    outcome = await attempt(asyncio.start_server(Peer().handle, "192.0.2.1", 0))
    return str(outcome).partition(" ")[0]  # the number depends on the version of CPython


async def addresses() -> object:
    async with pair() as ((_, writer), (_, far_writer)):
        near = writer.get_extra_info("sockname"), writer.get_extra_info("peername")
        far = far_writer.get_extra_info("peername"), far_writer.get_extra_info("sockname")
        return near == far, near[0][0], near[1][0]


async def close_sends_what_was_written() -> object:
    async with pair() as ((_, writer), (far_reader, _)):
        writer.write(b"b" * (4 << 20))
        writer.close()
        return len(await far_reader.read())


async def large_transfer_with_a_slow_reader() -> object:
    async with pair() as ((_, writer), (far_reader, _)):

        async def pump() -> None:
            for _ in range(24):
                writer.write(b"z" * (1 << 20))
                await writer.drain()
            writer.write_eof()

        pumping = asyncio.ensure_future(pump())
        await asyncio.sleep(PAUSE)
        is_stopped = not pumping.done()
        received = 0
        while data := await far_reader.read(100_000):
            received += len(data)
        await pumping
        return is_stopped, received


async def reset_on_close_with_unread_data() -> object:
    async with pair() as ((reader, writer), (_, far_writer)):
        writer.write(b"never read")
        await asyncio.sleep(PAUSE)
        far_writer.transport.pause_reading()
        far_writer.transport.abort()
        return await attempt(reader.read()), await attempt_to_write_on(writer)


async def close_with_data_left_in_the_kernel() -> object:
    accepted: asyncio.Future[socket.socket] = asyncio.get_running_loop().create_future()

    class Deaf(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            transport.pause_reading()
            accepted.set_result(transport)

    server = await asyncio.get_running_loop().create_server(Deaf, HOST, 0)
    async with connected(server.sockets[0].getsockname()[1]) as (reader, writer):
        writer.write(b"never read")
        transport = await accepted
        await asyncio.sleep(PAUSE)
        transport.close()
        server.close()
        return await attempt(reader.read())


async def what_came_before_a_reset_can_be_read() -> object:
    async with pair() as ((reader, _), (_, far_writer)):
        far_writer.write(b"last words")
        await asyncio.sleep(PAUSE)
        _reset(far_writer)
        await asyncio.sleep(PAUSE)
        return await attempt(reader.readexactly(10)), await attempt(reader.read())


async def reset_while_paused() -> object:
    async with pair() as ((reader, writer), (_, far_writer)):
        writer.transport.pause_reading()
        far_writer.write(b"last words")
        await asyncio.sleep(PAUSE)
        _reset(far_writer)
        await asyncio.sleep(PAUSE)
        writer.transport.resume_reading()
        return await attempt(reader.readexactly(10)), await attempt(reader.read())


async def reset_in_the_middle_of_a_read() -> object:
    async with pair() as ((reader, writer), (_, far_writer)):
        far_writer.write(b"half a mess")
        reading = asyncio.ensure_future(attempt(reader.readexactly(1000)))
        await asyncio.sleep(PAUSE)
        _reset(far_writer)
        return await reading, await attempt_to_write_on(writer)


async def writing_after_the_peer_closed_with_unread_data() -> object:
    async with pair() as ((reader, writer), (_, far_writer)):
        far_writer.transport.pause_reading()
        await asyncio.sleep(PAUSE)
        writer.write(b"never read")
        await asyncio.sleep(PAUSE)
        far_writer.close()
        return await attempt_to_write_on(writer), await attempt(reader.read())


async def a_listener_closes_while_clients_wait() -> object:
    server = await asyncio.start_server(Peer().handle, HOST, 0)
    [listening] = server.sockets
    port = listening.getsockname()[1]
    asyncio.get_running_loop().remove_reader(listening.fileno())  # from now on nobody accepts
    async with connected(port) as (reader, writer), connected(port) as (other_reader, _):
        writer.write(b"hello?")
        await asyncio.sleep(PAUSE)
        server.close()
        ends = [await attempt(reader.read()), await attempt(other_reader.read())]
        return ends, await attempt_to_write_on(writer), await attempt(asyncio.open_connection(HOST, port))


async def close_while_the_other_side_writes() -> object:
    async with pair() as ((reader, writer), (_, far_writer)):
        far_writer.close()
        return await attempt(reader.read()), await attempt_to_write_on(writer)


async def abort_while_the_other_side_reads() -> object:
    async with pair() as ((reader, _), (_, far_writer)):
        far_writer.transport.abort()
        return await attempt(reader.readexactly(4))


async def reset_while_the_other_side_writes_much() -> object:
    async with pair() as ((_, writer), (_, far_writer)):
        writer.write(b"x" * (8 << 20))
        await asyncio.sleep(PAUSE)
        _reset(far_writer)
        return await attempt_to_write_on(writer)


async def small_writes_are_one_stream() -> object:
    async with pair() as ((_, writer), (far_reader, _)):
        for _ in range(10):
            writer.write(b"abc")
        await asyncio.sleep(PAUSE)
        return await far_reader.read(1000)


async def pieces_keep_their_order() -> object:
    async with pair() as ((_, writer), (far_reader, _)):
        sent = b"".join(b"%d," % number for number in range(50_000))
        writer.writelines([sent[:1000], sent[1000:200_000], sent[200_000:]])
        writer.write_eof()
        return await far_reader.read() == sent


async def buffered_protocol() -> object:
    ended = asyncio.get_running_loop().create_future()

    class Counting(asyncio.BufferedProtocol):
        def __init__(self) -> None:
            self.buffer = bytearray(1000)
            self.received = bytearray()

        def get_buffer(self, sizehint: int) -> memoryview:
            return memoryview(self.buffer)

        def buffer_updated(self, nbytes: int) -> None:
            self.received += self.buffer[:nbytes]

        def eof_received(self) -> None:
            ended.set_result(bytes(self.received))

    server = await asyncio.get_running_loop().create_server(Counting, HOST, 0)
    sent = bytes(range(256)) * 200
    async with connected(server.sockets[0].getsockname()[1]) as (_, writer):
        writer.write(sent)
        writer.write_eof()
        received = await ended
    server.close()
    return received == sent


async def timeout() -> object:
    async with pair() as ((reader, writer), (far_reader, _)):
        try:
            async with asyncio.timeout(PAUSE):
                await reader.readexactly(1)
        except TimeoutError:
            writer.write(b"still there")
            return await far_reader.readexactly(11)


async def cancelled_connect() -> object:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with served(handle) as port:
        dialling = asyncio.ensure_future(asyncio.open_connection(HOST, port))
        await asyncio.sleep(0)
        dialling.cancel()
        [outcome] = await asyncio.gather(dialling, return_exceptions=True)
        await asyncio.sleep(PAUSE)
        return type(outcome).__name__


async def connections_outlive_their_server() -> object:
    peer = Peer()
    server = await asyncio.start_server(peer.handle, HOST, 0)
    port = server.sockets[0].getsockname()[1]
    async with connected(port) as (reader, _):
        _, far_writer = await peer.streams
        server.close()
        far_writer.write(b"still there")
        far_writer.close()
        return await reader.read(), await attempt(asyncio.open_connection(HOST, port))


async def jobs_in_threads() -> object:
    def fail() -> None:
        raise FileNotFoundError(errno.ENOENT, "not there")

    return await asyncio.to_thread(sorted, [3, 1, 2]), await attempt(asyncio.to_thread(fail))


async def signals() -> object:
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR2, print)
    return loop.remove_signal_handler(signal.SIGUSR2), loop.remove_signal_handler(signal.SIGUSR2)


def _reset(writer: asyncio.StreamWriter) -> None:
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


PROGRAMS: list[Program] = [
    echo,
    many_clients_at_once,
    half_close,
    refused,
    an_unknown_name,
    a_port_that_is_taken,
    a_port_that_is_taken_for_all_interfaces,
    an_address_of_another_machine,
    addresses,
    close_sends_what_was_written,
    large_transfer_with_a_slow_reader,
    reset_on_close_with_unread_data,
    close_with_data_left_in_the_kernel,
    what_came_before_a_reset_can_be_read,
    reset_while_paused,
    reset_in_the_middle_of_a_read,
    writing_after_the_peer_closed_with_unread_data,
    a_listener_closes_while_clients_wait,
    close_while_the_other_side_writes,
    abort_while_the_other_side_reads,
    reset_while_the_other_side_writes_much,
    small_writes_are_one_stream,
    pieces_keep_their_order,
    buffered_protocol,
    timeout,
    cancelled_connect,
    connections_outlive_their_server,
    jobs_in_threads,
    signals,
]
