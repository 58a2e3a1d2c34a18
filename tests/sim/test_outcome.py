"""What came of a plan, as lines."""

from sim.explanation import explain
from sim.outcome import Outcome, finding_lines, outcome_lines, verdict
from sim.plan import Plan
from sim.trial import Result

PLAN = Plan("chaos", 168)
GOOD = Result("", {"DiskFull": 2, "PowerCut unsynced": 1}, ("committed",), (5, 0, 0), 1234.5678, "aa", "bb")


def test_a_plan_that_kept_every_promise_is_told_in_short():
    assert outcome_lines(Outcome(PLAN, GOOD)) == [
        "chaos, seed 168: every promise was kept",
        "  exit codes    5 0 0",
        "  virtual time  1,234.568 s",
        "  faults        DiskFull 2, PowerCut unsynced 1",
        "  reached       committed",
        "  application   aa",
        "  trace         bb",
    ]


def test_faults_without_effect_are_told():
    told = outcome_lines(Outcome(PLAN, GOOD, ("far loses its power", "near is full")))

    assert told[4] == "  no effect     far loses its power; near is full"


def test_a_broken_plan_is_told_with_every_option():
    assert outcome_lines(Outcome(PLAN, Result("whole: torn"))) == [
        "chaos, seed 168: broken, whole: torn",
        "  virtual time  0.000 s",
        "  faults        none",
        "  reached       nothing",
        "options:",
        *(f"  {line}" for line in explain(PLAN)),
    ]


def test_a_verdict_is_one_line():
    assert [verdict(GOOD), verdict(Result("tidy: left"))] == ["every promise was kept", "broken, tidy: left"]


def test_a_finding_has_one_line_that_reproduces_it():
    assert finding_lines(PLAN, "whole: torn", "replays/chaos-168.json") == [
        "broken: whole: torn",
        "  python -m sim run --preset chaos --seed 168",
        "  kept in replays/chaos-168.json",
    ]
