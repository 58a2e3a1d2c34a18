"""What is planned for one run begins before it and ends after it, and after nothing else."""

from collections.abc import Callable

from sim.runs import Runs


def planned(history: list[str], name: str) -> Callable[[], Callable[[], None]]:
    def begin() -> Callable[[], None]:
        history.append(f"begin {name}")
        return lambda: history.append(f"end {name}")

    return begin


def test_changes_last_for_their_run_and_the_last_one_ends_first():
    runs, history = Runs(), []
    for number, name in ((2, "a"), (2, "b"), (1, "c")):
        runs.at(number, planned(history, name))
    for number in (1, 2, 3):
        runs.begin()
        history.append(f"run {number}")
        runs.end()

    assert history == (
        ["begin c", "run 1", "end c", "begin a", "begin b", "run 2", "end b", "end a", "run 3"]
    )


def test_what_is_taken_out_of_the_plan_does_not_happen():
    runs, history = Runs(), []
    forget = runs.at(1, planned(history, "a"))
    forget()
    forget()
    runs.begin()
    runs.end()

    assert (runs.number, history) == (1, [])
