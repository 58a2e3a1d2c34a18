"""A report as JUnit XML, which every CI shows. A skip stays a skip there, and says why."""

import re
from xml.etree import ElementTree

from conformance.verdict import FAILURES, CaseResult, Report, State

# What is no pass and no failure: a skip, which tells what it is.
SKIPPED = (State.NOT_FOLLOWED, State.XFAIL, State.UNSUPPORTED)

# XML has no place for these characters (XML 1.0, 2.2).
NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_junit(report: Report) -> str:
    """Give the XML, with a declaration."""
    states = [result.state for result in report.results]
    failed = sum(state in FAILURES for state in states) + len(report.complaints)
    suite = ElementTree.Element(
        "testsuite",
        name=f"conformance of {report.implementation or report.target}",
        tests=str(len(states) + len(report.complaints) + (report.unjudged is not None)),
        failures=str(failed),
        errors=str(states.count(State.ERROR) + (report.unjudged is not None)),
        skipped=str(sum(state in SKIPPED for state in states)),
        time=f"{report.seconds:.3f}",
    )
    if report.decisions:
        properties = ElementTree.SubElement(suite, "properties")
        for decision in report.decisions:
            where = f"{decision.ours} ({', '.join(decision.requirements)})"
            ElementTree.SubElement(properties, "property", name=decision.id, value=where)
    for result in report.results:
        suite.append(_case(result))
    for complaint in report.complaints:
        case = ElementTree.SubElement(suite, "testcase", classname="deviations", name=complaint)
        ElementTree.SubElement(case, "failure", message=complaint)
    if report.unjudged is not None:
        case = ElementTree.SubElement(suite, "testcase", classname="run", name="the target is judged")
        ElementTree.SubElement(case, "error", message=report.unjudged.text)
    _clean(suite)
    ElementTree.indent(suite)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def _case(result: CaseResult) -> ElementTree.Element:
    case = ElementTree.Element(
        "testcase",
        classname=f"{result.level}.{'.'.join(result.requirements)}",
        name=result.id,
        time=f"{result.seconds:.3f}",
    )
    message = result.message
    if result.state in FAILURES:
        ElementTree.SubElement(case, "failure", message=message).text = result.reproduce
    elif result.state is State.ERROR:
        ElementTree.SubElement(case, "error", message=message).text = result.reproduce
    elif result.state in SKIPPED:
        ElementTree.SubElement(case, "skipped", message=f"{result.state}: {message}")
    return case


def _clean(element: ElementTree.Element) -> None:
    """Replace what would make the report no XML, whoever has said it."""
    for one in element.iter():
        one.text = one.text and NO_XML.sub("\N{REPLACEMENT CHARACTER}", one.text)
        for name, value in one.items():
            one.set(name, NO_XML.sub("\N{REPLACEMENT CHARACTER}", value))
