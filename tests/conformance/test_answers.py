"""What an adapter answers in a world is read strictly in what matters, and leniently in what it says besides."""

from typing import Any

import pytest
from msgspec import ValidationError, convert

from conformance.answers import ANSWERS, Begun, Found, Heard, Outcome, Place, Problem

BASE = {"style": "posix", "path": "/srv"}


def test_an_answer_may_say_more_than_it_must() -> None:
    answer = {"machines": {"far": {"host": "10.0.0.1", "base": {**BASE, "drive": None}, "system": "x"}}}

    assert convert(answer, Begun) == Begun({"far": Found("10.0.0.1", Place("posix", "/srv"))})
    assert convert({"found": [True], "bytes": 7}, Heard) == Heard((True,), 7)


def test_a_client_may_tell_no_more_than_its_state() -> None:
    problem = {"path": "a", "code": "LOCKED", "text": "x"}

    assert convert({"state": "running"}, Outcome) == Outcome("running")
    assert convert({"state": "partial", "problems": [problem]}, Outcome).problems == (Problem("a", "LOCKED"),)


@pytest.mark.parametrize(
    ("op", "answer", "complaint"),
    [
        ("world.begin", {"machines": {"far": {"host": "x"}}}, "missing required field `base`"),
        ("world.begin", {"machines": {"far": {"host": "x", "base": {**BASE, "style": "dos"}}}}, "'dos'"),
        ("fs.tree", {}, "missing required field `entries`"),
        ("listener.start", {"port": "7333"}, "Expected `int`, got `str`"),
        ("listener.stop", {"end": "killed"}, "Invalid enum value 'killed'"),
        ("listener.state", {"ports": []}, "missing required field `running`"),
        ("client.wait", {"state": "done"}, "Invalid enum value 'done'"),
        ("client.wait", {"state": "partial", "problems": [{"path": "a"}]}, "missing required field `code`"),
        ("net.search", {"found": [1], "bytes": 1}, "Expected `bool`, got `int`"),
        ("net.connections", {"attempts": [{"machine": "far"}]}, "missing required field `port`"),
    ],
)
def test_what_is_missing_or_of_another_kind_is_told(op: str, answer: Any, complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        convert(answer, ANSWERS[op])
