"""The runs of a trial, counted from 1, and what is different in one of them only."""

from collections import defaultdict
from collections.abc import Callable

# Makes something different, and gives what makes it as it was.
Begin = Callable[[], Callable[[], None]]


class Runs:
    """Each thing planned `at` a run begins before it and ends after it."""

    def __init__(self) -> None:
        self.number = 0
        self._planned: defaultdict[int, list[Begin]] = defaultdict(list)
        self._ends: list[Callable[[], None]] = []

    def at(self, number: int, begin: Begin) -> Callable[[], None]:
        """Plan something for the run of that number; give what takes it out of the plan."""
        self._planned[number].append(begin)

        def forget() -> None:
            if begin in self._planned[number]:
                self._planned[number].remove(begin)

        return forget

    def begin(self) -> None:
        """The next run is about to take place."""
        self.number += 1
        self._ends += [begin() for begin in self._planned[self.number]]

    def end(self) -> None:
        """It is over; the last change is taken back first."""
        while self._ends:
            self._ends.pop()()
