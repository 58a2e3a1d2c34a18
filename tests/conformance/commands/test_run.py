"""`run`: the exit code says what a target amounts to, and each report is written."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from conformance.catalogue import load_catalogue
from tests.conformance.typed import Said, typed

PSYNC = ("run", "--target", "builtin:process")
END = 'clears = "x"\n'
MISBEHAVING = f"adapter:{sys.executable} -m tests.conformance.misbehaving"


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    return lambda *words: typed([*words], monkeypatch, capsys)


@pytest.fixture
def reports(tmp_path: Path) -> dict[str, Path]:
    """A file for each report, where those of an earlier run stand."""
    files = {name: tmp_path / name for name in ("json", "junit", "html", "badge")}
    for file in files.values():
        file.write_text("20 of 20 pass")
    return files


def written(reports: dict[str, Path]) -> list[str]:
    return [f"--{name}={file}" for name, file in reports.items()]


def test_psync_conforms_but_for_what_is_listed(said) -> None:
    ran = said(*PSYNC, "--select", "configuration-*", "--select", "messages-*")

    assert ran.code == 0, ran.out
    assert ran.out.startswith("builtin:process: conformant (")


@pytest.mark.parametrize(
    ("target", "pick", "headline"),
    [
        ("builtin:sim", ("topology-pu*",), "conformant (2 pass)"),
        ("builtin:process", ("topology-push",), "conformant (1 pass)"),
        ("builtin:sim", ("PS-TOP-05", "PS-RET-06"), "conformant (2 pass, 2 xfail)"),
        ("builtin:sim", ("topology-push", "installation-service-is-optional"), "conformant (1 pass)"),
        ("builtin:process", ("PS-BYTE-S2", "installation-service-is-optional"), "conformant (1 pass)"),
    ],
)
def test_scenarios_are_selected_by_id_requirement_and_level(said, target: str, pick, headline: str) -> None:
    ran = said("run", "--target", target, *(word for pattern in pick for word in ("--select", pattern)))

    assert ran.out.splitlines()[0] == f"{target}: {headline}"
    assert ran.code == 0, ran.out


def test_a_scenario_of_another_level_is_not_selected(said) -> None:
    ran = said("run", "--target", "builtin:sim", "--select", "installation-service-is-optional")

    assert (ran.code, "nothing is selected" in ran.err) == (4, True)


@pytest.mark.parametrize(
    ("row", "code", "line"),
    [
        (
            'message = "psync cannot"\noutcome = "unsupported"',
            4,
            "xfail        encryption-switched-off-on-both-sides (PS-ENC-07): x; ",
        ),
        (
            'message = "psync cannot"\noutcome = "fail"',
            4,
            "unsupported  encryption-switched-off-on-both-sides (PS-ENC-07): psync ",
        ),
        (
            'message = "psync cannot"\noutcome = "unsupported"\nlevel = "P"',
            4,
            "unsupported  encryption-switched-off-on-both-sides",
        ),
    ],
)
def test_a_row_says_which_outcome_it_expects(said, tmp_path: Path, row: str, code: int, line: str) -> None:
    (tmp_path / "own.toml").write_text(f'[["PS-ENC-07"]]\nreason = "x"\n{END}{row}\n')
    pick = ("--select", "encryption-switched-off-on-*", "--deviations", str(tmp_path / "own.toml"))

    ran = said("run", "--target", "builtin:sim", *pick)

    assert (ran.code, line in ran.out, "stale" in ran.out) == (code, True, False), ran.out


def test_a_row_that_speaks_of_nothing_selected_is_not_stale(said, tmp_path: Path) -> None:
    rows = [f'[["{id}"]]\nreason = "x"\nmessage = "x"\n{END}' for id in ("PS-ROOT-12", "topology-push")]
    (tmp_path / "own.toml").write_text("".join(rows))
    pick = ("--select", "topology-pull", "--deviations", str(tmp_path / "own.toml"))

    assert said("run", "--target", "builtin:sim", *pick).code == 0


def test_a_row_that_speaks_of_nothing_that_there_is_is_stale_in_every_run(said, tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(f'[["topology-pushed"]]\nreason = "x"\nmessage = "x"\n{END}')
    pick = ("--select", "topology-pull", "--deviations", str(tmp_path / "own.toml"))

    ran = said("run", "--target", "builtin:sim", *pick)

    assert (ran.code, "the deviation 'topology-pushed' is stale" in ran.out) == (1, True)


def test_a_row_of_a_case_and_one_of_its_requirement_are_an_error_of_the_file(said, tmp_path: Path) -> None:
    rows = [f'[["{id}"]]\nreason = "x"\nmessage = "x"\n{END}' for id in ("PS-TOP-05", "topology-pull")]
    (tmp_path / "own.toml").write_text("".join(rows))

    ran = said("run", "--target", "builtin:sim", "--deviations", str(tmp_path / "own.toml"))

    assert (ran.code, ran.out) == (2, "")
    assert "own.toml' has two rows for 'topology-pull' at level S: 'PS-TOP-05' and 'topology-pull'" in ran.err


def test_every_report_is_written(said, tmp_path: Path) -> None:
    files = {name: tmp_path / name for name in ("json", "junit", "html", "badge")}
    ran = said(*PSYNC, "--select", "PS-CFG-*", *(f"--{name}={file}" for name, file in files.items()))

    assert ran.code == 0, ran.out
    report = json.loads(files["json"].read_text())
    assert report["headline"] == ran.out.splitlines()[0]
    assert "“enter the IP address of the remote host”" in files["html"].read_text()
    assert all(file.read_text().startswith("<") for name, file in files.items() if name != "json")


@pytest.mark.parametrize(
    ("target", "pick", "asked"),
    [
        ("builtin:sim", "topology-pull", {"PS-TOP-01", "PS-TOP-05", "PS-TOP-06"}),
        ("builtin:sim", "no-such-*", set()),
        ("adapter:/no/such/program", "*", set()),
    ],
)
def test_the_reports_name_the_requirements_that_were_not_asked(
    said, reports: dict[str, Path], target: str, pick: str, asked: set[str]
) -> None:
    said("run", "--target", target, "--select", pick, *written(reports))

    testable = [one.id for one in load_catalogue().requirements.values() if one.levels]
    report, page = json.loads(reports["json"].read_text()), reports["html"].read_text()
    assert {id for one in report["results"] for id in one["requirements"]} == asked
    assert report["unasked"] == [id for id in testable if id not in asked]
    assert all(f">{id}<" in page for id in report["unasked"])


def test_a_deviation_file_of_ones_own_takes_the_place_of_psyncs(said, tmp_path: Path) -> None:
    (tmp_path / "none.toml").write_text("")

    ran = said(*PSYNC, "--select", "configuration-cpu-high", "--deviations", str(tmp_path / "none.toml"))

    assert ran.code == 1
    assert "fail         configuration-cpu-high (PS-LCF-02): rejected with SETTING_UNKNOWN" in ran.out
    assert "--target builtin:process --select configuration-cpu-high" in ran.out


def test_what_is_only_recommended_fails_a_strict_run(said, tmp_path: Path) -> None:
    (tmp_path / "none.toml").write_text("")
    pick = ("--select", "configuration-cpu-low", "--deviations", str(tmp_path / "none.toml"))

    assert (said(*PSYNC, *pick).code, said(*PSYNC, *pick, "--strict").code) == (4, 1)


def test_what_is_only_recommended_and_does_not_hold_is_no_pass(said, tmp_path: Path) -> None:
    (tmp_path / "none.toml").write_text("")
    pick = [word for id in ("configuration-cpu-low", "ports-default") for word in ("--select", id)]

    ran = said(*PSYNC, *pick, "--deviations", str(tmp_path / "none.toml"))

    assert (ran.code, ran.out.splitlines()[0]) == (
        0,
        "builtin:process: conformant (1 pass, 1 not-followed)",
    )


HARNESS = {
    "a command that is missing": ("adapter:/no/such/program", "does not start"),
    "one that ends at once": (f"{MISBEHAVING} 'ends at once'", "exit code 3"),
    "one that says no JSON": (f"{MISBEHAVING} 'says no JSON'", "with a line that is none"),
    "a port where nobody listens": ("tcp:127.0.0.1:1", "cannot be reached: Connection refused"),
    "one with another clock": (
        f"{MISBEHAVING} 'has another clock'",
        "does not answer 'hello' as it should: Invalid enum value 'sundial' - at `$.clock`",
    ),
    "one that answers in no way": (f"{MISBEHAVING} 'answers in no way'", "an answer is one of"),
    "one that does not say why not": (f"{MISBEHAVING} 'does not say why not'", "`$.unsupported.reason`"),
}


@pytest.mark.parametrize(("target", "complaint"), HARNESS.values(), ids=HARNESS)
def test_a_target_that_cannot_be_judged_is_no_pass(said, target: str, complaint: str) -> None:
    ran = said("run", "--target", target, "--select", "messages-*", "--select", "tcp-*")

    assert (ran.code, complaint in ran.err) == (3, True), ran.err


UNJUDGED: dict[str, tuple[tuple[str, ...], int, str]] = {
    "a target that does not start": (("--target", "adapter:/no/such/program"), 3, "does not start"),
    "one that ends at once": (("--target", f"{MISBEHAVING} 'ends at once'"), 3, "misbehaving"),
    "nobody listens": (("--target", "tcp:127.0.0.1:1"), 3, "cannot be reached"),
    "nothing selected": (("--target", "builtin:sim", "--select", "no-such-*"), 4, "nothing is selected"),
}


@pytest.mark.parametrize(("words", "code", "complaint"), UNJUDGED.values(), ids=UNJUDGED)
def test_no_report_of_an_earlier_run_is_left_where_nothing_was_judged(
    said, reports: dict[str, Path], words: tuple[str, ...], code: int, complaint: str
) -> None:
    assert said("run", *words, *written(reports)).code == code

    report = json.loads(reports["json"].read_text())
    assert (report["exit_code"], report["results"]) == (code, [])
    assert report["headline"] == f"{words[1]}: not judged (no cases)"
    assert complaint in report["unjudged"]["text"]
    assert all(complaint in reports[name].read_text() for name in ("junit", "html"))
    assert "conformance: not judged" in reports["badge"].read_text()


def test_what_was_found_before_a_target_broke_is_told(said, reports: dict[str, Path]) -> None:
    pick = ("--target", f"{MISBEHAVING} 'ends in the middle'", "--select", "messages-*")
    ran = said("run", *pick, *written(reports))

    report = json.loads(reports["json"].read_text())
    assert (ran.code, report["exit_code"], report["implementation"]) == (3, 3, "brittle")
    assert [one["state"] for one in report["results"]] == ["fail"]
    assert ran.out.splitlines()[0] == report["headline"]
    assert report["headline"].endswith(": not judged (1 fail)")


def test_what_is_typed_wrongly_leaves_no_earlier_report_either(said, reports: dict[str, Path]) -> None:
    assert said("run", "--target", "psync", *written(reports)).code == 2

    assert json.loads(reports["json"].read_text())["unjudged"]["text"] == "the run has not come to its end"
    assert not [name for name, file in reports.items() if "20 of 20" in file.read_text()]


USAGE: dict[str, tuple[tuple[str, ...], int, str]] = {
    "nothing selected": ((*PSYNC, "--select", "no-such-*"), 4, "nothing is selected"),
    "no target": (("run",), 2, "Missing option '--target'"),
    "an unknown target": (
        ("run", "--target", "psync"),
        2,
        "There are: builtin:process, builtin:sim, adapter:COMMAND, tcp:HOST:PORT",
    ),
    "no listener": (("run", "--target", "tcp:a:b"), 2, "'tcp:a:b' is no listener: write tcp:HOST:PORT"),
    "a key for a program": ((*PSYNC, "--user", "x"), 2, "are for a target tcp:HOST:PORT"),
    "an empty user name": (("run", "--target", "tcp:a", "--user", ""), 2, "the user name is empty"),
    "no case of a listener": (
        ("run", "--target", "tcp:a", "--select", "messages-*"),
        4,
        "nothing is selected",
    ),
    "a profile": ((*PSYNC, "--profile", "x"), 2, "'core', 'mapping', 'messages'"),
    "a share": ((*PSYNC, "--shard", "3/2"), 2, "'3/2' is no share of a run"),
    "a folder that is missing": ((*PSYNC, "--html", "/no/such/report.html"), 2, "no folder '/no/such'"),
}


@pytest.mark.parametrize(("words", "code", "complaint"), USAGE.values(), ids=USAGE)
def test_what_is_typed_wrongly_is_told(said, words: tuple[str, ...], code: int, complaint: str) -> None:
    ran = said(*words)

    assert (ran.code, complaint in ran.err) == (code, True), ran.err
