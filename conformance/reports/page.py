"""A report as one page of HTML that needs nothing else: what the guide says, what was decided, what was asked, what came back."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from itertools import groupby
from typing import Any

import msgspec

from conformance.catalogue import AREAS, Requirement
from conformance.verdict import CaseResult, Decision, Report, State

WORDS = {
    State.PASS: "does what the guide says",
    State.PASS_ALTERNATIVE: "does it in another way that the guide leaves open",
    State.NOT_FOLLOWED: "does something else where the guide or we only recommend it",
    State.FAIL: "does something else",
    State.ERROR: "nobody knows: the suite or the adapter has failed",
    State.XFAIL: "is known not to do it, and says why",
    State.XPASS: "does what it is listed as not doing: take the row out",
    State.UNSUPPORTED: "cannot be asked, and says why",
}

STYLE = """
:root { color-scheme: light dark; --line: #8884; --good: #2e7d32; --bad: #c62828; --other: #a15c00;
  --known: #1565c0; --unasked: #6d6d6d; }
@media (prefers-color-scheme: dark) {
  :root { --good: #81c784; --bad: #ef9a9a; --other: #ffb74d; --known: #90caf9; --unasked: #b0b0b0; } }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem;
  overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.3rem; margin-top: 3rem; border-bottom: 2px solid var(--line); }
h3 { font-size: 1.05rem; margin: 2rem 0 .3rem; }
table { border-collapse: collapse; } td, th { padding: .2rem .8rem .2rem 0; text-align: left; vertical-align: top; }
blockquote { margin: .3rem 0; padding-left: .8rem; border-left: 3px solid var(--line); }
p { margin: .3rem 0; }
details, .mention { border-top: 1px solid var(--line); padding: .3rem 0; }
summary, .mention { display: grid; grid-template-columns: 8rem 2rem 1fr; } summary { cursor: pointer; }
.state { font-weight: 600; } .legend td { white-space: nowrap; } .legend .about { white-space: normal; }
nav a { display: inline-block; margin: 0 .6rem .1rem 0; text-decoration: none; font-size: .9rem; }
.pass { color: var(--good); } .fail, .xpass, .error { color: var(--bad); }
.pass-alternative, .not-followed { color: var(--other); }
.xfail { color: var(--known); } .unsupported { color: var(--unasked); }
pre { background: #8882; padding: .5rem; white-space: pre-wrap; }
.about { opacity: .75; }
@media (max-width: 40rem) {
  summary, .mention { grid-template-columns: 1fr auto; } summary > :last-child, .mention > :last-child { grid-column: 1 / 3; } }
"""


# How bad a state is, the worst first: that of a requirement is that of its worst case.
WORST_FIRST = (
    State.ERROR,
    State.FAIL,
    State.XPASS,
    State.XFAIL,
    State.UNSUPPORTED,
    State.NOT_FOLLOWED,
    State.PASS_ALTERNATIVE,
    State.PASS,
)

INTRODUCTION = (
    "psync replicates folders between machines: a client on one of them, a listener on the other. The guide, "
    "written for administrators, documents what both do; here an implementation is held against it, sentence by "
    "sentence. Each requirement below tells what the guide says, what is checked, and what was decided where the "
    "guide leaves it open. Under it stand the cases that show it, at their levels: V is a question with its answer, "
    "S a history in the simulator, P one with real processes. Open a case to see what was asked and what came back, "
    "and the line that repeats it; one that shows several requirements is told in full under the first."
)

# Cases by the requirements that they show.
Found = Mapping[str, list[CaseResult]]


def as_page(report: Report, requirements: Mapping[str, Requirement]) -> str:
    """Give the page: what it amounts to first, then each requirement with its cases; failures stand open."""
    title = f"Conformance of {report.implementation or report.target}"
    found = _by_requirement(report.results)
    body = [
        f"<h1>{escape(title)}</h1>",
        f"<p><strong>{escape(report.headline)}</strong><br>",
        f"profile <code>{escape(report.profile)}</code>, {report.seconds:.1f} s</p>",
        *([f'<p class="error">{escape(report.unjudged.text)}</p>'] if report.unjudged else []),
        *_legend(report),
        *(
            [f'<p><a href="#unasked">{_count(report.unasked)} not asked in this run</a></p>']
            if report.unasked
            else []
        ),
        f"<p class='about'>{INTRODUCTION}</p>",
        *(f'<p class="fail">{escape(complaint)}</p>' for complaint in report.complaints),
        *_overview(found, requirements),
        *_listed("What fails", filter(_is_open, report.results)),
        *_listed("Known not to be done yet", (one for one in report.results if one.state is State.XFAIL)),
        *_unasked(report.unasked, requirements),
        *_decisions(report.decisions, found),
    ]
    for area, ids in groupby(found, key=_area_of):
        body.append(f"<h2>{escape(_heading(area))}</h2>")
        for id in ids:
            body += _requirement(id, requirements.get(id), found[id])
    return (
        '<!doctype html>\n<html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style>\n" + "\n".join(body) + "\n</html>\n"
    )


def _legend(report: Report) -> Iterator[str]:
    yield '<table class="legend">'
    for state, count in report.counts.items():
        yield (
            f'<tr><td>{count}</td><td class="{state}">{state}</td><td class="about">{escape(WORDS[state])}</td></tr>'
        )
    yield "</table>"


def _overview(found: Found, requirements: Mapping[str, Requirement]) -> Iterator[str]:
    """All requirements at a glance, a line an area, each in the colour of its worst case."""
    yield "<nav><table>"
    for area, ids in groupby(found, key=_area_of):
        links = " ".join(_link(id, found[id], requirements.get(id)) for id in ids)
        yield f"<tr><th>{escape(_heading(area))}</th><td>{links}</td></tr>"
    yield "</table></nav>"


def _link(id: str, results: list[CaseResult], requirement: Requirement | None) -> str:
    worst = min((result.state for result in results), key=WORST_FIRST.index)
    about = f"{worst}: {requirement.checks}" if requirement else worst
    number = id.rpartition("-")[2]
    return f'<a class="{worst}" title="{escape(about)}" href="#{escape(id)}">{escape(number)}</a>'


def _listed(heading: str, results: Iterable[CaseResult]) -> Iterator[str]:
    """Name some cases together, so that nobody has to look for them."""
    for number, result in enumerate(results):
        if number == 0:
            yield f"<h2>{heading}</h2>"
        yield _mention(result)


def _count(ids: Sequence[str]) -> str:
    return "1 requirement was" if len(ids) == 1 else f"{len(ids)} requirements were"


def _unasked(ids: Sequence[str], requirements: Mapping[str, Requirement]) -> Iterator[str]:
    """Name what this run says nothing about, a line an area."""
    if not ids:
        return
    yield '<h2 id="unasked">Not asked in this run</h2><table>'
    for area, of_area in groupby(sorted(ids, key=_place), key=_area_of):
        names = " ".join(_named(id, requirements.get(id)) for id in of_area)
        yield f"<tr><th>{escape(_heading(area))}</th><td>{names}</td></tr>"
    yield "</table>"


def _named(id: str, requirement: Requirement | None) -> str:
    title = f' title="{escape(requirement.checks)}"' if requirement else ""
    return f"<span{title}>{escape(id)}</span>"


def _decisions(decisions: Iterable[Decision], found: Found) -> Iterator[str]:
    for number, decision in enumerate(decisions):
        if number == 0:
            yield "<h2>Where something else is asked for than the guide says, on purpose</h2>"
        links = ", ".join(
            f'<a href="#{escape(id)}">{escape(id)}</a>' if id in found else escape(id)
            for id in decision.requirements
        )
        yield f'<h3 id="{escape(decision.id)}">{escape(decision.id)}: {escape(decision.ours)}</h3>'
        yield f"<blockquote>{escape(decision.guide)}</blockquote>"
        yield f'<p>{escape(decision.why)} <span class="about">It decides {links}.</span></p>'


def _by_requirement(results: Iterable[CaseResult]) -> dict[str, list[CaseResult]]:
    """Group cases under the requirements that they belong to, in the order of the areas."""
    found: dict[str, list[CaseResult]] = {}
    for result in results:
        for requirement in result.requirements:
            found.setdefault(requirement, []).append(result)
    return {id: found[id] for id in sorted(found, key=_place)}


def _place(id: str) -> tuple[int, str]:
    """Where a requirement stands: in the order of the areas."""
    areas = [*AREAS]
    area = _area_of(id)
    return areas.index(area) if area in areas else len(areas), id


def _area_of(id: str) -> str:
    return id.removeprefix("PS-").partition("-")[0]


def _heading(area: str) -> str:
    return f"{area}: {AREAS.get(area, 'another area')}"


def _is_open(result: CaseResult) -> bool:
    return result.state in (State.FAIL, State.XPASS, State.ERROR)


def _requirement(id: str, requirement: Requirement | None, results: list[CaseResult]) -> Iterator[str]:
    if requirement is None:
        yield f'<h3 id="{escape(id)}">{escape(id)}</h3>'
    else:
        yield f'<h3 id="{escape(id)}">{escape(id)}: {escape(requirement.checks)}</h3>'
        where = f"guide, line {requirement.line}" if requirement.line else requirement.source or ""
        quote = f"“{escape(requirement.quote)}” " if requirement.quote else ""
        yield f'<blockquote>{quote}<span class="about">{escape(where)}</span></blockquote>'
        if requirement.resolution:
            yield f"<p>Decided: {escape(requirement.resolution)}</p>"
        for deviation in requirement.deviations:
            yield f'<p>Deviates on purpose: <a href="#{escape(deviation)}">{escape(deviation)}</a></p>'
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
    """A line for a case whose details stand elsewhere."""
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
