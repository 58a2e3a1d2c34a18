"""The error of a simulated system call."""

import os


class NotSimulated(AttributeError):
    """Production code has asked for something that the seam does not list, or that must not happen."""


def failure(number: int, *names: int | bytes) -> OSError:
    """Make the error that a kernel returns as `number`; OSError picks its own subclass.

    `names`: the path or descriptor that the error shall name.
    """
    return OSError(number, os.strerror(number), *names)
