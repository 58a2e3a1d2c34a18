"""A deviation file is held against each verdict: it excuses one failure, hides no other, and does not grow old unseen."""

from datetime import date
from pathlib import Path

import pytest

from conformance.deviation import (
    Deviation,
    DeviationsInvalid,
    Place,
    apply_deviations,
    faults_of,
    load_deviations,
    overlap,
)
from conformance.verdict import CaseResult, State

TODAY = date(2027, 1, 1)

FILE = """
[["retry-01"]]
reason = "the retry list is not built"
message = "rejected"
clears = "issue 5"
expires = 2027-06-30

[["PS-ROOT-12"]]
reason = "overlapping jobs are not told"
message = "nobody"
clears = "a warning"
level = "P"
"""


TWICE = """
[["a"]]
reason = "x"
message = "x"
clears = "x"

[["a"]]
reason = "y"
message = "y"
clears = "y"
"""


def result(state: str, message: str = "", id: str = "retry-01", level: str = "V") -> CaseResult:
    return CaseResult(id, ("PS-ROOT-12",), level, "", State(state), message)


def judged(row: Deviation, one: CaseResult) -> State:
    [found] = apply_deviations([one], [row])
    return found.state


def test_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "file.toml").write_text(FILE)

    assert load_deviations(tmp_path / "file.toml") == [
        Deviation(
            "retry-01",
            "the retry list is not built",
            "rejected",
            clears="issue 5",
            expires=date(2027, 6, 30),
        ),
        Deviation("PS-ROOT-12", "overlapping jobs are not told", "nobody", clears="a warning", level="P"),
    ]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('["a"]\nreason = "x"', r"a row begins with \[\["),
        ('[["a"]]\n', "missing required field `reason`"),
        ('[["a"]]\nreason = "x"\nwhy = 1', "unknown field `why`"),
        ('[["a"]]\nreason = "x"\nclears = "x"', "missing required field `message`"),
        ('[["a"]]\nreason = "x"\nmessage = "x"', "'a' needs `clears` or `expires`"),
        ('[["a"]]\nreason = "x"\nmessage = ""', "Expected `str` of length >= 1"),
        ('[["a"]]\nreason = "x"\nmessage = "x"\nlevel = "Q"', "Invalid enum value 'Q'"),
        (TWICE, "two rows for 'a'"),
        (f'{TWICE}level = "P"', "two rows for 'a'"),
        ("[[", "is no list of deviations"),
    ],
)
def test_what_is_wrong_with_a_file_is_told(tmp_path: Path, text: str, complaint: str) -> None:
    file = tmp_path / "file.toml"
    file.write_text(text)

    with pytest.raises(DeviationsInvalid, match=complaint) as invalid:
        load_deviations(file)

    assert str(file) in str(invalid.value)


def test_a_file_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(DeviationsInvalid, match=r"missing.toml' cannot be read: No such file or directory\."):
        load_deviations(tmp_path / "missing.toml")


ROW = Deviation("retry-01", "not built", "rejected", clears="the retry list")


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (result("fail", "rejected with X"), State.XFAIL),
        (result("fail", "something else"), State.FAIL),
        (result("pass"), State.XPASS),
        (result("pass-alternative"), State.XPASS),
        (result("unsupported"), State.UNSUPPORTED),
        (result("error"), State.ERROR),
    ],
)
def test_a_row_excuses_the_failure_that_it_names_and_no_other(one: CaseResult, expected: State) -> None:
    assert judged(ROW, one) is expected


def test_a_row_may_speak_of_a_requirement_at_one_level() -> None:
    row = Deviation("PS-ROOT-12", "not told", "x", clears="a warning", level="P")

    at_p, at_v = apply_deviations([result("fail", "x", level="P"), result("fail", "x", level="V")], [row])

    assert (at_p.state, at_v.state) == (State.XFAIL, State.FAIL)


def test_a_row_that_belongs_to_no_case_or_has_expired_is_told() -> None:
    rows = [
        Deviation("other", "gone", "x", clears="x"),
        Deviation("retry-01", "late", "x", expires=date(2026, 12, 31)),
        Deviation("retry-01", "misplaced", "x", clears="x", level="V"),
        Deviation("PS-RET-01", "right", "x", clears="x", level="S"),
        Deviation("PS-RET-01", "right", "x", expires=date(2027, 1, 2)),
    ]

    assert faults_of(rows, [Place("retry-01", ("PS-RET-01",), "S")], TODAY) == [
        "the deviation 'other' is stale: there is no such case",
        "the deviation 'retry-01' is stale: there is no such case at level V",
        "the deviation 'retry-01' has expired on 2026-12-31: late",
    ]


@pytest.mark.parametrize(("expires", "is_expired"), [(date(2027, 1, 1), True), (date(2027, 1, 2), False)])
def test_a_row_is_a_failure_from_the_day_on_which_it_expires(expires: date, is_expired: bool) -> None:
    row = Deviation("retry-01", "late", "x", expires=expires)

    assert bool(faults_of([row], [Place("retry-01", (), "S")], TODAY)) is is_expired


def test_a_file_may_have_a_row_for_each_level(tmp_path: Path) -> None:
    of_two_levels = TWICE.replace('clears = "x"', 'level = "S"').replace('clears = "y"', 'level = "P"')
    (tmp_path / "file.toml").write_text(of_two_levels.replace("level", 'clears = "x"\nlevel'))

    assert [row.level for row in load_deviations(tmp_path / "file.toml")] == ["S", "P"]


PLACES = [Place("retry-01", ("PS-RET-01", "PS-RET-02"), level) for level in ("S", "P")]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ((("PS-RET-01", ""), ("retry-01", "")), "two rows for 'retry-01' at level S: 'PS-RET-01' and 'retry-01'"),
        ((("PS-RET-02", "P"), ("PS-RET-01", "")), "two rows for 'retry-01' at level P: 'PS-RET-02' and 'PS-RET-01'"),
        ((("retry-01", "P"), ("PS-RET-01", "S")), ""),
        ((("retry-01", ""), ("PS-TOP-01", "")), ""),
    ],
)  # fmt: skip
def test_two_rows_for_one_case_are_told_since_one_is_never_used(rows, told: str) -> None:
    found = [Deviation(id, "x", "x", clears="x", level=level) for id, level in rows]

    assert overlap(found, PLACES) == told
