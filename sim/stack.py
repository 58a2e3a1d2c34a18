"""The TCP stack of one machine: its address, its names for others, and who listens where.

Every machine has one IPv4 address and 127.0.0.1; IPv6 is switched off, as a
kernel may have it.
"""

import errno
import ipaddress
import socket
from typing import TYPE_CHECKING

from sim.failure import failure
from sim.handshake import Handshake
from sim.sockets import Address, SimSocket

if TYPE_CHECKING:
    from sim.network import Network
    from sim.process import Process

ALL_INTERFACES = "0.0.0.0"
LOCALHOST = "127.0.0.1"

FIRST_EPHEMERAL_PORT = 32768
FIRST_UNPRIVILEGED_PORT = 1024


class Stack:
    """One machine on the network; `name` is the machine's.

    `is_refusing`: a firewall answers every attempt to connect with a reset.
    `lost_names`: host names that cannot be resolved here.
    """

    def __init__(self, network: "Network", name: str, address: str) -> None:
        self.network = network
        self.name = name
        self.address = address
        self.is_refusing = False
        self.lost_names: set[str] = set()
        self._bound: dict[Address, SimSocket] = {}
        self._next_port = FIRST_EPHEMERAL_PORT

    def owns(self, address: str) -> bool:
        """Whether packets to `address` stay on this machine."""
        return address == self.address or address.startswith("127.")

    def resolve(self, host: str) -> str:
        """The address of a name or literal; raises `socket.gaierror`, or `OSError` for IPv6."""
        if host.lower() == "localhost":
            return LOCALHOST
        try:
            literal = ipaddress.ip_address(host)
        except ValueError:
            return self._look_up(host)
        if literal.version != 4:
            raise failure(errno.EAFNOSUPPORT)
        return host

    def bind(self, sock: SimSocket, address: Address) -> None:
        """Give a local address to a socket; port 0 means any that is free."""
        host, port = address
        if host != ALL_INTERFACES and not self.owns(host):
            raise failure(errno.EADDRNOTAVAIL)
        if 0 < port < FIRST_UNPRIVILEGED_PORT:
            raise failure(errno.EACCES)
        wanted = (host, port or self._take_port())
        if any(_overlap(wanted, taken) for taken in self._bound):
            raise failure(errno.EADDRINUSE)
        sock.local = wanted
        self._bound[wanted] = sock

    def release(self, sock: SimSocket) -> None:
        """Free the address of a socket that is closed."""
        if self._bound.get(sock.local) is sock:
            del self._bound[sock.local]

    def forget(self) -> None:
        """Lose what the kernel knew, with the power."""
        self._bound.clear()

    def listener(self, address: Address) -> SimSocket | None:
        """The socket that listens at an address of this machine."""
        found = self._bound.get(address) or self._bound.get((ALL_INTERFACES, address[1]))
        return found if found and found.is_listening else None

    def ports_of(self, owner: "Process") -> list[int]:
        """The ports at which a process listens, in order."""
        return sorted(
            {sock.local[1] for sock in self._bound.values() if sock.owner is owner and sock.is_listening}
        )

    def connect(self, sock: SimSocket, address: Address) -> None:
        """Start to connect a socket; nobody answers from an address that no machine has."""
        host = LOCALHOST if address[0] == ALL_INTERFACES else address[0]
        sock.remote = (host, address[1])
        sock.local = (LOCALHOST if host.startswith("127.") else self.address, self._take_port())
        Handshake(self.network, sock, sock.remote).knock()

    def _look_up(self, host: str) -> str:
        name = host.lower()
        stack = self.network.stacks.get(self.network.aliases.get(name, name))
        if name in self.lost_names:
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        if stack is None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return stack.address

    def _take_port(self) -> int:
        self._next_port += 1
        return self._next_port - 1


def _overlap(one: Address, other: Address) -> bool:
    return one[1] == other[1] and (one[0] == other[0] or ALL_INTERFACES in (one[0], other[0]))
