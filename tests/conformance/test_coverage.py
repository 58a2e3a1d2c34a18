"""What covers what, and what is missing."""

import msgspec
import pytest
from msgspec import structs

from conformance.catalogue import Strength, load_catalogue
from conformance.coverage import (
    NO_EVIDENCE,
    Count,
    LevelCount,
    Row,
    SentenceCount,
    coverage,
    coverage_lines,
)
from tests.conformance.catalogues import CATALOGUE

PARTLY = {"PS-PORT-01": {"V": ["port-001", "port-002"], "P": []}}
WHOLE = {"PS-PORT-01": {"V": ["port-001"], "P": ["dial"]}, "PS-RET-S1": {"S": ["retry"], "V": ["extra"]}}


def test_without_evidence_everything_testable_is_missing():
    found = coverage(CATALOGUE, NO_EVIDENCE)

    assert [(row.id, row.missing) for row in found.rows.values()] == [
        ("PS-PORT-01", ("V", "P")),
        ("PS-PORT-02", ()),
        ("PS-RET-S1", ("S",)),
    ]
    assert not found.is_whole


def test_a_level_is_covered_by_what_names_it_and_not_by_an_empty_list():
    row = coverage(CATALOGUE, PARTLY).rows["PS-PORT-01"]

    assert row == Row("PS-PORT-01", "D", ("V", "P"), {"V": ("port-001", "port-002")}, ("P",))


def test_evidence_at_a_level_that_is_not_asked_for_is_kept():
    found = coverage(CATALOGUE, WHOLE)

    assert found.rows["PS-RET-S1"].covered == {"V": ("extra",), "S": ("retry",)}
    assert found.is_whole


@pytest.mark.parametrize(
    ("evidence", "documented"),
    [
        (NO_EVIDENCE, Count(total=1, whole=0, partly=0, nothing=1, untestable=0)),
        (PARTLY, Count(total=1, whole=0, partly=1, nothing=0, untestable=0)),
        (WHOLE, Count(total=1, whole=1, partly=0, nothing=0, untestable=0)),
    ],
)
def test_requirements_are_counted_by_strength(evidence, documented):
    strengths = coverage(CATALOGUE, evidence).strengths

    assert strengths["D"] == documented
    assert strengths["N"] == Count(total=1, whole=0, partly=0, nothing=0, untestable=1)
    assert strengths["X"] == Count(total=0, whole=0, partly=0, nothing=0, untestable=0)


def test_requirements_are_counted_by_level():
    assert coverage(CATALOGUE, PARTLY).levels == {
        "V": LevelCount(total=1, nothing=0),
        "S": LevelCount(total=1, nothing=1),
        "P": LevelCount(total=1, nothing=1),
    }


@pytest.mark.parametrize(("evidence", "shown"), [(NO_EVIDENCE, 0), (PARTLY, 0), (WHOLE, 1)])
def test_a_sentence_is_shown_when_its_requirements_are_at_every_level(evidence, shown):
    expected = SentenceCount(total=4, testable=1, shown=shown, untestable=1, informative=2)

    assert coverage(CATALOGUE, evidence).sentences == expected


@pytest.mark.parametrize(
    ("evidence", "complaint"),
    [
        ({"PS-PORT-99": {"V": ["a"]}}, "evidence for PS-PORT-99, which is no requirement"),
        ({"PS-PORT-01": {"X": ["a"]}}, "evidence for PS-PORT-01 at 'X', which is no level"),
    ],
)
def test_evidence_for_what_there_is_not_is_refused(evidence, complaint):
    with pytest.raises(ValueError, match=complaint):
        coverage(CATALOGUE, evidence)


def test_it_is_told_in_lines_and_what_is_missing_last():
    lines = coverage_lines(coverage(CATALOGUE, PARTLY))

    assert lines[0] == (
        "4 sentences of the guide: 1 testable, 0 of them with a case at every level; 1 untestable, 2 informative."
    )
    assert "P    1 of   1 have nothing with real processes" in lines
    assert "D    1: 0 whole, 1 partly, 0 nothing  (documented)" in lines
    assert lines[-5:] == [
        "Missing of what the guide says:",
        "PS-PORT-01   P",
        "",
        "Missing of the rest:",
        "PS-RET-S1    S",
    ]


def test_if_nothing_is_missing_nothing_is_listed():
    assert "Missing" not in "".join(coverage_lines(coverage(CATALOGUE, WHOLE)))


@pytest.mark.parametrize(("strength", "is_said"), [("D", True), ("I", True), ("R", False), ("X", False)])
def test_what_the_guide_says_and_nothing_shows_is_told_apart(strength: Strength, is_said: bool):
    requirement = structs.replace(CATALOGUE.requirements["PS-PORT-01"], strength=strength)
    catalogue = structs.replace(CATALOGUE, requirements={"PS-PORT-01": requirement}, sentences=())
    unshown = coverage(catalogue, PARTLY).unshown

    assert [(row.id, row.missing) for row in unshown] == ([("PS-PORT-01", ("P",))] if is_said else [])


def test_of_the_real_catalogue_all_sentences_are_accounted_for():
    catalogue = load_catalogue()
    sentences = coverage(catalogue, NO_EVIDENCE).sentences

    assert sentences == SentenceCount(total=108, testable=57, shown=0, untestable=3, informative=48)
    assert sentences.testable + sentences.untestable + sentences.informative == sentences.total


def test_it_can_be_kept_as_json():
    found = coverage(CATALOGUE, PARTLY)

    assert msgspec.json.decode(msgspec.json.encode(found), type=type(found)) == found
