"""How the two sides of a job are set up: the port and the keys that an operator has typed on each machine."""

from functools import cache

from msgspec import Struct

from psync.core.addresses import DEFAULT_PORT
from psync.wire.keys import GENERATED_KEY_BYTES, Secret, generate_key, stretch


class Keys(Struct, frozen=True):
    """User name and password. A password is a generated key, which needs no stretching; a user name alone does."""

    user: str = ""
    password: str = ""

    @property
    def secret(self) -> Secret:
        """What psync makes of them, by its own derivation; once for all worlds, since stretching takes 0.4 s."""
        return _stretched(self.user, self.password)


_stretched = cache(stretch)


NO_KEYS = Keys()
KEYS = Keys("alice", generate_key(bytes(range(GENERATED_KEY_BYTES))))

OTHER_USER = "bob"
OTHER_PASSWORD = generate_key(bytes(reversed(range(GENERATED_KEY_BYTES))))


class Setup(Struct, frozen=True):
    """What one machine is told: of a client the port that it dials, of a listener the one that it listens at."""

    port: int = DEFAULT_PORT
    keys: Keys = NO_KEYS
