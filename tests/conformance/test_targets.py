"""What is named on the command line is started, or refused with the names that there are."""

import sys
from contextlib import closing

import pytest

from conformance.target import TargetBroken
from conformance.targets import BUILT_IN, TargetUnknown, open_target


@pytest.mark.parametrize("text", [*BUILT_IN, f"adapter:{sys.executable} -m conformance.adapters.process"])
def test_a_target_answers(text: str) -> None:
    with closing(open_target(text)) as target:
        answer = target.ask("hello", {"protocol": 1})

    assert (target.name, answer.ok["name"]) == (text, "psync")


@pytest.mark.parametrize("text", ["", "builtin:", "builtin:other", "adapter:", "psync", "tcp"])
def test_a_target_that_there_is_not_is_refused_with_those_that_there_are(text: str) -> None:
    with pytest.raises(
        TargetUnknown, match="There are: builtin:process, builtin:sim, adapter:COMMAND, tcp:HOST:PORT"
    ):
        open_target(text)


def test_a_command_that_is_none_is_refused() -> None:
    with pytest.raises(TargetUnknown, match="is no command: No closing quotation"):
        open_target("adapter:'x")


def test_a_command_that_does_not_start_is_a_broken_target() -> None:
    with pytest.raises(TargetBroken, match="adapter:/no/such/program --x does not start"):
        open_target("adapter:/no/such/program --x")
