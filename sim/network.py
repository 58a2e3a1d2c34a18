"""The network of a simulated world: its machines, sockets and routes."""

from collections.abc import Mapping
from functools import partial
from itertools import count
from random import Random
from selectors import SelectorKey

from sim.agenda import Agenda
from sim.link import LOOPBACK, Link, Route
from sim.process import Process
from sim.sockets import SimSocket
from sim.stack import Stack
from sim.tcp import TcpEnd
from sim.trace import LINK, Trace
from sim.wire import Wire

# Far above any real descriptor, so that one can never be taken for the other.
FIRST_FD = 1 << 30

# What a selector reports: descriptors, each with a mask of EVENT_READ and EVENT_WRITE.
Ready = list[tuple[SelectorKey, int]]


class Network:
    """Every machine's stack, by lower-case name, and the links between them.

    `aliases`: what else machines are called, in lower case, each with the name of a machine.
    """

    def __init__(self, agenda: Agenda, random: Random, trace: Trace) -> None:
        self.agenda = agenda
        self.stacks: dict[str, Stack] = {}
        self.aliases: dict[str, str] = {}
        self._route = Route()
        self._links: dict[tuple[str, str], Link] = {}
        self._random = random
        self._trace = trace
        self._sockets: dict[int, SimSocket] = {}
        self._fds = count(FIRST_FD)

    @property
    def route(self) -> Route:
        """What joins different machines, unless a link of theirs has been given another one."""
        return self._route

    @route.setter
    def route(self, route: Route) -> None:
        self._route = route
        for link in self._links.values():
            link.route = route

    def link(self, source: str, target: str) -> Link:
        """The way from one machine to another, by their names."""
        key = (source.lower(), target.lower())
        if key not in self._links:
            self._links[key] = Link(self.agenda, self._route, partial(self._record_link, *key))
        return self._links[key]

    def links_of(self, name: str) -> list[Link]:
        """All ways from and to one machine."""
        others = [other for other in self.stacks if other != name.lower()]
        return [link for other in others for link in (self.link(name, other), self.link(other, name))]

    def ends_between(self, one: str, other: str) -> list[TcpEnd]:
        """The ends of all connections between two machines."""
        names = {one.lower(), other.lower()}
        pairs = [(sock, sock.remote) for sock in self._sockets.values() if sock.end and sock.remote]
        return [
            sock.end
            for sock, remote in pairs
            if sock.end and {sock.stack.name.lower(), self._name_of(remote[0])} == names
        ]

    def connections_of(self, owner: Process) -> int:
        """How many connections a process has, those that it has not accepted yet included."""
        return sum(sock.owner is owner and sock.end is not None for sock in self._sockets.values())

    def _name_of(self, address: str) -> str:
        return next((stack.name.lower() for stack in self.stacks.values() if stack.address == address), "")

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

    def ready(self, keys: Mapping[int, SelectorKey]) -> Ready:
        """Look at the descriptors that a selector watches."""
        sockets = self._sockets
        ready: Ready = []
        for fd, key in keys.items():
            sock = sockets.get(fd)
            if sock is None:
                continue
            events = (sock.end or sock).readiness(key.events)
            if events and not sock.owner.is_hung:
                ready.append((key, events))
        return ready

    def wires(self, client: SimSocket, server: Stack) -> tuple[Wire, Wire]:
        """Wires from a client to a machine, and back."""
        near = f"{client.stack.name}:{client.local[1]}"
        far = f"{server.name}:{client.getpeername()[1]}"
        there = self._wire(client.stack, server, f"{near}>{far}")
        return there, self._wire(server, client.stack, f"{far}>{near}")

    def _wire(self, source: Stack, target: Stack, ends: str) -> Wire:
        link = Link(self.agenda, LOOPBACK) if source is target else self.link(source.name, target.name)
        record = partial(self._record, target.name, ends) if self._trace.is_kept else None
        return Wire(self.agenda, self._random, link, record)

    def _record_link(self, source: str, target: str, state: str) -> None:
        self._trace.record("world", LINK, f"{source}>{target} {state}")

    def _record(self, arrival: str, ends: str, packet: str, sent_ns: int) -> None:
        self._trace.record(arrival, "net", f"{ends} {packet}", since_ns=sent_ns)
