"""One listener of a name on one machine: the claim is an abstract Unix socket.

Why a socket without a file: it ends with its process, however that was ended,
so that no stale claim can block a start, and there is no folder whose owner or
mode decides who may see it. Two users of one machine therefore exclude each
other, as do a service and an application of different versions.

Scope: a network namespace. That is the machine, unless containers have networks
of their own; then each is a machine, with ports of its own as well.

Attack: every local user may take a free name, as with a port, and then no
listener of that name starts; the refusal names the process. Nothing more is to
be had: nothing is ever read from the socket or written to it, and all that is
believed of it comes from the kernel.
"""

import errno
import os
import socket
import struct

from psync.system import InstanceClaimed

# 107 bytes are left for an abstract name (unix(7)); a longer instance raises ENAMETOOLONG.
_NAME = "\0psync-listener-"
_NAME_BYTES_MAX = 108

# A refused start connects to ask for the owner, and stays in the holder's queue, since nobody accepts.
# Each costs the kernel about 2 KiB until the holder ends; once the queue is full, the owner is unknown.
_REFUSALS_MAX = 256

# A holder that ends between the refusal and the question leaves a free name: then try again.
_ATTEMPTS = 3

_CREDENTIALS = struct.Struct("iII")  # struct ucred: process, user, group


class HeldName:
    """The claim to a name, held until `release`, or until the process ends."""

    def __init__(self, claim: socket.socket) -> None:
        self._claim = claim

    def release(self) -> None:
        """Free the name; a second call does nothing."""
        self._claim.close()


def claim_instance(instance: str) -> HeldName:
    """Become the only listener called `instance`, or raise `InstanceClaimed` with its process id.

    Raises `OSError` where sockets are forbidden, or the name is too long.
    """
    name = _socket_name(instance)
    for _ in range(_ATTEMPTS):
        claim = _bind(name)
        if claim is not None:
            return HeldName(claim)
        owner = _owner(name)
        if owner is not None:
            raise InstanceClaimed(owner)
    raise InstanceClaimed(None)


def _socket_name(instance: str) -> bytes:
    name = (_NAME + instance).encode("utf-8", "surrogateescape")
    if len(name) > _NAME_BYTES_MAX:
        raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG), instance)
    return name


def _bind(name: bytes) -> socket.socket | None:
    claim = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        claim.bind(name)
        # Listening is what makes the kernel tell others whose socket this is.
        claim.listen(_REFUSALS_MAX)
    except OSError as error:
        claim.close()
        if error.errno == errno.EADDRINUSE:
            return None
        raise
    return claim


def _owner(name: bytes) -> int | None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as question:
        question.setblocking(False)
        if question.connect_ex(name) != 0:
            return None
        # The other end of a connection that nobody accepted is the process that listens.
        credentials = question.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    process: int = _CREDENTIALS.unpack(credentials)[0]
    return process or None  # 0: a process that cannot be seen from this process namespace
