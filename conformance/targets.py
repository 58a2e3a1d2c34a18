"""What can be put to the test, as it is named on the command line."""

import shlex
import sys

from conformance.target import AdapterTarget, Target

# Programs of the suite itself, by the name of the target.
BUILT_IN = {
    "builtin:process": "conformance.adapters.process",
    "builtin:sim": "conformance.adapters.simulation",
}
ADAPTER = "adapter:"


class TargetUnknown(Exception):
    """No target is called that; the text says what there is."""


def open_target(text: str) -> Target:
    """Start what is to be tested; raise `TargetUnknown`, or `TargetBroken` if it does not start."""
    if text in BUILT_IN:
        return AdapterTarget([sys.executable, "-m", BUILT_IN[text]], text)
    command = _command(text)
    if not command:
        names = ", ".join([*BUILT_IN, f"{ADAPTER}COMMAND", "tcp:HOST:PORT"])
        raise TargetUnknown(f"There is no target {text!r}. There are: {names}.")
    return AdapterTarget(command, text)


def _command(text: str) -> list[str]:
    if not text.startswith(ADAPTER):
        return []
    try:
        return shlex.split(text.removeprefix(ADAPTER))
    except ValueError as error:
        raise TargetUnknown(f"{text!r} is no command: {error}.") from None
