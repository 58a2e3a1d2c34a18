"""What a sweep has found, as a value: the same for the same seeds, however many processes made it."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping

from msgspec import Struct

from sim.arguments import counted
from sim.sometimes import NOT_DRAWN, SOMETIMES
from sim.trial import Result

# All faults come together in this preset. The rarest of the catalogue is reached by one seed in some thousand.
CAMPAIGN_PRESET = "chaos"
CAMPAIGN_SEEDS = 20_000


class Finding(Struct, frozen=True):
    """A seed that broke a promise."""

    seed: int
    broken: str


class Speed(Struct, frozen=True):
    """How long a sweep took, of the clock and of all processors together."""

    jobs: int
    wall_seconds: float
    processor_seconds: float


class Summary(Struct, frozen=True):
    """A sweep as `--json` prints it. `effects` counts events, `reached` seeds; `never` was reached by none.

    `digest` is over what every seed's programs told. All but `speed` is the same every time.
    """

    preset: str
    seeds: str
    tried: int
    broken: tuple[Finding, ...]
    effects: dict[str, int]
    reached: dict[str, int]
    never: tuple[str, ...]
    virtual_seconds: float
    digest: str
    speed: Speed


class Tally:
    """Adds up results in the order of their seeds."""

    def __init__(self) -> None:
        self.tried = 0
        self.findings: list[Finding] = []
        self._effects: Counter[str] = Counter()
        self._reached: Counter[str] = Counter()
        self._virtual_seconds = 0.0
        self._digest = hashlib.sha256()

    def add(self, seed: int, result: Result) -> Finding | None:
        """Count what one seed has come to; give what it broke, if it did."""
        finding = Finding(seed, result.broken) if result.broken else None
        self.tried += 1
        self.findings += [finding] if finding else []
        self._effects.update(result.effects)
        self._reached.update(result.reached)
        self._virtual_seconds += result.virtual_seconds
        self._digest.update(f"{seed} {result.application_digest} {result.broken}\n".encode())
        return finding

    def summary(self, preset: str, seeds: str, speed: Speed) -> Summary:
        """All of it."""
        return Summary(
            preset,
            seeds,
            self.tried,
            tuple(self.findings),
            dict(sorted(self._effects.items())),
            dict(sorted(self._reached.items())),
            never(self._reached),
            round(self._virtual_seconds, 6),
            self._digest.hexdigest(),
            speed,
        )


def never(reached: Iterable[str]) -> tuple[str, ...]:
    """The names of the catalogue that were not reached, and could have been."""
    return tuple(sorted(SOMETIMES.keys() - NOT_DRAWN - set(reached)))


def missed(summary: Summary) -> tuple[str, ...]:
    """What a campaign large enough to have reached everything has not reached: it has not tried enough."""
    is_campaign = summary.preset == CAMPAIGN_PRESET and summary.tried >= CAMPAIGN_SEEDS
    return summary.never if is_campaign else ()


def text_of(summary: Summary) -> list[str]:
    """Lines for an operator: how fast it was, what failed, what was reached."""
    return [*speed_lines(summary), *coverage_lines(summary.effects, summary.reached)]


def speed_lines(summary: Summary) -> list[str]:
    """How many seeds an hour, and how much faster than the clock."""
    speed = summary.speed
    overall = summary.tried * 3600 / max(speed.wall_seconds, 1e-9)
    a_core = summary.tried * 3600 / max(speed.processor_seconds, 1e-9)
    times = summary.virtual_seconds / max(speed.wall_seconds, 1e-9)
    return [
        f"{counted(summary.tried, 'seed')} in {speed.wall_seconds:,.1f} s with {counted(speed.jobs, 'process')}, "
        f"{len(summary.broken):,} broken",
        f"{overall:,.0f} seeds an hour, {a_core:,.0f} an hour of one core; {times:,.0f} x real time",
        f"digest {summary.digest}",
    ]


def coverage_lines(effects: Mapping[str, int], reached: Mapping[str, int]) -> list[str]:
    """Faults by their effect, and which of the *sometimes* were reached by how many seeds."""
    missing = never(reached)
    return [
        *_table("faults by effect", effects),
        *_table("reached sometimes, by so many seeds", reached),
        "never reached:" if missing else "never reached: none",
        *(f"  {name:<30} {SOMETIMES[name]}" for name in missing),
    ]


def _table(title: str, counts: Mapping[str, int]) -> list[str]:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [f"{title}:" if ordered else f"{title}: none", *(f"  {name:<30} {n:>9,}" for name, n in ordered)]
