"""The table of kills says what it took, and survives being read and written."""

from sim.mutants.hunt import Kill
from sim.mutants.mutant import Exchange, Mutant
from sim.mutants.table import HEAD, Row, line_of, read_table, render_table, row_of, write_table
from sim.presets import derive

MUTANT = Mutant(
    name="wrong",
    what="nothing is right",
    module="psync",
    killer="whole",
    preset="clean",
    exchanges=(Exchange("a", "b"),),
)
KILLS = [Kill("whole", seeds, derive("clean", seeds)) for seeds in (3, 1, 8)]
ROW = "| wrong | nothing is right | whole | clean | 3 (3, 1, 8) | 3 |"


def test_a_row_tells_promise_median_and_first_seed() -> None:
    row = row_of(MUTANT, KILLS)

    assert row == Row("wrong", "nothing is right", ("whole",), "clean", 3, (3, 1, 8), 3)
    assert (row.is_killed, line_of(row)) == (True, ROW)


def test_a_start_without_a_kill_is_not_passed_over() -> None:
    row = row_of(MUTANT, [KILLS[0], None, KILLS[2]])

    assert row == Row("wrong", "nothing is right", ("whole",), "clean", None, (3, None, 8), 3)
    assert (row.is_killed, line_of(row)) == (False, ROW.replace("3 (3, 1, 8)", "survives (3, survives, 8)"))


def test_a_mutant_that_nothing_kills_survives() -> None:
    row = row_of(MUTANT, [None])

    assert row == Row("wrong", "nothing is right", (), "clean", None, (None,), None)
    assert line_of(row) == "| wrong | nothing is right | survives | clean | survives (survives) |  |"


def test_a_table_is_exchanged_in_its_place_and_read_again(tmp_path) -> None:
    file = tmp_path / "README.md"
    file.write_text("before\n<!-- mutants -->\nold\n<!-- end of mutants -->\nafter\n")

    write_table(file, render_table({"gone": "| gone |", "wrong": ROW}, {"wrong": MUTANT}))

    assert file.read_text() == (f"before\n<!-- mutants -->\n{HEAD}{ROW}\n<!-- end of mutants -->\nafter\n")
    assert read_table(file) == {"wrong": ROW}
