"""psync by another version: there has been no other one yet that two could be told apart by, but the word for it.

What all versions have to share, the claim of a machine's one listener, must not depend on it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import psync

# The variable with the version that a process is to be of, if it is to be of another one.
VERSION = "CONFORMANCE_VERSION"


@contextmanager
def of_version(version: str) -> Iterator[None]:
    """Have psync in this process be of a version; of its own for an empty one."""
    own = psync.__version__
    psync.__version__ = version or own
    try:
        yield
    finally:
        psync.__version__ = own
