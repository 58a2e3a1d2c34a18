"""A simulated world: everything that one seed decides."""

import gc
import logging
import traceback
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from random import Random
from types import TracebackType
from typing import Any, Self, TypeVar

from psync.core.paths import PathStyle
from sim.agenda import Agenda
from sim.loop import SimLoop
from sim.machine import Machine
from sim.network import Network
from sim.process import CURRENT
from sim.trace import NOTE, Trace

T = TypeVar("T")


class Unhandled(ExceptionGroup[Exception]):
    """Programs or tasks have failed, and nobody has taken notice."""


class World:
    """Machines on a network, in virtual time. The same seed and scenario give the same `trace`.

    Use it as a context manager; nothing of it outlives the block.
    """

    def __init__(self, seed: int, *, keeps_trace: bool = True) -> None:
        self.seed = seed
        self.machines: dict[str, Machine] = {}
        self.agenda = Agenda()
        self.trace = Trace(lambda: self.agenda.now_ns, is_kept=keeps_trace)
        self.network = Network(self.agenda, self.random("network"), self.trace)
        self.loop = SimLoop(self.agenda, self.network, self.random("executor"))

    def machine(self, name: str, style: PathStyle = PathStyle.POSIX) -> Machine:
        """Boot a machine; its name is its host name, `style` says under which system it runs."""
        assert name not in self.machines, f"there is a machine {name!r}"
        self.machines[name] = Machine(self, name, style)
        return self.machines[name]

    def random(self, stream: str) -> Random:
        """A source of randomness of its own, so that a new use of one does not shift the others."""
        return Random(f"{self.seed}:{stream}")

    def note(self, text: str) -> None:
        """Write something into the trace."""
        process = CURRENT.get()
        self.trace.record(process.name if process else "world", NOTE, text)

    def run(self, scenario: Coroutine[Any, Any, T]) -> T:
        """Run a scenario to its end and give its result; what was started goes on in the next one.

        Raises `Unhandled` if a program has failed meanwhile; where the scenario
        itself fails, the programs' failures are notes of its exception.
        """
        with _without_collection(), _heard_by(self.loop):
            try:
                result = self.loop.run_until_complete(scenario)
            except Exception as error:
                for failed in self._take_errors():
                    error.add_note("".join(traceback.format_exception(failed)))
                raise
        errors = self._take_errors()
        if errors:
            raise Unhandled("nobody has handled these", errors)
        return result

    def close(self) -> None:
        """Kill all that still runs, and free it in a fixed order."""
        for machine in self.machines.values():
            machine.kill_all()
        self.loop.bury()
        self.loop.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _take_errors(self) -> list[Exception]:
        contexts, self.loop.errors = self.loop.errors, []
        return [_error_of(context) for context in contexts]


@contextmanager
def _without_collection() -> Iterator[None]:
    """A cycle would be freed, and a transport in it closed, at a moment that other worlds decide."""
    was_collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_collecting:
            gc.enable()


class _Ear(logging.Handler):
    """Takes what asyncio warns of, which a user would read on his terminal, for the error that it is."""

    def __init__(self, loop: SimLoop) -> None:
        super().__init__(logging.WARNING)
        self._loop = loop

    def emit(self, record: logging.LogRecord) -> None:
        self._loop.errors.append({"message": f"{record.name} warns: {record.getMessage()}"})


@contextmanager
def _heard_by(loop: SimLoop) -> Iterator[None]:
    ear = _Ear(loop)
    logger = logging.getLogger("asyncio")
    logger.addHandler(ear)
    try:
        yield
    finally:
        logger.removeHandler(ear)


def _error_of(context: dict[str, Any]) -> Exception:
    error = context.get("exception")
    return error if isinstance(error, Exception) else RuntimeError(str(context.get("message")))
