"""What continuous integration tries: worlds that nobody has seen yet, others with each commit.

The seeds follow from the commit, so that a commit passes or fails as a whole, and
whoever makes one can know beforehand. Without git they are drawn anew each time.

How many new worlds, in percent, stands in the environment as CAMPAIGN_PERCENT;
100 is 200 small ones and 20 of medium size.
"""

import hashlib
import logging
import os

import pytest

from sim.presets import derive
from sim.trial import carry_out
from tests.checkout import last_commit

PERCENT = int(os.environ.get("CAMPAIGN_PERCENT", "100"))

# Seeds of one test.
BATCHES = [*[("chaos", 25)] * (8 * PERCENT // 100), *[("medium", 10)] * (2 * PERCENT // 100)]


COMMIT = last_commit() or os.urandom(16).hex()


def _broken(preset: str, seed: int) -> str:
    """What a seed breaks, with the line that does it again; nothing if all was kept."""
    result, _ = carry_out(derive(preset, seed))
    return f"{result.broken}\n    python -m sim run --preset {preset} --seed {seed}" if result.broken else ""


@pytest.mark.parametrize(
    "batch", range(len(BATCHES)), ids=[f"{place}-{preset}" for place, (preset, _) in enumerate(BATCHES)]
)
def test_worlds_that_nobody_has_seen_keep_every_promise(batch: int):
    preset, count = BATCHES[batch]
    first = int.from_bytes(hashlib.sha256(f"{COMMIT} {batch}".encode()).digest()[:4])
    logging.warning("%s, %d seeds from %d on", preset, count, first)  # told also of one that is not in time
    broken = [found for seed in range(first, first + count) if (found := _broken(preset, seed))]

    if broken:
        pytest.fail(f"of {count} seeds from {first} on, {len(broken)} broke a promise:\n" + "\n".join(broken))
