"""A run over a slow link costs a handful of round trips, whatever the number of files."""

import asyncio
from pathlib import Path

import pytest

from tests.acceptance.site import HOST, Ran, site
from tests.acceptance.slow_link import slow_link
from tests.acceptance.trees import File, Folder, plant

TIME_NS = 1_600_000_000_123_456_789
FILES_PER_FOLDER = 100
FOLDERS = 20

# Two flights are a round trip. A connection takes six to shake hands and to open its folder, two to say
# goodbye, and what lies between does not depend on the number of files or folders. A push waits for its
# outcomes as well. The rest of the limit is for a machine that is busy with other things.
FLIGHTS_MAX = {"push": 20, "pull": 20, "both ends TCP": 36}


def tree() -> Folder:
    numbers = range(FILES_PER_FOLDER)
    files = Folder({b"%d" % number: File(500, number, 0o644, TIME_NS) for number in numbers}, 0o755, TIME_NS)
    return Folder({b"%d" % number: files for number in range(FOLDERS)}, 0o755, TIME_NS)


async def run_twice(topology: str, root: Path) -> list[tuple[Ran, int]]:
    """Bring `source` into `target`, and once more; give both runs, and how many flights each took."""
    runs: list[tuple[Ran, int]] = []
    async with site(root) as at, slow_link(HOST, at.port) as link:
        for _ in range(2):
            before = link.flights
            ran = await at.copy(topology, root / "source", root / "target", port=link.port)
            await link.at_rest()
            runs.append((ran, link.flights - before))
    return runs


@pytest.mark.parametrize("topology", FLIGHTS_MAX)
def test_2000_files_cost_a_handful_of_round_trips(topology: str, root: Path) -> None:
    plant(tree(), root / "source")

    (first, first_flights), (second, second_flights) = asyncio.run(run_twice(topology, root))

    assert (first.exit_code, first.summary.files_sent) == (0, 2000)
    assert (second.exit_code, second.summary.files_unchanged) == (0, 2000)
    assert first_flights <= FLIGHTS_MAX[topology]
    assert second_flights <= FLIGHTS_MAX[topology]
