"""The network of a simulated world: its machines, sockets and routes."""

import selectors
from functools import partial
from itertools import count
from random import Random

from sim.agenda import Agenda
from sim.process import Process
from sim.sockets import SimSocket
from sim.stack import Stack
from sim.trace import Trace
from sim.wire import LOOPBACK, Route, Wire

# Far above any real descriptor, so that one can never be taken for the other.
FIRST_FD = 1 << 30


class Network:
    """Every machine's stack, by lower-case name. `route` joins different machines and may be exchanged."""

    def __init__(self, agenda: Agenda, random: Random, trace: Trace) -> None:
        self.agenda = agenda
        self.route = Route()
        self.stacks: dict[str, Stack] = {}
        self._random = random
        self._trace = trace
        self._sockets: dict[int, SimSocket] = {}
        self._fds = count(FIRST_FD)

    def plug_in(self, name: str) -> Stack:
        """Join a machine to the network."""
        stack = Stack(self, name, f"10.0.0.{len(self.stacks) + 1}")
        self.stacks[name.lower()] = stack
        return stack

    def find(self, source: Stack, address: str) -> Stack | None:
        """The machine that packets from `source` to `address` reach."""
        if source.owns(address):
            return source
        return next((stack for stack in self.stacks.values() if stack.address == address), None)

    def open_socket(self, stack: Stack, owner: Process) -> SimSocket:
        """Make a socket that a process of a machine owns."""
        fd = next(self._fds)
        self._sockets[fd] = SimSocket(stack, fd, owner)
        return self._sockets[fd]

    def close_socket(self, sock: SimSocket) -> None:
        """Forget a socket that its process has closed."""
        del self._sockets[sock.fileno()]
        sock.stack.release(sock)

    def events(self, fd: int) -> int:
        """What a selector reports of a descriptor: a mask of EVENT_READ and EVENT_WRITE."""
        sock = self._sockets.get(fd)
        if sock is None:
            return 0
        readable = selectors.EVENT_READ if sock.is_readable else 0
        return readable | (selectors.EVENT_WRITE if sock.is_writable else 0)

    def wires(self, client: SimSocket, server: Stack) -> tuple[Wire, Wire]:
        """Wires from a client to a machine, and back."""
        route = LOOPBACK if client.stack is server else self.route
        near = f"{client.stack.name}:{client.local[1]}"
        far = f"{server.name}:{client.getpeername()[1]}"
        return self._wire(route, server.name, f"{near}>{far}"), self._wire(
            route, client.stack.name, f"{far}>{near}"
        )

    def _wire(self, route: Route, arrival: str, ends: str) -> Wire:
        return Wire(self.agenda, self._random, route, partial(self._record, arrival, ends))

    def _record(self, arrival: str, ends: str, packet: str) -> None:
        self._trace.record(arrival, "net", f"{ends} {packet}")
