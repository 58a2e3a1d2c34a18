"""The error of a simulated system call."""

import errno

from sim.failure import failure


def test_an_error_has_the_class_text_and_names_of_a_real_one():
    error = failure(errno.ENOENT, b"name")

    assert (type(error), error.errno, error.strerror, error.filename) == (
        FileNotFoundError,
        errno.ENOENT,
        "No such file or directory",
        b"name",
    )
