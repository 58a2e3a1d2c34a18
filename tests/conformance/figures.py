"""The figures of README.md and its badge: what the conformance suite found when it asked psync.

python -m tests.conformance.figures   writes both anew, after a change of psync or of the suite
"""

from pathlib import Path

from conformance.commands.run import RunOptions, carry_out
from conformance.reports.badge import as_badge
from conformance.reports.page import WORDS
from conformance.verdict import Report
from tests.checkout import ROOT

TARGET = "builtin:process"
README = ROOT / "README.md"
BADGE = ROOT / "docs/conformance.svg"

BEGIN = "<!-- conformance -->\n"
END = "<!-- end of conformance -->\n"


class MarksMissing(Exception):
    """A text has no place for the figures."""


def asked() -> Report:
    """Put all questions to psync, which takes some ten seconds."""
    return carry_out(RunOptions(TARGET))


def figures_of(report: Report) -> str:
    """How many cases have each verdict, as a table."""
    rows = [f"| {state} | {count} | {WORDS[state]} |\n" for state, count in report.counts.items()]
    return "".join(["| verdict | cases | psync |\n", "|---|---|---|\n", *rows])


def with_figures(text: str, figures: str) -> str:
    """The text with these figures between its two marks. Raises `MarksMissing`."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise MarksMissing(f"The figures stand between the lines {BEGIN.strip()} and {END.strip()}.")
    return before + begin + figures + end + after


def write(report: Report, readme: Path = README, badge: Path = BADGE) -> None:
    """Write both anew."""
    readme.write_text(with_figures(readme.read_text("utf-8"), figures_of(report)), "utf-8")
    badge.write_text(as_badge(report), "utf-8")


if __name__ == "__main__":
    write(asked())
