"""Plans that once broke a promise: `python -m sim shrink` keeps them here, and they break none any more."""

import re
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


def test_the_table_tells_of_each_plan_its_file_and_its_seed():
    table = (REGRESSIONS / "README.md").read_text("utf-8")
    rows = re.findall(r"^\| `(.+?)` \| (.+?) \| .+ \| [0-9a-f]{7} \|$", table, re.MULTILINE)
    plans = {file.name: read(file).plan for file in REGRESSIONS.glob("*.json")}

    assert dict(rows) == {name: f"{plan.preset} {plan.seed}" for name, plan in plans.items()}


def test_the_commit_that_a_kept_plan_names_is_whole():
    """One with changes behind it, -dirty, leads nowhere."""
    commits = {file.name: read(file).origin.commit for file in REGRESSIONS.glob("*.json")}

    assert {
        name: commit for name, commit in commits.items() if not re.fullmatch("[0-9a-f]{40}", commit)
    } == {}
