"""A dry run that does something is told."""

import pytest
from msgspec import structs

from psync.core.changes import WriteFile
from psync.engine.events import ChangeDone
from sim.checkers.checker import Broken
from sim.checkers.dry import Dry
from sim.faults import RivalRun, TargetWritten
from sim.plan import FileSpec
from sim.trial import Trial, carry_out
from tests.expectations import does_not_raise
from tests.sim.checkers.trials import beginning
from tests.sim.plans import PLAN, with_faults

TRIED = structs.replace(PLAN, is_dry_run_first=True)
MISSING = structs.replace(TRIED, target=(), is_target_missing=True)


def begun(trial: Trial) -> Dry:
    trial.is_run_dry = True
    checker = Dry(trial)
    checker.before_run()
    return checker


@pytest.mark.parametrize("path", [b"/a", b"/new", b""])
def test_what_a_dry_run_has_changed_is_told(path: bytes) -> None:
    with beginning(TRIED) as trial:
        checker, files = begun(trial), trial.machine("far").files
        trial.machine("far").disk.watchers.clear()
        with does_not_raise():
            checker.after_dry_run(0)

        if path:
            files.write(b"/srv/data" + path, b"content")
        files.set_time(b"/srv/data" + path, 1)
        with pytest.raises(Broken, match=f"dry: the target has changed: .*{path[1:]!r}"):
            checker.after_dry_run(0)


def test_a_target_that_was_made_is_told() -> None:
    with beginning(MISSING) as trial:
        checker = begun(trial)

        trial.machine("far").files.make_folder(b"/srv/data")

        with pytest.raises(Broken, match=r"dry: the target has changed: \[b''\]"):
            checker.after_dry_run(0)


def test_what_is_called_done_is_told_and_a_failure_without_a_cause() -> None:
    with beginning(TRIED) as trial:
        checker = begun(trial)

        with pytest.raises(Broken, match="dry: b'a' is called done"):
            checker.heard(ChangeDone(WriteFile(1, (b"a",), 0, 0), 0))
        with pytest.raises(Broken, match="dry: exit code 3, and nothing has failed"):
            checker.after_dry_run(3)


@pytest.mark.parametrize("fault", [RivalRun("far", 10), TargetWritten("far", 3)])
def test_what_somebody_else_has_done_is_no_trouble(fault: RivalRun | TargetWritten) -> None:
    result, _ = carry_out(structs.replace(TRIED, faults=(fault,)))

    assert (result.broken, len(result.effects)) == ("", 1)


@pytest.mark.parametrize("plan", [TRIED, MISSING], ids=["there", "missing"])
def test_a_dry_run_of_psync_tells_all_and_does_nothing(plan) -> None:
    result, world = carry_out(plan)

    assert (result.broken, result.exit_codes, "dry run" in result.reached) == ("", (0, 0, 0), True)
    assert world.machines["far"].files.read(b"/srv/data/a") == FileSpec("a", 100, 1).content


def test_it_has_nothing_to_do_without_a_dry_run() -> None:
    assert [Dry.is_for(plan) for plan in (with_faults(), TRIED)] == [False, True]
