"""`mutants`: a row for each, what killed it or why nobody can yet, and an exit code that says whether one survives."""

import json
from collections.abc import Callable

import pytest

from conformance.commands.mutants import Report, Row, lines_of
from conformance.mutant_run import Kill
from tests.conformance.typed import Said, typed

KILLED = Row("root.a", "what is broken", "killed", (Kill("PS-ROOT-03", "a-case", "m" * 300),))
SURVIVES = Row(
    "err.bc", "what is broken", "survives", survived=("PS-ERR-01",), others=("b-case: another reason",)
)
PENDING = Row("ret.d", "what is broken", "pending", pending="it is not built", clears="the retry list")
UNASKED = Row("glo.f", "what is broken", "unasked", only_simulated="a real network is as it is")
BROKEN = Row("svc.e", "what is broken", "broken", survived=("PS-SVC-01",), trouble="it does not start")


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    return lambda *words: typed(["mutants", *words], monkeypatch, capsys)


def test_those_that_are_named_are_put_to_the_test(said) -> None:
    ran = said("port.exclusive", "ret.busy_loop", "--level", "S")

    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        "mutants: 1 killed, 1 pending",
        "  killed    port.exclusive  PS-PORT-03   ports-highest: rejected with PORT_INVALID, "
        'expected {"value":65535}',
        "  pending   ret.busy_loop   the retry list is not built; will be cleared by the retry list",
    ]


def test_programs_are_told_all_of_it(said) -> None:
    ran = said("port.exclusive", "--json")

    told = json.loads(ran.out)
    assert [(row["name"], row["state"], row["kills"][0]["case"]) for row in told["mutants"]] == [
        ("port.exclusive", "killed", "ports-highest")
    ]
    assert told["requirements_without_mutant"]["PS-SVC-01"]


@pytest.mark.parametrize(
    ("name", "guess"),
    [
        ("port.exklusive", "There is no mutant 'port.exklusive'. Did you mean port.exclusive"),
        ("ret.zzzz", "There is no mutant 'ret.zzzz'. There are: ret.busy_loop, "),
        ("zzz", "There is no mutant 'zzz'. A name begins with one of: byte, cfg, enc, "),
    ],
)
def test_an_unknown_name_is_refused_and_those_like_it_named(said, name: str, guess: str) -> None:
    ran = said(name)

    assert (ran.code, ran.out, guess in ran.err) == (2, "", True), ran.err


CODES: dict[str, tuple[Report, int]] = {
    "all are killed": (Report((KILLED, PENDING, UNASKED), (), {}), 0),
    "one survives": (Report((KILLED, SURVIVES), (), {}), 1),
    "psync fails, too": (Report((KILLED,), ("a-case: fail: m",), {}), 1),
    "one does not start": (Report((KILLED, SURVIVES, BROKEN), (), {}), 3),
}


@pytest.mark.parametrize(("report", "code"), CODES.values(), ids=CODES)
def test_the_exit_code_says_what_it_amounts_to(report: Report, code: int) -> None:
    assert report.exit_code == code


def test_what_survives_is_told_with_what_else_failed() -> None:
    report = Report(
        (KILLED, SURVIVES, PENDING, UNASKED, BROKEN), ("a-case: fail: m",), {"PS-CFG-01": "not built"}
    )

    assert list(lines_of(report)) == [
        "mutants: 1 broken, 1 killed, 1 pending, 1 survives, 1 unasked",
        f"  killed    root.a  PS-ROOT-03   a-case: {'m' * 100}...",
        "  survives  err.bc  PS-ERR-01    not killed: what is broken",
        "  survives  err.bc               fails for another reason: b-case: another reason",
        "  pending   ret.d   it is not built; will be cleared by the retry list",
        "  unasked   glo.f   a real network is as it is",
        "  broken    svc.e   PS-SVC-01    not killed: what is broken",
        "  broken    svc.e   it does not start",
        "  fails without any bug: a-case: fail: m",
        "Documented or inferred requirements that kill none yet:",
        "  PS-CFG-01    not built",
    ]
