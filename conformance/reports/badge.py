"""A badge for a README: what was run, and how many cases passed, in one small picture."""

from xml.sax.saxutils import escape

from conformance.verdict import EXIT_CONFORMANT, EXIT_HARNESS, EXIT_NOT_CONFORMANT, PASSES, Report

COLOURS = {EXIT_CONFORMANT: "#2e7d32", EXIT_NOT_CONFORMANT: "#c62828"}
INCONCLUSIVE = "#757575"
LETTER_PIXELS = 7
PADDING_PIXELS = 12

TEMPLATE = """\
<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img" aria-label="{label}: {text}">
<title>{label}: {text}</title>
<rect width="{width}" height="20" rx="3" fill="#424242"/>
<path d="M{left} 0h{right_less}a3 3 0 0 1 3 3v14a3 3 0 0 1 -3 3H{left}z" fill="{colour}"/>
<g fill="#fff" font-family="DejaVu Sans,Verdana,sans-serif" font-size="11" text-anchor="middle">
<text x="{left_middle}" y="14">{label}</text>
<text x="{right_middle}" y="14">{text}</text>
</g>
</svg>
"""


def as_badge(report: Report) -> str:
    """Give the SVG."""
    label, text = "conformance", _text(report)
    left, right = (len(words) * LETTER_PIXELS + PADDING_PIXELS for words in (label, text))
    return TEMPLATE.format(
        width=left + right,
        left=left,
        right_less=right - 3,
        left_middle=left / 2,
        right_middle=left + right / 2,
        label=escape(label),
        text=escape(text),
        colour=COLOURS.get(report.exit_code, INCONCLUSIVE),
    )


def _text(report: Report) -> str:
    if report.unjudged is not None or report.exit_code == EXIT_HARNESS:
        return "not judged"
    passed = sum(count for state, count in report.counts.items() if state in PASSES)
    return f"{passed} of {len(report.results)} pass"
