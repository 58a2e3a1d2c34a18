"""Room for trees, given back at the end of each test: pytest's own folders stay for three runs."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest


@pytest.fixture
def root() -> Iterator[Path]:
    """An empty folder, under which everything of a test lies."""
    with TemporaryDirectory(prefix="psync-acceptance-") as folder:
        root = Path(folder, "root")
        root.mkdir()
        yield root
