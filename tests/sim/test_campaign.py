"""What continuous integration tries: worlds that nobody has seen yet.

How many new worlds, in percent, stands in the environment as CAMPAIGN_PERCENT;
100 is about 2,000 small ones and 200 of medium size.
"""

import logging
import os

import pytest

from sim.presets import derive
from sim.trial import carry_out

PERCENT = int(os.environ.get("CAMPAIGN_PERCENT", "100"))

# Seeds of one test. Each test draws its first seed anew, so that workers need not agree on one.
BATCHES = [*[("chaos", 25)] * (80 * PERCENT // 100), *[("medium", 10)] * (20 * PERCENT // 100)]


def _broken(preset: str, seed: int) -> str:
    """What a seed breaks, with the line that does it again; nothing if all was kept."""
    result, _ = carry_out(derive(preset, seed))
    return f"{result.broken}\n    python -m sim run --preset {preset} --seed {seed}" if result.broken else ""


@pytest.mark.parametrize(
    ("preset", "count"), BATCHES, ids=[f"{place}-{preset}" for place, (preset, _) in enumerate(BATCHES)]
)
def test_worlds_that_nobody_has_seen_keep_every_promise(preset: str, count: int):
    first = int.from_bytes(os.urandom(4))
    logging.warning("%s, %d seeds from %d on", preset, count, first)  # told also of one that is not in time
    broken = [found for seed in range(first, first + count) if (found := _broken(preset, seed))]

    if broken:
        pytest.fail(f"of {count} seeds from {first} on, {len(broken)} broke a promise:\n" + "\n".join(broken))
