"""README.md tells what the conformance suite finds today, and so does the badge."""

from pathlib import Path

import pytest

from conformance.reports.badge import as_badge
from conformance.verdict import Report, State
from tests.conformance.figures import (
    BADGE,
    BEGIN,
    END,
    README,
    MarksMissing,
    asked,
    figures_of,
    with_figures,
    write,
)
from tests.conformance.reports.samples import sample

ANEW = "write it anew: python -m tests.conformance.figures"


@pytest.fixture(scope="module")
def report() -> Report:
    return asked()


def test_the_figures_are_what_psync_comes_to(report: Report):
    text = README.read_text("utf-8")

    assert text == with_figures(text, figures_of(report)), ANEW


def test_the_badge_is_what_psync_comes_to(report: Report):
    assert BADGE.read_text("utf-8") == as_badge(report), ANEW


def test_psync_conforms_but_for_what_is_listed(report: Report):
    assert report.exit_code == 0, report.headline


def test_the_badge_is_shown():
    assert f"](docs/{BADGE.name})" in README.read_text("utf-8")


def test_figures_and_badge_are_written_in_their_places(tmp_path: Path):
    readme, badge = tmp_path / "README.md", tmp_path / "badge.svg"
    readme.write_text(f"before\n{BEGIN}old\n{END}after\n")
    found = sample(State.PASS, State.PASS, State.XFAIL)

    write(found, readme, badge)

    table = (
        "| verdict | cases | psync |\n|---|---|---|\n"
        "| pass | 2 | does what the guide says |\n"
        "| xfail | 1 | is known not to do it, and says why |\n"
    )
    assert readme.read_text() == f"before\n{BEGIN}{table}{END}after\n"
    assert badge.read_text() == as_badge(found)


@pytest.mark.parametrize("text", ["", BEGIN, END, END + BEGIN])
def test_a_text_without_a_place_for_them_is_refused(text: str):
    with pytest.raises(MarksMissing, match="stand between the lines <!-- conformance --> and"):
        with_figures(text, "")
