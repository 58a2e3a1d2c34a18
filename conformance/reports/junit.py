"""A report as JUnit XML, which every CI shows. A skip stays a skip there, and says why."""

from xml.etree import ElementTree

from conformance.verdict import FAILURES, CaseResult, Report, State

# What is no pass and no failure: a skip, which tells what it is.
SKIPPED = (State.NOT_FOLLOWED, State.XFAIL, State.UNSUPPORTED)

# XML has no place for these characters.
_REPLACED = {number: "\N{REPLACEMENT CHARACTER}" for number in range(32) if chr(number) not in "\t\n\r"}


def as_junit(report: Report) -> str:
    """Give the XML, with a declaration."""
    states = [result.state for result in report.results]
    failed = sum(state in FAILURES for state in states) + len(report.complaints)
    suite = ElementTree.Element(
        "testsuite",
        name=f"conformance of {report.implementation or report.target}",
        tests=str(len(states) + len(report.complaints)),
        failures=str(failed),
        errors=str(states.count(State.ERROR)),
        skipped=str(sum(state in SKIPPED for state in states)),
        time=f"{report.seconds:.3f}",
    )
    if report.decisions:
        properties = ElementTree.SubElement(suite, "properties")
        for decision in report.decisions:
            where = f"{decision.ours} ({', '.join(decision.requirements)})"
            ElementTree.SubElement(properties, "property", name=decision.id, value=_clean(where))
    for result in report.results:
        suite.append(_case(result))
    for complaint in report.complaints:
        case = ElementTree.SubElement(suite, "testcase", classname="deviations", name=_clean(complaint))
        ElementTree.SubElement(case, "failure", message=_clean(complaint))
    ElementTree.indent(suite)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def _case(result: CaseResult) -> ElementTree.Element:
    case = ElementTree.Element(
        "testcase",
        classname=f"{result.level}.{'.'.join(result.requirements)}",
        name=result.id,
        time=f"{result.seconds:.3f}",
    )
    message = _clean(result.message)
    if result.state in FAILURES:
        ElementTree.SubElement(case, "failure", message=message).text = _clean(result.reproduce)
    elif result.state is State.ERROR:
        ElementTree.SubElement(case, "error", message=message).text = _clean(result.reproduce)
    elif result.state in SKIPPED:
        ElementTree.SubElement(case, "skipped", message=f"{result.state}: {message}")
    return case


def _clean(text: str) -> str:
    return text.translate(_REPLACED)
