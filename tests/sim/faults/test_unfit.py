"""Entries that cannot be replicated: each is told for its reason, keeps nothing else back, and is taken away in the end."""

import pytest
from msgspec import structs

from sim.faults.unfit import EntryUnfit, Unfit
from sim.plan import Plan
from sim.trial import carry_out
from tests.sim.plans import PLAN

# A target under Windows, with files that stay.
KEEPING = structs.replace(PLAN, windows=("far",), is_deleting=False)

# The fault, the problem that is told, and the exit code of the first run.
FAULTS = {
    "a pipe": (EntryUnfit(Unfit.PIPE, "new/pipe"), "SPECIAL_FILE", 0),
    "a name that Windows forbids": (EntryUnfit(Unfit.NAME, "sub/nul"), "NAME_INVALID", 1),
    "two names that are one for Windows": (EntryUnfit(Unfit.TWIN, "sub/both"), "NAME_CONFLICT", 1),
    "a folder in the way of a file": (EntryUnfit(Unfit.FOLDER, "sub/c"), "KIND_CONFLICT", 1),
}


@pytest.mark.parametrize(("fault", "code", "exit_code"), FAULTS.values(), ids=FAULTS)
def test_it_is_told_and_the_run_after_its_end_converges(fault: EntryUnfit, code: str, exit_code: int) -> None:
    result, _ = carry_out(structs.replace(KEEPING, faults=(fault,)))

    assert (result.broken, result.exit_codes) == ("", (exit_code, 0, 0))
    assert result.effects == {f"EntryUnfit {fault.kind}": 1}
    assert f"problem {code}" in result.reached


# Where it would be no trouble: plans and faults that do not go together.
HARMLESS = {
    "a name that Linux allows": (PLAN, EntryUnfit(Unfit.NAME, "a:b")),
    "two names that Linux tells apart": (PLAN, EntryUnfit(Unfit.TWIN, "both")),
    "a pipe where the source has a file": (KEEPING, EntryUnfit(Unfit.PIPE, "a")),
    "a folder that will be deleted": (PLAN, EntryUnfit(Unfit.FOLDER, "sub/c")),
    "a folder where the target has something": (KEEPING, EntryUnfit(Unfit.FOLDER, "a")),
    "a folder where the source has nothing": (KEEPING, EntryUnfit(Unfit.FOLDER, "missing")),
}


@pytest.mark.parametrize(("plan", "fault"), HARMLESS.values(), ids=HARMLESS)
def test_where_it_would_be_no_trouble_it_has_no_effect(plan: Plan, fault: EntryUnfit) -> None:
    result, _ = carry_out(structs.replace(plan, faults=(fault,)))

    assert (result.broken, result.effects, result.exit_codes) == ("", {}, (0, 0, 0))
