"""Plans that once broke a promise: `python -m sim shrink` keeps them here, and they break none any more."""

from pathlib import Path

from sim.faults import PowerCut
from sim.plan import Plan
from sim.replay import read, write
from sim.trial import carry_out

REGRESSIONS = Path(__file__).parent / "regressions"


def broken_in(folder: Path) -> dict[str, str]:
    """What the plans of a folder break, by the names of their files."""
    results = {file.name: carry_out(read(file).plan)[0].broken for file in sorted(folder.glob("*.json"))}
    return {name: broken for name, broken in results.items() if broken}


def test_no_plan_that_was_kept_breaks_a_promise():
    assert broken_in(REGRESSIONS) == {}


def test_a_plan_that_breaks_a_promise_is_found(tmp_path: Path):
    write(tmp_path / "planted.json", Plan("clean", 1, faults=(PowerCut("nowhere", 1),)), "")

    assert broken_in(tmp_path) == {"planted.json": "error: KeyError('nowhere')"}
