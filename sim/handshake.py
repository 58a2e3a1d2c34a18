"""How a connection comes about: SYN, SYN-ACK, or a refusal, or no answer at all."""

import errno
from functools import partial
from typing import TYPE_CHECKING

from sim.link import SECOND_NS
from sim.sockets import Address, SimSocket
from sim.tcp import join

if TYPE_CHECKING:
    from sim.network import Network
    from sim.stack import Stack

# tcp_syn_retries of Linux: a SYN is sent again after 1, 2, 4 … 32 s, and given up 64 s later.
SYN_RETRIES = 6


class Handshake:
    """The attempt of one socket to connect. Its outcome is told to the socket."""

    def __init__(self, network: "Network", client: SimSocket, remote: Address) -> None:
        self._network = network
        self._client = client
        self._remote = remote
        self._attempts = 0

    def knock(self) -> None:
        """Send a SYN, unless the program has given up."""
        if not self._client.is_connecting:
            return
        server = self._network.find(self._client.stack, self._remote[0])
        if server is None:
            self._knock_again()
            return
        self._there, self._back = self._network.wires(self._client, server)
        self._there.carry("SYN", 0, partial(self._arrive, server))

    def _knock_again(self) -> None:
        delay_ns = SECOND_NS << self._attempts
        is_last = self._attempts == SYN_RETRIES
        self._attempts += 1
        timeout = partial(self._client.refuse, errno.ETIMEDOUT)
        self._network.agenda.after(delay_ns, timeout if is_last else self.knock)

    def _arrive(self, server: "Stack") -> None:
        listener = server.listener(self._remote)
        if listener is None or server.is_refusing:
            self._back.carry("RST", 0, partial(self._client.refuse, errno.ECONNREFUSED))
        elif listener.is_full:
            self._knock_again()
        else:
            near, far = join(self._there, self._back)
            listener.enqueue(self._remote, self._client.local, far)
            self._back.carry("SYN-ACK", 0, partial(self._client.establish, near))
