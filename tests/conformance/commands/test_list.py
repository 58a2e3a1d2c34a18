"""Requirements, one a line."""

import json

import pytest

from conformance.arguments import NothingSelected
from conformance.catalogue import load_catalogue
from conformance.commands.list import run_list


def _ids(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [line.split()[0] for line in capsys.readouterr().out.splitlines()]


def test_all_are_listed_in_the_order_of_the_catalogue(capsys: pytest.CaptureFixture[str]):
    assert run_list("*", None, None, is_json=False) == 0
    assert _ids(capsys) == list(load_catalogue().requirements)


@pytest.mark.parametrize(
    ("select", "area", "strength", "ids"),
    [
        ("PS-PORT-0[12]", None, None, ["PS-PORT-01", "PS-PORT-02"]),
        ("ps-byte-s?", None, None, ["PS-BYTE-S1", "PS-BYTE-S2"]),
        ("*", "GLO", None, ["PS-GLO-01", "PS-GLO-02"]),
        ("*", None, "R", ["PS-PORT-06", "PS-ENC-09"]),
        ("*-0?", "BYTE", "D", ["PS-BYTE-01", "PS-BYTE-02"]),
    ],
)
def test_a_selection_is_what_meets_all_conditions(select, area, strength, ids, capsys):
    run_list(select, area, strength, is_json=False)

    assert _ids(capsys) == ids


def test_a_line_has_place_strength_levels_and_quote(capsys: pytest.CaptureFixture[str]):
    run_list("PS-SVC-03", None, None, is_json=False)
    run_list("PS-RET-S4", None, None, is_json=False)

    assert capsys.readouterr().out.splitlines() == [
        "PS-SVC-03     33  N  -      “C:\\Windows\\SysWOW64”",
        "PS-RET-S4      -  S  S      optional scan when the connection is back",
    ]


def test_json_has_all_fields_and_what_follows_from_the_id(capsys: pytest.CaptureFixture[str]):
    run_list("PS-CFG-03", None, None, is_json=True)

    [row] = json.loads(capsys.readouterr().out)
    assert "configuration-host-default" in row.pop("cases")["V"]
    assert row == {
        "id": "PS-CFG-03",
        "area": "CFG",
        "profiles": ["core", "mapping", "full"],
        "strength": "D",
        "levels": ["V"],
        "line": 19,
        "quote": "default IP address is your loopback address 127.0.0.1",
        "source": None,
        "checks": "omitted host == exactly 127.0.0.1",
        "resolution": 'not "localhost", not ::1',
        "ambiguities": [],
        "deviations": [],
    }


def test_json_names_the_cases_of_each_level_and_none_where_there_are_none(capsys: pytest.CaptureFixture[str]):
    run_list("PS-TOP-05", None, None, is_json=True)
    run_list("PS-SVC-03", None, None, is_json=True)
    first, second = capsys.readouterr().out.split("]\n[")

    scenarios = ["topology-pull", "topology-nobody-serves-the-source"]
    assert json.loads(first + "]")[0]["cases"] == {"S": scenarios, "P": scenarios}
    assert json.loads("[" + second)[0]["cases"] == {}


def test_nothing_selected_is_told():
    with pytest.raises(NothingSelected, match="No requirement is selected"):
        run_list("*", "GLO", "S", is_json=False)
