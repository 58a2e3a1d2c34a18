"""`diff`: what an operator reads of two reports, and how files that are none are refused."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec import structs

from conformance.commands.diff import LINE_LETTERS, TITLES, lines_of
from conformance.commands.run import as_json
from conformance.difference import WORDS, Kind, compare
from conformance.verdict import EXIT_HARNESS, CaseResult, Report, State, Unjudged
from tests.conformance.reports.samples import EVERYTHING, HOSTILE
from tests.conformance.typed import Said, typed

A = Report(
    "builtin:process",
    "psync 1",
    "full",
    (
        CaseResult("gone", ("PS-ROOT-03",), "V", "", State.PASS),
        CaseResult("kept", ("PS-ROOT-03", "PS-TOP-01"), "S", "", State.PASS),
        CaseResult("mended", ("PS-ERR-01",), "V", "", State.FAIL, "accepted"),
        CaseResult("named", ("PS-ERR-01",), "V", "", State.FAIL, "accepted"),
        CaseResult("same", ("PS-ERR-01",), "V", "", State.PASS),
    ),
)
B = Report(
    "adapter:./other",
    "",
    "full",
    (
        CaseResult("added", ("PS-ERR-01",), "V", "", State.UNSUPPORTED, "no such operation"),
        CaseResult("kept", ("PS-ROOT-03", "PS-TOP-01"), "P", "", State.FAIL, "as\nlong " * 30),
        CaseResult("mended", ("PS-ERR-01",), "V", "", State.PASS),
        CaseResult("named", ("PS-ERR-01",), "V", "", State.XFAIL, "known"),
        CaseResult("same", ("PS-ERR-01",), "V", "", State.PASS),
    ),
)

TOLD = """\
got worse: 2 worse, 1 better, 1 otherwise, 1 only in B
A  builtin:process, psync 1, profile full: 3 of 5 pass
B  adapter:./other, profile full: 2 of 5 pass

Requirements that got worse (2)
  PS-ROOT-03: 2 of 2 pass → 0 of 1 pass
  PS-TOP-01: 1 of 1 pass → 0 of 1 pass

Requirements that got better (1)
  PS-ERR-01: 1 of 3 pass → 2 of 4 pass

Got worse: passed in A and not in B (2)
  gone (PS-ROOT-03)
      pass → missing
  kept (PS-ROOT-03, PS-TOP-01)
      pass (S) → fail (P): as long as long as long as long as long as long as
        long as long as long as long as long as long as long as long as long as
        long as long as long as long as long as long as long as long as long …

Got better: passes in B and did not in A (1)
  mended (PS-ERR-01)
      fail → pass; was: accepted

Changed otherwise: passes in both or in none (1)
  named (PS-ERR-01)
      fail → xfail: known

Only in B (1)
  added (PS-ERR-01)
      missing → unsupported: no such operation
"""

Diff = Callable[..., Said]


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    for name, report in (("a.json", A), ("b.json", B)):
        (tmp_path / name).write_text(as_json(report), "utf-8")
    return [str(tmp_path / "a.json"), str(tmp_path / "b.json")]


@pytest.fixture
def diff(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Diff:
    return lambda *words: typed(["diff", *words], monkeypatch, capsys)


def test_what_got_worse_is_told_first_and_ends_with_code_1(diff: Diff, files: list[str]):
    said = diff(*files)

    assert (said.code, said.err) == (1, "")
    assert said.out.splitlines() == TOLD.splitlines()


def test_reports_that_agree_are_code_0(diff: Diff, files: list[str]):
    said = diff(files[0], files[0])

    assert said.code == 0
    assert said.out.splitlines()[0] == "no difference in any of 5 cases"


def test_json_says_the_same(diff: Diff, files: list[str]):
    said = diff(*files, "--json")

    told = json.loads(said.out)
    assert (said.code, told["exit_code"], told["headline"]) == (1, 1, TOLD.splitlines()[0])
    assert told["b"] == {
        "target": "adapter:./other", "implementation": "", "profile": "full", "passes": 2, "cases": 5,
    }  # fmt: skip
    assert [row["id"] for row in told["requirements"]] == ["PS-ERR-01", "PS-ROOT-03", "PS-TOP-01"]
    assert told["changes"][1] == {
        "id": "gone", "kind": "worse", "requirements": ["PS-ROOT-03"],
        "a": {"state": "pass", "level": "V", "message": ""}, "b": None,
    }  # fmt: skip


def test_every_kind_has_its_words():
    assert set(WORDS) == set(TITLES) == set(Kind)


def test_what_a_target_says_moves_no_cursor_and_no_line_is_too_long():
    lines = list(lines_of(compare(Report(HOSTILE, HOSTILE, HOSTILE, ()), EVERYTHING)))

    assert all(line.isprintable() for line in lines)
    assert max(map(len, lines)) <= LINE_LETTERS


CASE = '{"id": "x", "requirements": [], "level": "V", "about": "", "state": "pass"}'
REPORT = f'{{"target": "", "implementation": "", "profile": "", "results": [{CASE}]}}'

FOREIGN = {
    "nothing": (b"", "truncated"),
    "no JSON": (b"<html>", "malformed"),
    "bytes that are no text": (b'{"target": "\xff"}', "can't decode byte 0xff"),
    "another program's": (b"[]", "Expected `object`, got `array`"),
    "JSON without end": (b'{"a":' * 100_000, "recursion depth"),
    "a report without results": (b'{"target": ""}', "missing required field"),
    "a verdict that is none": (REPORT.replace("pass", "good").encode(), "Invalid enum value 'good'"),
    "a case told twice": (REPORT.replace(CASE, f"{CASE}, {CASE}").encode(), "tells of the case 'x' twice"),
}


@pytest.mark.parametrize(("content", "complaint"), FOREIGN.values(), ids=FOREIGN)
def test_what_is_no_report_is_refused_with_the_way_to_make_one(content, complaint, diff, files, tmp_path):
    foreign = tmp_path / "foreign.json"
    foreign.write_bytes(content)

    for words in ([files[0], str(foreign)], [str(foreign), files[0]]):
        said = diff(*words)
        assert (said.code, said.out) == (2, "")
        assert f"'{foreign}' is no report of this suite: " in said.err
        assert complaint in said.err
        assert "`python -m conformance run --target TARGET --json FILE`" in said.err


def test_a_file_that_is_not_there_is_named(diff: Diff, files: list[str]):
    said = diff(files[0], "/no/such.json")

    assert (said.code, said.out) == (2, "")
    assert "File '/no/such.json' does not exist." in said.err


def test_a_run_that_was_not_judged_is_held_against_nothing(diff: Diff, files: list[str]):
    broken = structs.replace(A, unjudged=Unjudged(EXIT_HARNESS, "it has ended"))
    Path(files[1]).write_text(as_json(broken), "utf-8")

    said = diff(*files)

    assert (said.code, said.out) == (2, "")
    assert f"'{files[1]}' is of a run that was not judged: it has ended." in said.err
