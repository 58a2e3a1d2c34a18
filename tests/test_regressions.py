"""Plans that once broke a promise: `python -m sim shrink` keeps them here, and they break none any more."""

from pathlib import Path

from sim.mutants.mutant import load_mutants
from sim.mutants.saved import load_plan
from sim.replay import read, write
from sim.shrink import promise_of
from sim.trial import carry_out

REGRESSIONS = Path(__file__).parent / "regressions"


def broken_in(folder: Path) -> dict[str, str]:
    """What the plans of a folder break, by the names of their files."""
    results = {file.name: carry_out(read(file).plan)[0].broken for file in sorted(folder.glob("*.json"))}
    return {name: broken for name, broken in results.items() if broken}


def test_no_plan_that_was_kept_breaks_a_promise():
    assert broken_in(REGRESSIONS) == {}


def test_a_bug_that_comes_back_is_found(tmp_path: Path):
    mutant = load_mutants()["deletes_without_being_asked"]
    write(tmp_path / "planted.json", load_plan(mutant), "")

    with mutant.planted():
        broken = broken_in(tmp_path)

    assert (broken_in(tmp_path), list(broken)) == ({}, ["planted.json"])
    assert promise_of(broken["planted.json"]).startswith("deletions: NAME was deleted")
