"""All that is said about one id."""

import click
import pytest

from conformance.catalogue import load_catalogue
from conformance.commands.explain import (
    LINE_LETTERS,
    explanation,
    explanation_of_case,
    run_explain,
)
from conformance.every_case import all_cases
from tests.conformance.catalogues import CATALOGUE

TOLD = [
    "PS-ENC-06  (encryption and keys)",
    "  quote       “the key values need to be identical on both sides”, line 23 of the guide",
    "  strength    D, documented",
    "  levels      S in the simulation, P with real processes",
    "  profiles    core, full",
    "  checks      mismatch matrix refused before any path operation; ERR-01/02",
    "  resolution  NFC then byte-exact, both case-sensitive",
    "  at level V  keys-both-again, keys-compatible, keys-composed, keys-decomposed,",
    "              keys-password-in-capitals, keys-password-with-space, keys-plain,",
    "              keys-user-in-capitals, wire-answer-busy, wire-answer-mode, wire-answer-unknown-alert,",
    "              wire-answer-version, wire-offer-newer-only, wire-offer-other-suite,",
    "              wire-offer-without-key, wire-verdict-busy, wire-verdict-key-mismatch",
    "  at level S  encryption-keys-differ, encryption-keys-differ-at-the-listener",
    "  at level P  encryption-keys-differ",
    "  to ask      python -m conformance run --target builtin:sim --select PS-ENC-06",
    "",
    "AMB-02  When are key values “identical on both sides”?",
    "  chosen      When their bytes are equal after NFC; both the user name and the password are",
    "              case-sensitive.",
    "  not chosen  bytes: When their bytes are equal as they were typed, so that é in two forms differs.",
    "  not chosen  caseless: User names are equal whatever the case, as on Windows.",
]


def test_a_requirement_is_told_with_the_readings_of_its_ambiguity(capsys: pytest.CaptureFixture[str]):
    assert run_explain("ps-enc-06") == 0
    assert capsys.readouterr().out.splitlines() == TOLD


@pytest.mark.parametrize(
    ("id", "lines"),
    [
        (
            "PS-RET-S1",
            [
                "PS-RET-S1  (retry)",
                "  source      a page",
                "  strength    S, said on another page of the maker's",
                "  levels      S in the simulation",
                "  profiles    vendor, full",
                "  checks      retry",
                "  resolution  nothing is open",
            ],
        ),
        ("PS-PORT-02", ["  levels      none: it cannot be tested"]),
    ],
)
def test_what_is_not_there_is_told_as_such(id: str, lines: list[str]):
    told = explanation(CATALOGUE, id, CATALOGUE.requirements[id])

    assert [line for line in told if line in lines] == lines


def test_an_ambiguity_and_a_deviation_name_who_refers_to_them():
    catalogue = load_catalogue()

    ambiguity = explanation(catalogue, "AMB-03", catalogue.ambiguities["AMB-03"])
    deviation = explanation(catalogue, "DEV-001", catalogue.deviations["DEV-001"])

    assert ambiguity[-1] == "  named by    PS-ROOT-03"
    assert deviation[:2] == [
        "DEV-001  A deliberate deviation",
        "  guide       An “internal strong DES cipher”, recommended and approved by FIPS.",
    ]
    assert deviation[-1] == "  named by    PS-ENC-03, PS-GLO-02"


def test_a_requirement_with_a_deviation_tells_it():
    catalogue = load_catalogue()

    assert "DEV-003  A deliberate deviation" in explanation(
        catalogue, "PS-ENC-09", catalogue.requirements["PS-ENC-09"]
    )


def test_no_line_is_too_long_to_be_read():
    catalogue = load_catalogue()
    told = [
        line
        for id, requirement in catalogue.requirements.items()
        for line in explanation(catalogue, id, requirement)
    ]

    assert max(map(len, told)) <= LINE_LETTERS


def test_an_unknown_id_is_refused():
    with pytest.raises(click.UsageError, match=r"There is no id 'AMB-1'\. Did you mean AMB-"):
        run_explain("AMB-1")


@pytest.mark.parametrize(("levels", "target"), [("SP", "sim"), ("V", "sim"), ("P", "process")])
def test_what_shows_a_requirement_is_told_by_level_with_the_way_to_ask_it(levels: str, target: str):
    evidence = {"PS-PORT-02": {level: [f"case-{level}", "another"] for level in levels}}
    told = explanation(CATALOGUE, "PS-PORT-02", CATALOGUE.requirements["PS-PORT-02"], evidence)

    for level in levels:
        assert f"  at level {level}  case-{level}, another" in told
    assert f"  to ask      python -m conformance run --target builtin:{target} --select PS-PORT-02" in told


@pytest.mark.parametrize("id", ["topology-pull", "Topology-PULL"])
def test_a_scenario_is_told_with_its_requirements_and_the_way_to_ask_it(id: str, capsys):
    assert run_explain(id) == 0

    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "topology-pull  (a scenario)"
    assert [line for line in lines if line.startswith("  shows       PS-TOP-05: ")]
    assert "  levels      S in the simulation, P with real processes" in lines
    assert "  written in  conformance/scenarios/topology.py, pull" in lines
    assert lines[-1] == "  to ask      python -m conformance run --target builtin:sim --select topology-pull"


def test_a_vector_is_told_with_question_answer_provenance_and_reading(capsys):
    assert run_explain("keys-composed") == 0

    lines = capsys.readouterr().out.splitlines()
    assert lines[:8] == [
        "keys-composed  (a vector)",
        "  asks        Composed letters give another key than letters without accents.",
        "  shows       PS-ENC-06: mismatch matrix refused before any path operation; ERR-01/02",
        "  levels      V by vectors",
        "  strength    must",
        "  provenance  catalogue, AMB-02",
        r"""  question    derive_key {"user": "caf\u00e9", "password": "\u00e9t\u00e9"}""",
        '  expected    {"differs_from": ["keys-both", "keys-compatible"]}',
    ]
    assert "AMB-02  When are key values “identical on both sides”?" in lines


def test_what_is_asked_from_outside_names_a_listener(capsys):
    assert run_explain("tcp-other-mode") == 0

    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "tcp-other-mode  (a case from outside)"
    assert "  to ask      python -m conformance run --target tcp:HOST:PORT --select tcp-other-mode" in lines


def test_each_case_can_be_told_in_lines_that_can_be_read():
    catalogue = load_catalogue()
    told = [line for case in all_cases().values() for line in explanation_of_case(catalogue, case)]

    assert max(map(len, told)) <= LINE_LETTERS


def test_a_case_that_there_is_not_is_refused_with_those_like_it():
    with pytest.raises(click.UsageError, match=r"There is no id 'topology-pul'\. Did you mean topology-pul"):
        run_explain("topology-pul")
