"""What must always hold, one promise a file. A checker watches a trial and raises `Broken`."""

from sim.checkers.acknowledged import Acknowledged
from sim.checkers.checker import Checker
from sim.checkers.confined import Confined
from sim.checkers.counted import Counted
from sim.checkers.deletions import Deletions
from sim.checkers.dry import Dry
from sim.checkers.durable import Durable
from sim.checkers.excluded import Excluded
from sim.checkers.faithful import Faithful
from sim.checkers.locked import Locked
from sim.checkers.mismatch import Mismatch
from sim.checkers.protocol import Protocol
from sim.checkers.respectful import Respectful
from sim.checkers.single import Single
from sim.checkers.texts import Texts
from sim.checkers.tidy import Tidy
from sim.checkers.told import Told
from sim.checkers.untroubled import Untroubled
from sim.checkers.whole import Whole

CHECKERS: tuple[type[Checker], ...] = (
    Whole,
    Acknowledged,
    Confined,
    Tidy,
    Durable,
    Deletions,
    Excluded,
    Dry,
    Faithful,
    Protocol,
    Respectful,
    Untroubled,
    Mismatch,
    Single,
    Texts,
    Told,
    Counted,
    Locked,
)
