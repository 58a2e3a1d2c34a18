"""A small tree on the real disk, open as a job's folder and as its target."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from psync.core.settings import Durability
from psync.disk.folder import Folder, open_folder
from psync.disk.stage import TemporaryNames
from psync.disk.target import Target
from tests.disk.recorded_system import REAL
from tests.disk.trees import open_descriptors, plant


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return plant(tmp_path / "root", {"file": b"old", "sub/file": b"old", "empty": None})


@pytest.fixture
def folder(root: Path) -> Iterator[Folder]:
    """The tree, open; in the end every descriptor has been given back."""
    before = open_descriptors()
    with open_folder(REAL, os.fsencode(root)) as folder:
        yield folder
    assert open_descriptors() == before


@pytest.fixture
def target(folder: Folder) -> Iterator[Target]:
    target = Target(folder, TemporaryNames(REAL), Durability.NONE)
    yield target
    target.close()
