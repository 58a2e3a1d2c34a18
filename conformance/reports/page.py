"""A report as one page of HTML that needs nothing else: what the guide says, what was decided, what was asked, what came back."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

import msgspec
from msgspec import Struct

from conformance.verdict import CaseResult, Report, State


class Requirement(Struct, frozen=True):
    """What the page shows of a requirement of the catalogue. Where the guide has no line of it, `source` says who says it."""

    quote: str
    line: int
    resolution: str = ""
    checks: str = ""
    source: str = ""


WORDS = {
    State.PASS: "does what the guide says",
    State.PASS_ALTERNATIVE: "does it in another way that the guide leaves open",
    State.NOT_FOLLOWED: "does something else where the guide or we only recommend it",
    State.FAIL: "does something else",
    State.ERROR: "nobody knows: the suite or the adapter has failed",
    State.XFAIL: "is known not to do it, and says why",
    State.XPASS: "does what it is listed as not doing: take the row out",
    State.UNSUPPORTED: "cannot be asked, and says why",
    State.NOT_SELECTED: "was not asked",
}

STYLE = """
:root { color-scheme: light dark; --line: #8884; --good: #2e7d32; --bad: #c62828; --open: #b26a00; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.5rem; }
table { border-collapse: collapse; } td, th { padding: .2rem .8rem .2rem 0; text-align: left; }
blockquote { margin: .3rem 0; padding-left: .8rem; border-left: 3px solid var(--line); }
details, .mention { border-top: 1px solid var(--line); padding: .3rem 0; }
summary, .mention { display: grid; grid-template-columns: 8rem 2rem 1fr; } summary { cursor: pointer; }
.state { font-weight: 600; }
nav a { display: inline-block; margin: 0 .6rem .2rem 0; text-decoration: none; font-size: .85rem; }
.pass { color: var(--good); } .fail, .xpass, .error { color: var(--bad); }
.pass-alternative, .xfail, .unsupported, .not-selected { color: var(--open); }
pre { overflow-x: auto; background: #8882; padding: .5rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.about { opacity: .75; }
"""


# How bad a state is, the worst first: that of a requirement is that of its worst case.
WORST_FIRST = (
    State.ERROR,
    State.FAIL,
    State.XPASS,
    State.XFAIL,
    State.UNSUPPORTED,
    State.NOT_SELECTED,
    State.NOT_FOLLOWED,
    State.PASS_ALTERNATIVE,
    State.PASS,
)

INTRODUCTION = (
    "Each heading below is a requirement: what the guide says, what is checked, and what was decided where the "
    "guide leaves it open. Under it stand the cases that show it, at their levels: V is a question with its answer, "
    "S a history in the simulator, P one with real processes. Open a case to see what was asked and what came back, "
    "and the line that repeats it; one that shows several requirements is told in full under the first."
)


def as_page(report: Report, requirements: Mapping[str, Requirement]) -> str:
    """Give the page: what it amounts to first, then each requirement with its cases; failures stand open."""
    title = f"Conformance of {report.implementation or report.target}"
    body = [
        f"<h1>{escape(title)}</h1>",
        f"<p><strong>{escape(report.headline)}</strong><br>",
        f"profile <code>{escape(report.profile)}</code>, {report.seconds:.1f} s</p>",
        *_legend(report),
        f"<p class='about'>{INTRODUCTION}</p>",
        *(f'<p class="fail">{escape(complaint)}</p>' for complaint in report.complaints),
    ]
    found = _by_requirement(report.results)
    body += _overview(found)
    for id, results in found.items():
        body += _requirement(id, requirements.get(id), results)
    return (
        '<!doctype html>\n<html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style>\n" + "\n".join(body) + "\n</html>\n"
    )


def _legend(report: Report) -> Iterable[str]:
    yield "<table>"
    for state, count in report.counts.items():
        yield (
            f'<tr><td>{count}</td><td class="{state}">{state}</td><td class="about">{escape(WORDS[state])}</td></tr>'
        )
    yield "</table>"


def _overview(found: Mapping[str, list[CaseResult]]) -> Iterable[str]:
    """All requirements at a glance, each in the colour of its worst case."""
    yield "<nav>"
    for id, results in sorted(found.items()):
        worst = min((result.state for result in results), key=WORST_FIRST.index)
        yield f'<a class="{worst}" title="{worst}" href="#{escape(id)}">{escape(id.removeprefix("PS-"))}</a>'
    yield "</nav>"


def _by_requirement(results: Iterable[CaseResult]) -> dict[str, list[CaseResult]]:
    """Group cases under the requirements that they belong to; those with failures come first."""
    found: dict[str, list[CaseResult]] = {}
    for result in results:
        for requirement in result.requirements:
            found.setdefault(requirement, []).append(result)
    return dict(sorted(found.items(), key=lambda item: (not any(map(_is_open, item[1])), item[0])))


def _is_open(result: CaseResult) -> bool:
    return result.state in (State.FAIL, State.XPASS, State.ERROR)


def _requirement(id: str, requirement: Requirement | None, results: list[CaseResult]) -> Iterable[str]:
    yield f'<h2 id="{escape(id)}">{escape(id)}</h2>'
    if requirement is not None:
        where = f"guide, line {requirement.line}" if requirement.line else requirement.source
        quote = f"“{escape(requirement.quote)}” " if requirement.quote else ""
        yield f'<blockquote>{quote}<span class="about">{escape(where)}</span></blockquote>'
        if requirement.checks:
            yield f"<p>Checked: {escape(requirement.checks)}</p>"
        if requirement.resolution:
            yield f"<p>Decided: {escape(requirement.resolution)}</p>"
    for result in results:
        yield _case(result) if result.requirements[0] == id else _mention(result)


def _case(result: CaseResult) -> str:
    steps = "".join(
        f"<pre>{escape(step.op)} {_json(step.params)}\n→ {_json(step.answer)}</pre>" for step in result.steps
    )
    return (
        f'<details id="{escape(result.id)}"{" open" if _is_open(result) else ""}><summary>'
        f"{_summary(result, escape(result.id))}</summary>"
        f"{steps}<pre>{escape(result.reproduce)}</pre></details>"
    )


def _mention(result: CaseResult) -> str:
    """A line for a case whose details stand under another requirement."""
    link = f'<a href="#{escape(result.id)}">{escape(result.id)}</a>'
    return f'<div class="mention">{_summary(result, link)}</div>'


def _summary(result: CaseResult, name: str) -> str:
    message = f'<br><span class="{result.state}">{escape(result.message)}</span>' if result.message else ""
    return (
        f'<span class="state {result.state}">{result.state}</span> <span>{escape(result.level)}</span> '
        f'<span>{name} <span class="about">{escape(result.about)}</span>{message}</span>'
    )


def _json(value: dict[str, Any]) -> str:
    return escape(msgspec.json.encode(value).decode())
