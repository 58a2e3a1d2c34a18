"""A report as one page of HTML that needs nothing else: what the guide says, what was decided, what was asked, what came back."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

import msgspec
from msgspec import Struct

from conformance.verdict import CaseResult, Report, State


class Requirement(Struct, frozen=True):
    """What the page shows of a requirement of the catalogue."""

    quote: str
    line: int
    resolution: str = ""
    checks: str = ""


WORDS = {
    State.PASS: "does what the guide says",
    State.PASS_ALTERNATIVE: "does it in another way that the guide leaves open",
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
details { border-top: 1px solid var(--line); padding: .3rem 0; } summary { cursor: pointer; }
.state { display: inline-block; min-width: 9.5rem; font-weight: 600; }
.pass { color: var(--good); } .fail, .xpass, .error { color: var(--bad); }
.pass-alternative, .xfail, .unsupported, .not-selected { color: var(--open); }
pre { overflow-x: auto; background: #8882; padding: .5rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.about { opacity: .75; }
"""


def as_page(report: Report, requirements: Mapping[str, Requirement]) -> str:
    """Give the page: what it amounts to first, then each requirement with its cases; failures stand open."""
    title = f"Conformance of {report.implementation or report.target}"
    body = [
        f"<h1>{escape(title)}</h1>",
        f"<p><strong>{escape(report.headline)}</strong><br>",
        f"profile <code>{escape(report.profile)}</code>, {report.seconds:.1f} s</p>",
        *_legend(report),
        *(f'<p class="fail">{escape(complaint)}</p>' for complaint in report.complaints),
    ]
    for id, results in _by_requirement(report.results).items():
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


def _by_requirement(results: Iterable[CaseResult]) -> dict[str, list[CaseResult]]:
    """Group cases under the first requirement that they belong to; those with failures come first."""
    found: dict[str, list[CaseResult]] = {}
    for result in results:
        found.setdefault(result.requirements[0], []).append(result)
    return dict(sorted(found.items(), key=lambda item: (not any(map(_is_open, item[1])), item[0])))


def _is_open(result: CaseResult) -> bool:
    return result.state in (State.FAIL, State.XPASS, State.ERROR)


def _requirement(id: str, requirement: Requirement | None, results: list[CaseResult]) -> Iterable[str]:
    yield f'<h2 id="{escape(id)}">{escape(id)}</h2>'
    if requirement is not None:
        where = f"guide, line {requirement.line}" if requirement.line else ""
        yield f'<blockquote>“{escape(requirement.quote)}” <span class="about">{where}</span></blockquote>'
        if requirement.checks:
            yield f"<p>Checked: {escape(requirement.checks)}</p>"
        if requirement.resolution:
            yield f"<p>Decided: {escape(requirement.resolution)}</p>"
    for result in results:
        yield _case(result)


def _case(result: CaseResult) -> str:
    steps = "".join(
        f"<pre>{escape(step.op)} {_json(step.params)}\n→ {_json(step.answer)}</pre>" for step in result.steps
    )
    message = f"<p>{escape(result.message)}</p>" if result.message else ""
    return (
        f"<details{' open' if _is_open(result) else ''}><summary>"
        f'<span class="state {result.state}">{result.state}</span> {escape(result.id)} '
        f'<span class="about">{escape(result.level)}: {escape(result.about)}</span></summary>'
        f"{message}{steps}<pre>{escape(result.reproduce)}</pre></details>"
    )


def _json(value: dict[str, Any]) -> str:
    return escape(msgspec.json.encode(value).decode())
