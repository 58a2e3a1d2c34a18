"""Every option of a plan in words, none left out: a field that is added to a plan is here at once."""

import re
from collections.abc import Iterator
from typing import Any

from msgspec import Struct, structs

from sim.plan import Plan


def explain(plan: Plan) -> list[str]:
    """Lines for an operator: first what is one value, then what there is several of."""
    # The field is that of POSIX machines: taken by itself, it would be wrong for one under Windows.
    profiles = ", ".join(f"{name} {plan.profile(name)}" for name in plan.machines)
    values = {**structs.asdict(plan), "crash_profile": profiles}
    plain = {name: value for name, value in values.items() if not isinstance(value, tuple)}
    lines = [f"{_words(name):<16} {_value(value)}" for name, value in plain.items()]
    for name, value in values.items():
        if isinstance(value, tuple):
            lines += _several(name, value)
    return lines


def describe(item: Struct | str) -> str:
    """One line for a file, an edit, a fault, or a name, without what is left empty."""
    if isinstance(item, str):
        return item
    told = ((name, value) for name, value in structs.asdict(item).items() if value != "")
    fields = ", ".join(f"{_words(name)} {_value(value)}" for name, value in told)
    return f"{name_of(item)}: {fields}"


def name_of(item: object) -> str:
    """The name of its class, as words."""
    return re.sub(r"(?<!^)(?=[A-Z])", " ", type(item).__name__).lower()


def _several(name: str, items: tuple[Any, ...]) -> Iterator[str]:
    yield f"{_words(name)}: {len(items) or 'none'}"
    for number, item in enumerate(items, start=1):
        if isinstance(item, tuple):
            yield f"  after run {number}: {len(item) or 'none'}"
            yield from (f"    {describe(one)}" for one in item)
        else:
            yield f"  {describe(item)}"


def _words(name: str) -> str:
    return name.removeprefix("is_").replace("_", " ")


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
