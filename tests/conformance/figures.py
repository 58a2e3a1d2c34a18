"""The figures of README.md and its badge: what the conformance suite finds in psync, at each of its levels.

python -m tests.conformance.figures           asks psync, and writes both anew
python -m tests.conformance.figures --check   holds them against the reports in reports/, as tox leaves them
"""

import sys
from collections.abc import Mapping
from pathlib import Path

from conformance.commands.diff import read_report
from conformance.commands.run import RunOptions, carry_out
from conformance.reports.badge import as_badge
from conformance.reports.page import WORDS
from conformance.verdict import Report, State
from tests.checkout import ROOT

# In virtual time, and with real processes, with the report of each.
TARGETS = {"builtin:sim": "sim.json", "builtin:process": "process.json"}
REPORTS = ROOT / "reports"
README = ROOT / "README.md"
BADGE = ROOT / "docs/conformance.svg"

BEGIN = "<!-- conformance -->\n"
END = "<!-- end of conformance -->\n"

ANEW = "write it anew: python -m tests.conformance.figures"

Reports = Mapping[str, Report]


class MarksMissing(Exception):
    """A text has no place for the figures."""


def asked() -> Reports:
    """Put all cases to psync, which takes some two minutes."""
    return {target: carry_out(RunOptions(target, is_strict=True)) for target in TARGETS}


def kept(folder: Path = REPORTS) -> Reports:
    """Read what was found when the suite was run last."""
    return {target: read_report(folder / file) for target, file in TARGETS.items()}


def figures_of(reports: Reports) -> str:
    """How many cases have each verdict, as a table with a column for each target."""
    states = [state for state in State if any(report.counts.get(state) for report in reports.values())]
    head = " | ".join(f"`{target}`" for target in reports)
    lines = [f"| verdict | {head} | psync |\n", "|---|" + "---|" * len(reports) + "---|\n"]
    for state in states:
        counts = " | ".join(str(report.counts.get(state, 0)) for report in reports.values())
        lines.append(f"| {state} | {counts} | {WORDS[state]} |\n")
    return "".join(lines)


def with_figures(text: str, figures: str) -> str:
    """The text with these figures between its two marks. Raises `MarksMissing`."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise MarksMissing(f"The figures stand between the lines {BEGIN.strip()} and {END.strip()}.")
    return before + begin + figures + end + after


def write(reports: Reports, readme: Path = README, badge: Path = BADGE) -> None:
    """Write both anew; the badge is that of the last target."""
    readme.write_text(with_figures(readme.read_text("utf-8"), figures_of(reports)), "utf-8")
    badge.write_text(as_badge([*reports.values()][-1]), "utf-8")


def complaints(reports: Reports, readme: Path = README, badge: Path = BADGE) -> list[str]:
    """What is not true any more."""
    text = readme.read_text("utf-8")
    wrong = {
        readme.name: text != with_figures(text, figures_of(reports)),
        badge.name: badge.read_text("utf-8") != as_badge([*reports.values()][-1]),
    }
    return [
        f"{name} tells other figures than the reports; {ANEW}" for name, is_wrong in wrong.items() if is_wrong
    ]


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        sys.exit("\n".join(complaints(kept())) or None)
    write(asked())
