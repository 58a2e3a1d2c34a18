"""The network in front of a real listener: it carries, listens in, and fails when it is told to."""

import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress

PART_BYTES = 64 * 1024

# So that the kernel resets a connection that is closed (socket(7)).
RESET = struct.pack("ii", 1, 0)


class Fault:
    """Begins when so many bytes have passed since it was armed. `kind`: silent or reset."""

    def __init__(self, kind: str, after_bytes: int) -> None:
        self.kind = kind
        self.is_over = threading.Event()
        self._left = after_bytes

    def is_met(self, size: int) -> bool:
        """Count bytes; say whether they are too many."""
        self._left -= size
        return self._left < 0 and not self.is_over.is_set()


class Network:
    """What has been heard on all wires, and the faults that all of them have."""

    def __init__(self) -> None:
        self.heard = bytearray()
        self.faults: dict[str, Fault] = {}
        self._lock = threading.Lock()

    def arm(self, name: str, kind: str, after_bytes: int) -> None:
        """Have connections fail."""
        self.faults[name] = Fault(kind, after_bytes)

    def heal(self, name: str) -> None:
        """End a fault."""
        self.faults.pop(name).is_over.set()

    def heal_all(self) -> None:
        """End all faults."""
        for name in list(self.faults):
            self.heal(name)

    def pass_by(self, data: bytes) -> bool:
        """Hear what is carried; hold it back as long as a fault says; give False if the connection is lost."""
        with self._lock:
            self.heard += data
            met = [fault for fault in self.faults.values() if fault.is_met(len(data))]
        for fault in met:
            if fault.kind == "reset":
                return False
            fault.is_over.wait()
        return True


class Connection:
    """One that is carried, by a thread for each direction; the last one of them closes both sockets."""

    def __init__(self, network: Network, near: socket.socket, far: socket.socket) -> None:
        self._network = network
        self._ends = (near, far)
        self._lock = threading.Lock()
        self._carriers = 2
        self._is_dropped = False
        self.threads = [_started(self._carry, near, far), _started(self._carry, far, near)]

    def drop(self) -> None:
        """End it in both directions."""
        self._is_dropped = True
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(PART_BYTES):
                if not self._network.pass_by(data):
                    self._reset()
                    break
                target.sendall(data)
            else:
                target.shutdown(socket.SHUT_WR)
        except OSError:  # one side was reset: so is the other
            if not self._is_dropped:
                self._reset()
        with self._lock:
            self._carriers -= 1
        if not self._carriers:
            for end in self._ends:
                end.close()

    def _reset(self) -> None:
        for end in self._ends:
            with suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                # The kernel resets it once nobody reads any more: this wakes the other thread and sends nothing.
                end.shutdown(socket.SHUT_RD)
            end.close()


class Wire:
    """Takes connections at one address and carries them to another one."""

    def __init__(self, network: Network, near: tuple[str, int], far: tuple[str, int]) -> None:
        self._network = network
        self._far = far
        self._connections: list[Connection] = []
        self._server = socket.create_server(near)
        self._accepting = _started(self._accept)

    def cut(self) -> None:
        """Take no further connection; those that are there end with their peers."""
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._accepting.join()

    def drop(self) -> None:
        """End what is still carried; no fault may hold it back any more."""
        self.cut()
        for connection in self._connections:
            connection.drop()
        for connection in self._connections:
            for thread in connection.threads:
                thread.join()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            try:
                listener = socket.create_connection(self._far)
            except OSError:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                client.close()
                continue
            self._connections.append(Connection(self._network, client, listener))


def _started(target: Callable[..., None], *arguments: socket.socket) -> threading.Thread:
    thread = threading.Thread(target=target, args=arguments, daemon=True)
    thread.start()
    return thread
