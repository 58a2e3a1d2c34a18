"""What every acceptance test needs: pytest's own folders would stay for three runs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.room import room


@pytest.fixture
def root() -> Iterator[Path]:
    """An empty folder, under which everything of a test lies."""
    with room() as folder:
        yield folder
