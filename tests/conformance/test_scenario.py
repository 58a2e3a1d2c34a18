"""Scenarios are registered under permanent ids, say what they are about, and ask for what the catalogue has."""

import inspect
import pkgutil

import pytest

from conformance import scenarios
from conformance.catalogue import load_catalogue
from conformance.scenario import BOTH, REGISTERED, Scenario, scenario
from conformance.scenarios import MODULES, SCENARIOS
from conformance.stage import Stage
from conformance.vector import VECTORS, load_vectors
from tests.checkout import ROOT

# One a line. Deviation files of others name them: one that is gone leaves a stale row with somebody.
IDS = ROOT / "tests/conformance/scenarios/ids.txt"

# What scenarios share.
ARRANGEMENTS = {"beset", "pair", "confined"}


def test_no_id_has_changed() -> None:
    assert sorted(SCENARIOS) == IDS.read_text("utf-8").splitlines(), f"{IDS.name} lists them in order"


def test_each_module_is_listed() -> None:
    found = {module.name for module in pkgutil.iter_modules(scenarios.__path__)}

    assert {module.__name__.rpartition(".")[2] for module in MODULES} == found - ARRANGEMENTS


@pytest.mark.parametrize("one", SCENARIOS.values(), ids=SCENARIOS)
def test_each_says_what_it_is_about_and_for_which_requirements(one: Scenario) -> None:
    assert one.about.endswith(".")
    assert "\n" not in one.about
    assert one.requirements
    assert set(one.requirements) <= set(load_catalogue().requirements)
    assert set(one.levels) <= set(BOTH)


def test_each_is_the_only_case_of_its_id() -> None:
    assert not set(SCENARIOS) & set(load_vectors(VECTORS))


def test_a_function_becomes_a_scenario() -> None:
    @scenario("PS-ROOT-03", "PS-ROOT-04", levels=("S",))
    def some_play(stage: Stage) -> None:
        """It says
        what it is about.
        """

    found = REGISTERED.pop("test-scenario-some-play")
    assert found == Scenario(
        "test-scenario-some-play",
        ("PS-ROOT-03", "PS-ROOT-04"),
        "It says what it is about.",
        some_play,
        ("S",),
    )


def test_two_of_one_name_are_refused() -> None:
    play = SCENARIOS["topology-push"].play

    with pytest.raises(AssertionError, match="two scenarios topology-push"):
        scenario("PS-TOP-01")(play)


def test_each_takes_a_stage_and_gives_nothing() -> None:
    for one in SCENARIOS.values():
        assert list(inspect.signature(one.play).parameters) == ["stage"], one.id
