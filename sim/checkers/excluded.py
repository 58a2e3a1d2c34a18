"""What a pattern excludes is neither sent nor deleted, nor given a mode or a name."""

from psync.engine.events import ChangeDone, ChangePlanned, Event
from sim.checkers.checker import Checker
from sim.plan import Plan


class Excluded(Checker):
    """Looks at the path of each change that is planned or done."""

    @classmethod
    def is_for(cls, plan: Plan) -> bool:
        """Nothing can be broken where nothing is excluded."""
        return bool(plan.exclude)

    def heard(self, event: Event) -> None:
        """A change."""
        if isinstance(event, ChangeDone | ChangePlanned):
            path = b"/".join(event.change.path)
            if self.trial.exclusions.covers(path.decode("utf-8", "surrogateescape")):
                raise self.broken("excluded", f"{type(event.change).__name__} of {path!r}")
