"""What a program is told when it starts, as checked values.

`psync.app` reads them from the command line; programs in `psync.engine` take
them with a `System`. Keys come stretched, so that nothing below pays for it.
"""

from enum import StrEnum
from ipaddress import ip_address

from msgspec import Struct

from psync.core.addresses import DEFAULT_PORT, Address, LocalAddress
from psync.core.errors import NetworkUnauthenticated
from psync.core.filters import Filters
from psync.core.rootpath import RootPath

DEFAULT_JOB = "Replication"
DEFAULT_INSTANCE = "default"
ALL_INTERFACES = ""
LOOPBACK = "127.0.0.1"


class Durability(StrEnum):
    """What survives a power cut once it is acknowledged: with `none`, nothing is promised."""

    BATCH = "batch"
    FILE = "file"
    NONE = "none"


class OpenRole(StrEnum):
    """What an end is opened for. INSPECT reads a target and neither makes nor locks anything."""

    SOURCE = "source"
    TARGET = "target"
    INSPECT = "inspect"


class ListenerSettings(Struct, frozen=True):
    """A listener. `host` is the address to listen at, None for the default; `port` 0 takes a free one.

    Raises `NetworkUnauthenticated` for a listener without a key that others could reach.
    """

    host: str | None = None
    port: int = DEFAULT_PORT
    root: RootPath | None = None
    is_keyed: bool = False
    is_read_only: bool = False
    instance: str = DEFAULT_INSTANCE
    allow_unauthenticated_network: bool = False
    state_folder: str = ""

    def __post_init__(self) -> None:
        if self.is_keyed or not self.is_exposed:
            return
        if not self.allow_unauthenticated_network or self.root is None:
            raise NetworkUnauthenticated(what="the listener")

    @property
    def address(self) -> str:
        """Where to listen: with a key on all interfaces, without one on this machine only."""
        if self.host is not None:
            return self.host
        return ALL_INTERFACES if self.is_keyed else LOOPBACK

    @property
    def is_exposed(self) -> bool:
        """Whether other machines can call."""
        return not is_loopback(self.address)


class CopySettings(Struct, frozen=True):
    """One run that brings the source's contents into the target.

    Raises `NetworkUnauthenticated` for a connection without a key to another machine,
    `PatternInvalid` for a pattern that cannot be read.
    """

    source: Address
    target: Address
    port: int | None = None
    delete: bool = False
    exclude: tuple[str, ...] = ()
    job: str = DEFAULT_JOB
    durability: Durability = Durability.BATCH
    dry_run: bool = False
    is_keyed: bool = False
    allow_unauthenticated_network: bool = False

    def __post_init__(self) -> None:
        Filters(self.exclude)
        if self.is_keyed or self.allow_unauthenticated_network:
            return
        if hosts := self._hosts_elsewhere:
            raise NetworkUnauthenticated(what=f"the connection to {hosts[0]}")

    @property
    def is_exposed(self) -> bool:
        """Whether a connection leaves this machine."""
        return bool(self._hosts_elsewhere)

    @property
    def _hosts_elsewhere(self) -> list[str]:
        ends = (self.source, self.target)
        hosts = [address.host for address in ends if not isinstance(address, LocalAddress)]
        return [host for host in hosts if not is_loopback(host)]


def is_loopback(host: str) -> bool:
    """Whether an address or name means this machine by its spelling alone.

    `127.example.com` is a name like any other, and means whatever its owner says.
    """
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
