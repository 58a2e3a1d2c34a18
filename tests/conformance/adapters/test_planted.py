"""The program that runs mutants: it fits them to psync as it is, or does not start."""

import sys
from contextlib import ExitStack, closing
from typing import Any

import pytest
from msgspec import UNSET, structs

from conformance.adapters.audited import BUGS
from conformance.adapters.planted import mutations_of, serve_planted
from conformance.adapters.psync_functions import FUNCTIONS
from conformance.mutant import Exchange, Mutant, load_mutants
from conformance.target import AdapterTarget
from sim.mutants.mutant import MutantUnfit
from tests.expectations import does_not_raise

MUTANTS = load_mutants()
BUILT = {name: mutant for name, mutant in MUTANTS.items() if mutant.plants}

LOWEST = {"field": "port", "value": "1024"}
PROGRAM = [sys.executable, "-m", "conformance.adapters.planted", "S"]


@pytest.mark.parametrize("mutant", BUILT.values(), ids=BUILT)
def test_a_mutant_fits_psync_as_it_is(mutant: Mutant) -> None:
    with does_not_raise(), ExitStack() as planted:
        for mutation in mutations_of(mutant):
            planted.enter_context(mutation.planted())


def test_one_that_fits_no_more_is_told_with_its_name_and_its_lines() -> None:
    mutant = BUILT["port.exclusive"]
    [plant] = mutant.plants
    unfit = structs.replace(
        mutant, plants=(structs.replace(plant, exchanges=(Exchange("no such line", ""),)),)
    )

    with (
        pytest.raises(
            MutantUnfit, match=r"port\.exclusive: stands 0 times in psync\.core\.addresses:\nno such line"
        ),
        mutations_of(unfit)[0].planted(),
    ):
        pass


def asked(names: list[str], op: str, params: dict[str, Any]) -> tuple[str, object]:
    """What the program calls itself, and what it answers."""
    with closing(AdapterTarget([*PROGRAM, *names])) as target:
        about = target.ask("hello", {"protocol": 1}).ok
        assert about is not UNSET
        answer = target.ask(op, params)
        return about["version"], answer.ok if answer.ok is not UNSET else answer.rejected


def test_the_program_has_the_bugs_that_it_was_told() -> None:
    version, answer = asked(["port.exclusive", "svc.two"], "validate_config", LOWEST)

    assert version.endswith(" with port.exclusive and svc.two")
    assert getattr(answer, "code", None) == "PORT_INVALID"


def test_without_a_name_it_is_psync() -> None:
    version, answer = asked([], "validate_config", LOWEST)

    assert (version.endswith(" with no bug"), answer) == (True, FUNCTIONS["validate_config"](LOWEST))


def test_an_unknown_name_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        BUGS, ""
    )  # which serving sets for the processes that it starts: no test after this one has it
    with pytest.raises(KeyError, match=r"port\.unheard_of"):
        serve_planted("S", ["port.unheard_of"])
