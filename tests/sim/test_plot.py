"""Plots as SVG."""

from xml.etree import ElementTree

import pytest

from sim.arguments import Value
from sim.experiment import Measurement
from sim.plot import Scale, draw, nice_steps

SVG = "{http://www.w3.org/2000/svg}"


def _measured(values: dict[str, Value], median: float) -> Measurement:
    return Measurement(values, 5, median, median - 0.5, median + 0.5, 0.9375)


def _drawn(*measurements: Measurement) -> ElementTree.Element:
    return ElementTree.fromstring(draw("Title & <text>", "copy_seconds", measurements))


def _texts(drawing: ElementTree.Element) -> list[str]:
    return [text.text or "" for text in drawing.iter(f"{SVG}text")]


def _dots(drawing: ElementTree.Element) -> list[float]:
    """The x pixels of medians."""
    return [
        float(dot.get("cx", ""))
        for dot in drawing.iter(f"{SVG}circle")
        if dot.find(f"{SVG}title") is not None
    ]


def test_a_plot_has_a_title_labels_and_a_dot_with_its_values_for_each_median():
    drawing = _drawn(_measured({"latency_ms": 1}, 1.0), _measured({"latency_ms": 3}, 2.0))

    assert _texts(drawing) == [
        "Title & <text>",
        "medians of 5 repeats, each with its interval of 94 %",
        *("0", "0.5", "1", "1.5", "2", "2.5"),
        *("1", "3"),
        "latency ms",
        "copy seconds",
    ]
    assert [title.text for title in drawing.iter(f"{SVG}title")] == ["1 (0.5 to 1.5)", "2 (1.5 to 2.5)"]


def test_each_combination_of_the_other_parameters_is_a_line_of_its_own():
    drawing = _drawn(*(_measured({"a": a, "files": files}, a) for a in (1, 2) for files in (1, 60)))

    assert len(list(drawing.iter(f"{SVG}polyline"))) == 2
    assert _texts(drawing)[-2:] == ["files = 1", "files = 60"]


@pytest.mark.parametrize(
    ("values", "shares"),
    [
        ((1, 2, 3), (0.0, 0.5, 1.0)),
        ((1, 10, 100), (0.0, 0.5, 1.0)),
        ((0, 10, 100), (0.0, 0.1, 1.0)),
        (("low", "some", "high"), (0.0, 0.5, 1.0)),
        ((7,), (0.5,)),
    ],
)
def test_values_stand_where_they_belong(values: tuple[Value, ...], shares: tuple[float, ...]):
    first, *_, last = _dots(_drawn(_measured({"a": 1}, 1.0), _measured({"a": 2}, 1.0)))

    dots = _dots(_drawn(*(_measured({"a": value}, 1.0) for value in values)))

    assert dots == pytest.approx([first + share * (last - first) for share in shares], abs=0.1)


def test_a_plot_without_parameters_has_one_dot():
    assert len(_dots(_drawn(_measured({}, 1.0)))) == 1


def test_labels_that_have_no_room_are_left_out():
    texts = _texts(_drawn(*(_measured({"a": value}, 1.0) for value in (100, 101, 200, 300))))

    assert [text for text in texts if text in {"100", "101", "200", "300"}] == ["100", "200", "300"]


@pytest.mark.parametrize(
    ("top", "steps"),
    [
        (0, [0, 1]),
        (1, [0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        (76, [0, 20, 40, 60, 80]),
        (100, [0, 20, 40, 60, 80, 100]),
        (0.0123, [0, 0.0025, 0.005, 0.0075, 0.01, 0.0125]),
    ],
)
def test_steps_of_an_axis_are_round(top: float, steps: list[float]):
    assert nice_steps(top) == pytest.approx(steps)


def test_a_scale_maps_its_ends_to_its_ends():
    linear, logarithmic = Scale(0, 10, 100, 200), Scale(1, 100, 0, 50, is_logarithmic=True)

    assert [linear(0), linear(5), linear(10), logarithmic(10), Scale(3, 3, 0, 8)(3)] == [100, 150, 200, 25, 4]
