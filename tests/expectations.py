"""What a test expects that holds because nothing is raised: said where it is held."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def does_not_raise() -> Iterator[None]:
    """Fail, with what was raised, unless the block comes to its end."""
    try:
        yield
    except Exception as error:
        raise AssertionError(f"raised {error!r}") from error
