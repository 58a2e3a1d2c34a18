"""README.md tells what the conformance suite finds; `tests.conformance.figures` holds it against each run."""

from pathlib import Path

import pytest

from conformance.commands.run import as_json
from conformance.reports.badge import as_badge
from conformance.verdict import State
from tests.conformance.figures import (
    BADGE,
    BEGIN,
    END,
    README,
    TARGETS,
    MarksMissing,
    complaints,
    figures_of,
    kept,
    with_figures,
    write,
)
from tests.conformance.reports.samples import sample

TABLE = """\
| verdict | `builtin:sim` | `builtin:process` | psync |
|---|---|---|---|
| pass | 2 | 1 | does what the guide says |
| xfail | 1 | 0 | is known not to do it, and says why |
| unsupported | 0 | 1 | cannot be asked, and says why |
"""

FOUND = {
    "builtin:sim": sample(State.PASS, State.PASS, State.XFAIL),
    "builtin:process": sample(State.PASS, State.UNSUPPORTED),
}


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """A README and a badge that tell what was found."""
    readme, badge = tmp_path / "README.md", tmp_path / "badge.svg"
    readme.write_text(f"before\n{BEGIN}old\n{END}after\n")
    write(FOUND, readme, badge)
    return readme, badge


def test_figures_and_badge_are_written_in_their_places(files: tuple[Path, Path]):
    readme, badge = files

    assert readme.read_text() == f"before\n{BEGIN}{TABLE}{END}after\n"
    assert badge.read_text() == as_badge(FOUND["builtin:process"])


def test_what_is_not_true_any_more_is_told_with_the_way_to_mend_it(files: tuple[Path, Path]):
    other = {**FOUND, "builtin:process": sample(State.PASS, State.PASS)}

    assert complaints(FOUND, *files) == []
    assert complaints(other, *files) == [
        f"{file.name} tells other figures than the reports; write it anew: python -m tests.conformance.figures"
        for file in files
    ]


def test_reports_are_read_as_run_leaves_them(tmp_path: Path):
    for target, file in TARGETS.items():
        (tmp_path / file).write_text(as_json(FOUND[target]))

    assert {target: report.counts for target, report in kept(tmp_path).items()} == {
        target: report.counts for target, report in FOUND.items()
    }


def test_the_badge_is_shown_and_the_figures_have_their_place():
    text = README.read_text("utf-8")

    assert f"](docs/{BADGE.name})" in text
    assert with_figures(text, figures_of(FOUND)) != text


@pytest.mark.parametrize("text", ["", BEGIN, END, END + BEGIN])
def test_a_text_without_a_place_for_them_is_refused(text: str):
    with pytest.raises(MarksMissing, match="stand between the lines <!-- conformance --> and"):
        with_figures(text, "")
