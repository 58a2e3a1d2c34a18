"""What is covered, and whether the catalogue is the guide's."""

import json
from pathlib import Path

import click
import pytest

from conformance.arguments import GUIDE_BYTES_MAX
from conformance.catalogue import load_catalogue
from conformance.commands.coverage import evidence, run_coverage
from conformance.coverage import NO_EVIDENCE, coverage, coverage_lines

EVIDENCE = {"PS-CFG-02": {"V": ["address-001"]}}


def test_without_evidence_all_is_missing_and_that_is_code_1(capsys: pytest.CaptureFixture[str]):
    assert run_coverage(None, is_json=False) == 1
    assert capsys.readouterr().out.splitlines() == coverage_lines(coverage(load_catalogue(), NO_EVIDENCE))


@pytest.mark.parametrize("is_json", [False, True])
def test_one_documented_requirement_without_a_case_at_one_level_is_code_1(is_json: bool, capsys):
    whole = evidence()
    of_one = whole["PS-ROOT-06"]
    without = {level: cases for level, cases in of_one.items() if level != "V"}

    assert run_coverage(None, whole, is_json=is_json) == 0
    capsys.readouterr()
    assert run_coverage(None, {**whole, "PS-ROOT-06": without}, is_json=is_json) == 1
    said = capsys.readouterr().out
    if is_json:
        assert json.loads(said)["coverage"]["rows"]["PS-ROOT-06"]["missing"] == ["V"]
    else:
        assert said.splitlines()[-2:] == ["Missing of what the guide says:", "PS-ROOT-06   V"]


def test_evidence_can_be_handed_in(capsys: pytest.CaptureFixture[str]):
    run_coverage(None, EVIDENCE, is_json=False)

    assert "PS-CFG-02" not in capsys.readouterr().out


def test_json_has_what_covers_each_requirement(capsys: pytest.CaptureFixture[str]):
    run_coverage(None, EVIDENCE, is_json=True)

    report = json.loads(capsys.readouterr().out)
    assert report["complaints"] is None
    assert report["coverage"]["rows"]["PS-CFG-02"]["covered"] == {"V": ["address-001"]}
    assert report["coverage"]["sentences"]["shown"] == 1


@pytest.mark.parametrize("is_json", [False, True])
def test_what_is_not_the_guide_is_told_with_code_1(is_json: bool, tmp_path: Path, capsys):
    guide = tmp_path / "guide.txt"
    guide.write_text("Another text.")

    assert run_coverage(guide, is_json=is_json) == 1

    said = capsys.readouterr().out
    complaints = json.loads(said)["complaints"] if is_json else said.splitlines()
    assert "guide, 1a: no row of sentences.toml has “Another text.”" in complaints
    assert "sentences.toml, 135a: its sentence is not in the guide" in complaints


@pytest.mark.parametrize(
    ("content", "complaint"),
    [(b"\xff\xfe", "is not UTF-8"), (b"a" * (GUIDE_BYTES_MAX + 1), "is longer than 1,048,576 bytes")],
)
def test_what_can_be_no_guide_is_refused(content: bytes, complaint: str, tmp_path: Path):
    guide = tmp_path / "guide.txt"
    guide.write_bytes(content)

    with pytest.raises(click.UsageError, match=complaint):
        run_coverage(guide, is_json=False)


def test_a_guide_that_cannot_be_read_is_refused(tmp_path: Path):
    with pytest.raises(click.UsageError, match="cannot be read: Is a directory"):
        run_coverage(tmp_path, is_json=False)


def test_each_case_is_evidence_for_its_requirements_at_its_levels() -> None:
    found = evidence()

    assert "rootpath-01-worked-example" in found["PS-ROOT-06"]["V"]
    assert "topology-push" in found["PS-TOP-04"]["S"]
    assert "topology-push" in found["PS-TOP-04"]["P"]
    assert "reach-far-networks" not in found["PS-GLO-01"].get("P", [])


@pytest.mark.parametrize("strength", ["D", "I", "R", "S", "X"])
def test_each_requirement_has_a_case_at_each_of_its_levels(strength: str) -> None:
    found = evidence()
    requirements = [one for one in load_catalogue().requirements.values() if one.strength == strength]
    missing = [
        (one.id, level) for one in requirements for level in one.levels if level not in found.get(one.id, {})
    ]

    assert (len(requirements) > 0, missing) == (True, [])
