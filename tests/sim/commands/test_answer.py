"""What a command prints, and where."""

import pytest

from sim.commands.answer import answer, aside, print_document
from sim.tally import Finding

FINDING = Finding(3, "whole: torn")


def _words(finding: Finding) -> list[str]:
    return [f"seed {finding.seed}", finding.broken]


@pytest.mark.parametrize(
    ("is_json", "printed"),
    [(False, "seed 3\nwhole: torn\n"), (True, '{"seed":3,"broken":"whole: torn"}\n')],
)
def test_a_value_is_printed_as_text_or_as_json(is_json: bool, printed: str, capsys):
    answer(FINDING, _words, is_json=is_json)

    assert capsys.readouterr() == (printed, "")


def test_a_document_is_a_line(capsys):
    print_document(FINDING)

    assert capsys.readouterr() == ('{"seed":3,"broken":"whole: torn"}\n', "")


@pytest.mark.parametrize(("is_json", "stream"), [(False, 0), (True, 1)])
def test_what_is_told_meanwhile_makes_way_for_json(is_json: bool, stream: int, capsys):
    with aside(is_json=is_json):
        print_document(FINDING)

    printed = capsys.readouterr()
    assert (printed[stream], printed[1 - stream]) == ('{"seed":3,"broken":"whole: torn"}\n', "")
