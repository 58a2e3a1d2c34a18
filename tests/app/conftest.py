"""Where each test of the command line works."""

from pathlib import Path

import pytest

from tests.app.psync_process import Site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)
