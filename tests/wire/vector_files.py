"""Published vectors as the PyPI package `cryptography_vectors` keeps them: `name = hex` lines."""

from collections.abc import Iterator

from cryptography_vectors import open_vector_file

Record = dict[str, str]


def records(name: str, first: str) -> list[Record]:
    """Read the records of a file; each begins with the field `first`.

    A record also holds the `[name = value]` headings above it. A line without
    "=" becomes a field of its own.
    """
    headings: Record = {}
    found: list[Record] = []
    for line in _lines(name):
        field, _, value = (part.strip() for part in line.strip("[]").partition("="))
        if line.startswith("["):
            headings[field] = value
        elif field == first:
            found.append({**headings, field: value})
        else:
            found[-1][field] = value
    return found


def _lines(name: str) -> Iterator[str]:
    with open_vector_file(name, "r") as file:
        yield from (line.strip() for line in file if line.strip() and not line.startswith("#"))
