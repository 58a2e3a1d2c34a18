"""Who is greeted says who it is; what does not, cannot be judged."""

from typing import Any

import pytest

from conformance.greeting import Greeting, greet
from conformance.protocol import Answer, Unsupported
from conformance.target import TargetBroken


class Greeted:
    """Answers whatever it is asked with one answer."""

    name = "adapter:greeted"

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def ask(self, op: str, params: dict[str, Any], seconds: float = 0.0) -> Answer:
        assert (op, params) == ("hello", {"protocol": 1})
        return self._answer

    def close(self) -> None:
        """Nothing is open."""


def test_who_it_is_and_what_it_can_do_is_told() -> None:
    about = {"name": "psync", "version": "1", "clock": "virtual", "operations": ["map"], "styles": ["posix"]}

    greeting = greet(Greeted(Answer(1, ok=about)))

    assert greeting == Greeting("psync", "1", "virtual", ("map",), ("posix",))
    assert greeting.shown == "psync 1"


def test_the_system_of_the_guide_is_the_one_where_nothing_is_said() -> None:
    assert greet(Greeted(Answer(1, ok={}))).styles == ("windows",)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(1, unsupported=Unsupported("protocol 1")),
        Answer(1, ok={"clock": "broken"}),
        Answer(1, ok={"styles": ["x"]}),
    ],
)
def test_another_answer_is_no_greeting(answer: Answer) -> None:
    with pytest.raises(TargetBroken, match="adapter:greeted does not answer 'hello'"):
        greet(Greeted(answer))
