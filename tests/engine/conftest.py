"""Ends of both kinds for a test that holds for either."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from psync.system import System
from tests.disk.trees import open_descriptors, temporaries
from tests.engine.ends import KINDS, Ends, Trial
from tests.engine.loops import run
from tests.engine.trees import Tree, plant


@pytest.fixture(params=KINDS)
def trial(request: pytest.FixtureRequest, tmp_path: Path) -> Trial:
    def run_with(
        test: Callable[[Ends], Awaitable[None]], tree: Tree | None = None, system: System | None = None
    ) -> None:
        if tree is not None:
            plant(tmp_path / "root" / "data", tree)

        async def main() -> None:
            async with KINDS[request.param](tmp_path, system) as ends:
                await test(ends)

        before = open_descriptors()
        run(main())
        assert open_descriptors() == before
        assert temporaries(tmp_path / "root") == []

    return run_with
