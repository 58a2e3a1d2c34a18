"""Results, added up."""

from msgspec import structs

from sim.sometimes import NOT_DRAWN, SOMETIMES
from sim.tally import (
    CAMPAIGN_SEEDS,
    Finding,
    Speed,
    Summary,
    Tally,
    coverage_lines,
    missed,
    never,
    speed_lines,
    text_of,
)
from sim.trial import Result

SPEED = Speed(jobs=2, wall_seconds=10.0, processor_seconds=18.0)
QUIET = Result(effects={"DiskFull": 2}, reached=("committed",), virtual_seconds=30.0, application_digest="aa")
BROKEN = Result("whole: torn", {"DiskFull": 1, "PowerCut": 1}, ("committed", "large"), (1,), 6.0, "bb")


def _summary(*results: Result) -> Summary:
    tally = Tally()
    for seed, result in enumerate(results, start=1):
        tally.add(seed, result)
    return tally.summary("chaos", f"1..{len(results)}", SPEED)


def test_results_are_added_up():
    summary = _summary(QUIET, BROKEN)

    assert summary == Summary(
        preset="chaos",
        seeds="1..2",
        tried=2,
        broken=(Finding(2, "whole: torn"),),
        effects={"DiskFull": 3, "PowerCut": 1},
        reached={"committed": 2, "large": 1},
        never=tuple(sorted(SOMETIMES.keys() - NOT_DRAWN - {"committed", "large"})),
        virtual_seconds=36.0,
        digest=summary.digest,
        speed=SPEED,
    )


def test_the_digest_is_over_what_each_seed_told():
    digests = [
        _summary(*results).digest for results in [(QUIET, BROKEN), (QUIET, BROKEN), (BROKEN, QUIET), (QUIET,)]
    ]

    assert digests[0] == digests[1]
    assert len(set(digests)) == 3


def test_the_speed_is_told_overall_and_for_a_core():
    assert speed_lines(_summary(QUIET, BROKEN)) == [
        "2 seeds in 10.0 s with 2 processes, 1 broken",
        "720 seeds an hour, 400 an hour of one core; 4 x real time",
        f"digest {_summary(QUIET, BROKEN).digest}",
    ]


def test_what_happened_more_often_is_told_first():
    lines = coverage_lines({"Ahead": 1, "DiskFull": 3, "Also": 1}, {"committed": 1000})

    assert lines[:7] == [
        "faults by effect:",
        "  DiskFull                               3",
        "  Ahead                                  1",
        "  Also                                   1",
        "reached sometimes, by so many seeds:",
        "  committed                          1,000",
        "never reached:",
    ]


def test_what_was_never_reached_is_told_with_its_meaning():
    lines = coverage_lines({}, {"committed": 1})

    assert "  deleted                        an entry of the target was deleted" in lines


def test_what_reached_all_says_so():
    lines = coverage_lines({}, dict.fromkeys(SOMETIMES, 1))

    assert never(SOMETIMES) == ()
    assert (lines[0], lines[-1]) == ("faults by effect: none", "never reached: none")


def test_only_a_campaign_of_many_seeds_has_missed_what_it_has_not_reached():
    tried = {"preset": "chaos", "tried": CAMPAIGN_SEEDS, "never": ("large",)}
    others = [{**tried, "tried": CAMPAIGN_SEEDS - 1}, {**tried, "preset": "clean"}, {**tried, "never": ()}]

    found = [missed(structs.replace(_summary(QUIET), **fields)) for fields in (tried, *others)]

    assert found == [("large",), (), (), ()]


def test_a_summary_as_text_is_its_speed_and_its_coverage():
    summary = _summary(QUIET)

    assert text_of(summary) == [
        *speed_lines(summary),
        *coverage_lines({"DiskFull": 2}, {"committed": 1}),
    ]
