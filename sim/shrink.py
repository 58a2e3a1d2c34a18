"""A plan made small while it goes on breaking the same promise.

Delta debugging (Zeller and Hildebrandt, "Simplifying and Isolating
Failure-Inducing Input", 2002): drop halves of each list, then quarters, down to
single items; set options to their defaults; make numbers smaller; and again,
until nothing helps. It is not Hypothesis that does it, for three reasons: it
would have to find the broken plan by chance before it could reduce it, it stops
by the clock, so that two machines would keep different plans, and it reduces
the choices behind a value where here each try is one step of a plan that a
reader can follow.

Two plans break the same if they are told in the same words, whatever names and
numbers stand between them, up to the first list or value in brackets: to end with an
error is not the same as to leave a wrong tree, although both break what `converges`
promises.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec
from msgspec import NODEFAULT, Struct, structs

from sim.plan import Plan

# A try takes 10 to 200 ms; what is not small by then is looked at by hand.
TRIES_MAX = 2000

# What says where a plan comes from; what only tells contents apart, the smaller not the simpler.
_KEPT = frozenset({"preset", "seed", "version"})

# What differs from one plan to another although the same is broken: quoted names, numbers, the insides of values.
_NAME = re.compile(r"""b?'(?:[^'\\]|\\.)*'|b?"(?:[^"\\]|\\.)*\"""", re.DOTALL)
_NUMBER = re.compile(r"\d+")
_INSIDE = re.compile(r"[(\[{].*", re.DOTALL)

# Tells what a plan breaks; nothing if every promise is kept.
Judge = Callable[[Plan], str]

# Leads to a value inside a plan: ("faults", 2, "number").
Way = tuple[str | int, ...]


def promise_of(broken: str) -> str:
    """What was broken, without the circumstances."""
    return _NUMBER.sub("N", _INSIDE.sub("", _NAME.sub("NAME", broken))).strip()


class Shrinker:
    """Reduces `plan`, which is the smallest so far at any time. `tries` counts plans that were judged."""

    def __init__(self, plan: Plan, promise: str, judge: Judge) -> None:
        self.plan = plan
        self.tries = 0
        self._promise = promise
        self._judge = judge
        self._known: set[bytes] = {msgspec.json.encode(plan)}

    def shrink(self) -> None:
        """Reduce until nothing helps, or for `TRIES_MAX` tries."""
        before = None
        while before != self.plan:
            before = self.plan
            for depth in (1, 2):
                for way in self._ways(lambda value: isinstance(value, tuple), depth):
                    self._drop_items(way)
            for field in structs.fields(self.plan):
                if field.name not in _KEPT:
                    self._accept((field.name,), field.default)
            self._set_to_defaults()
            for way in self._ways(lambda value: isinstance(value, int | float)):
                self._make_smaller(way)

    def _ways(self, is_wanted: Callable[[object], bool], depth: int | None = None) -> list[Way]:
        return [
            way
            for way in ways(self.plan)
            if depth in (None, len(way)) and way[-1] not in _KEPT and is_wanted(value_at(self.plan, way))
        ]

    def _drop_items(self, way: Way) -> None:
        size = len(value_at(self.plan, way))
        while size:
            at = 0
            while at < len(items := value_at(self.plan, way)):
                if not self._accept(way, items[:at] + items[at + size :]):
                    at += size
            size //= 2

    def _set_to_defaults(self) -> None:
        """Leave out what an item need not say, such as a mode of its own."""
        for way in self._ways(lambda value: isinstance(value, str)):
            owner = value_at(self.plan, way[:-1])
            for field in structs.fields(owner) if isinstance(owner, Struct) else ():
                if field.name == way[-1] and field.default is not NODEFAULT:
                    self._accept(way, field.default)

    def _make_smaller(self, way: Way) -> None:
        candidates = smaller(value_at(self.plan, way))
        while (candidate := next(candidates, None)) is not None:
            if self._accept(way, candidate):
                candidates = smaller(candidate)

    def _accept(self, way: Way, value: object) -> bool:
        """Take a plan with another value if it is one, and breaks the same."""
        try:
            plan = with_value(self.plan, way, value)
        except ValueError:  # such as the machine gone that a fault is on: no plan may be so
            return False
        text = msgspec.json.encode(plan)
        if text in self._known or self.tries >= TRIES_MAX or not _is_plan(text):
            return False
        self._known.add(text)
        self.tries += 1
        is_same = promise_of(self._judge(plan)) == self._promise
        if is_same:
            self.plan = plan
        return is_same


def _is_plan(text: bytes) -> bool:
    try:
        msgspec.json.decode(text, type=Plan)
    except msgspec.ValidationError:
        return False
    return True


def ways(value: Any, way: Way = ()) -> Iterator[Way]:
    """The ways to all that is inside a value, each before those that go on from it."""
    steps: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, Struct):
        steps = structs.asdict(value).items()
    elif isinstance(value, tuple):
        steps = enumerate(value)
    for step, inner in steps:
        yield (*way, step)
        yield from ways(inner, (*way, step))


def value_at(value: Any, way: Way) -> Any:
    """What a way leads to."""
    for step in way:
        value = value[step] if isinstance(step, int) else getattr(value, step)
    return value


def with_value(value: Any, way: Way, new: object) -> Any:
    """A copy in which a way leads to something else."""
    if not way:
        return new
    step, rest = way[0], way[1:]
    inner = with_value(value_at(value, (step,)), rest, new)
    if isinstance(step, int):
        return (*value[:step], inner, *value[step + 1 :])
    return structs.replace(value, **{step: inner})


def smaller(value: object) -> Iterator[int | float | bool]:
    """Simpler values than a number or a truth, the simplest first."""
    if isinstance(value, bool):
        yield from (False,) if value else ()
    elif isinstance(value, int) and value > 0:
        steps = (value >> halvings for halvings in range(value.bit_length()))
        yield from dict.fromkeys([0, *([1] if value > 1 else []), *(value - step for step in steps)])
    elif isinstance(value, float) and value:
        yield from (simple for simple in (0.0, 1.0) if simple < abs(value))
