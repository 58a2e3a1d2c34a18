"""Measurements as a plot: one SVG, drawn by hand, since a library would weigh more than all of the simulator.

The first parameter runs along the x axis, each combination of the others is a
line of its own. A dot is a median, the bar through it its interval.
"""

import math
from collections.abc import Sequence
from html import escape

from msgspec import Struct

from sim.arguments import Value, counted
from sim.experiment import Measurement

WIDTH, HEIGHT = 760, 460
LEFT, RIGHT, TOP, BOTTOM = 84.0, 28.0, 76.0, 70.0
LETTER = 7.4  # about the width of one, of a legend
LABEL_GAP = 36.0

# Where the largest x value is so many times the smallest, equal steps would crowd most of them together.
LOGARITHMIC_FROM = 8.0

# Told apart by the colour-blind, too (Okabe and Ito, "Color Universal Design", 2008).
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")

STYLE = """
text { font: 13px system-ui, "Segoe UI", "DejaVu Sans", sans-serif; fill: #444 }
.title { font-size: 18px; font-weight: 600; fill: #111 }
.axis { font-size: 14px; fill: #222 }
.grid { stroke: #e6e6e6 } .base { stroke: #888 }
.line { fill: none; stroke-width: 2; stroke-opacity: .75 } .bar { stroke-width: 2 }
"""


class Scale(Struct, frozen=True):
    """Maps values to pixels; on a logarithmic one equal factors are equally far."""

    low: float
    high: float
    start: float
    end: float
    is_logarithmic: bool = False

    def __call__(self, value: float) -> float:
        """Give the pixel of a value."""
        low, high, at = self.low, self.high, value
        if self.is_logarithmic:
            low, high, at = math.log(low), math.log(high), math.log(value)
        share = (at - low) / (high - low) if high > low else 0.5
        return self.start + share * (self.end - self.start)


def draw(title: str, metric: str, measurements: Sequence[Measurement]) -> str:
    """Give the text of an SVG file."""
    names = list(measurements[0].values)
    series = _series(measurements)
    right = WIDTH - RIGHT - (35 + LETTER * max(map(len, series)) if len(series) > 1 else 0)
    places = _places([_first(one) for one in measurements], right)
    top = nice_steps(max(one.high for one in measurements))
    y = Scale(0.0, top[-1], HEIGHT - BOTTOM, TOP)
    one = measurements[0]
    about = (
        f"medians of {counted(one.repeats, 'repeat')}, each with its interval of {100 * one.confidence:.0f} %"
    )
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
        f' width="{WIDTH}" height="{HEIGHT}">',
        f"<style>{STYLE}</style>",
        '<rect width="100%" height="100%" fill="#fff"/>',
        _text(LEFT, 34, title, "title"),
        _text(LEFT, 55, about),
        *_grid(y, top, right),
        *_labels(places),
        _text((LEFT + right) / 2, HEIGHT - 20, _words(names[0]) if names else "", "axis", "middle"),
        f'<g transform="translate(24 {(HEIGHT - BOTTOM + TOP) / 2}) rotate(-90)">',
        _text(0, 0, _words(metric), "axis", "middle"),
        "</g>",
    ]
    for number, (name, members) in enumerate(series.items()):
        colour = COLOURS[number % len(COLOURS)]
        shift = (number - (len(series) - 1) / 2) * 6.0
        points = [(places[_first(one)] + shift, one) for one in members]
        parts += _drawn(points, y, colour)
        if len(series) > 1:
            parts += _legend(name, number, right, colour)
    return "\n".join([*parts, "</svg>", ""])


def nice_steps(top: float) -> list[float]:
    """Round values from 0 to one that is not below `top`, about five of them."""
    if top <= 0:
        return [0.0, 1.0]
    raw = top / 5
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(factor * power for factor in (1.0, 2.0, 2.5, 5.0, 10.0) if factor * power >= raw * 0.999999)
    return [number * step for number in range(math.ceil(top / step - 1e-9) + 1)]


def _series(measurements: Sequence[Measurement]) -> dict[str, list[Measurement]]:
    series: dict[str, list[Measurement]] = {}
    for one in measurements:
        others = list(one.values.items())[1:]
        name = ", ".join(f"{_words(name)} = {_shown(value)}" for name, value in others)
        series.setdefault(name, []).append(one)
    return series


def _first(measurement: Measurement) -> Value:
    return next(iter(measurement.values.values()), "")


def _places(values: Sequence[Value], right: float) -> dict[Value, float]:
    """The pixel of each value on the x axis: as numbers, if they are, else side by side."""
    inset = 34.0
    numbers = [float(value) for value in values if not isinstance(value, str)]
    if len(numbers) < len(values):
        distinct = list(dict.fromkeys(values))
        scale = Scale(0, max(len(distinct) - 1, 0), LEFT + inset, right - inset)
        return {value: scale(place) for place, value in enumerate(distinct)}
    low, high = min(numbers), max(numbers)
    is_wide = low > 0 and high / low >= LOGARITHMIC_FROM
    scale = Scale(low, high, LEFT + inset, right - inset, is_logarithmic=is_wide)
    return {value: scale(float(value)) for value in values}


def _grid(y: Scale, steps: Sequence[float], right: float) -> list[str]:
    lines = []
    for step in steps:
        at = y(step)
        kind = "grid" if step else "base"
        lines.append(f'<line class="{kind}" x1="{LEFT}" x2="{right}" y1="{at:.1f}" y2="{at:.1f}"/>')
        lines.append(_text(LEFT - 10, at + 4.5, _shown(step), anchor="end"))
    return lines


def _labels(places: dict[Value, float]) -> list[str]:
    """What stands below the x axis; a label that has no room is left out, its tick is not."""
    parts, last = [], -math.inf
    base = HEIGHT - BOTTOM
    for value, x in sorted(places.items(), key=lambda item: item[1]):
        parts.append(f'<line class="base" x1="{x:.1f}" x2="{x:.1f}" y1="{base}" y2="{base + 5}"/>')
        if x - last >= LABEL_GAP:
            parts.append(_text(x, base + 21, _shown(value), anchor="middle"))
            last = x
    return parts


def _drawn(points: Sequence[tuple[float, Measurement]], y: Scale, colour: str) -> list[str]:
    ordered = sorted(points, key=lambda point: point[0])
    joined = " ".join(f"{x:.1f},{y(one.median):.1f}" for x, one in ordered)
    parts = [f'<polyline class="line" stroke="{colour}" points="{joined}"/>']
    for x, one in ordered:
        low, high = y(one.low), y(one.high)
        bar = f"M{x:.1f} {low:.1f}V{high:.1f}M{x - 5:.1f} {low:.1f}h10M{x - 5:.1f} {high:.1f}h10"
        parts.append(f'<path class="bar" stroke="{colour}" d="{bar}"/>')
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y(one.median):.1f}" r="4.5" fill="{colour}" stroke="#fff">'
            f"<title>{_shown(one.median)} ({_shown(one.low)} to {_shown(one.high)})</title></circle>"
        )
    return parts


def _legend(name: str, number: int, right: float, colour: str) -> list[str]:
    x, y = right + 22, TOP + 10 + number * 24
    return [f'<circle cx="{x}" cy="{y}" r="5" fill="{colour}"/>', _text(x + 13, y + 4.5, name)]


def _text(x: float, y: float, text: str, kind: str = "", anchor: str = "start") -> str:
    attributes = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{attributes}>{escape(text)}</text>'


def _words(name: str) -> str:
    return name.replace("_", " ")


def _shown(value: Value) -> str:
    return f"{value:,.6g}" if isinstance(value, float) else str(value)
