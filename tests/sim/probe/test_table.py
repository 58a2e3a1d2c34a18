"""The committed table is whole and well-formed, and a changed answer does not go unnoticed."""

import re
from collections import Counter
from itertools import product

import pytest
from msgspec.structs import replace

from psync.core.paths import PathStyle, name_refusal
from sim.probe.table import (
    TABLE_PATH,
    Habit,
    Name,
    Row,
    Table,
    decode,
    differences,
    encode,
    regenerated,
)
from tests.sim.probe.stand_ins import printed_by_wine

TEXT = TABLE_PATH.read_text("utf-8")
COMMITTED = decode(TEXT)
# A long name is judged by its verbatim path: a plain one would be too long with its folder.
SHORT_AND_LONG_NAMES = [row for row in COMMITTED.names if row.verbatim == (len(row.name) > 200)]
YES = 1  # to the statement that ends the name of some habits
ERRORS = {0, 2, 3, 5, 32, 33, 80, 87, 123, 145, 183, 206, 267, 1224, 1314}  # of Win32, that stand in it

ROW = Row(operation="delete", open_elsewhere="not at all", result=0, probed=True, note="n", on_windows=5)
NAME = Name(name="a.", verbatim=False, result=0, becomes="a", probed=True, note="")
HABIT = Habit(habit="open a missing file", result=2, probed=True, note="")
UNPROBED = Habit(habit="meet a filter driver", result=5, probed=False, note="none there")
TABLE = Table(about={"a": "b"}, wine="8.0", rows=(ROW,), names=(NAME,), habits=(HABIT, UNPROBED))
PRINTED = Table(
    wine="9.0",
    rows=(replace(ROW, note="", on_windows=None),),
    names=(NAME,),
    habits=(HABIT,),
)


def asked_in(source: str) -> list[list[str]]:
    """The names in each table of questions in a C file."""
    text = (TABLE_PATH.parent / "probe" / source).read_text("utf-8")
    tables = re.findall(r"\[\] = \{\n((?:    \{\"[^\"]+\", \w+\},\n)+)\};", text)
    return [re.findall(r'\{"([^"]+)"', table) for table in tables]


def test_each_operation_is_answered_for_each_state_as_the_probe_asks_them():
    states, operations = asked_in("sharing.c")

    probed = [(row.operation, row.open_elsewhere) for row in COMMITTED.rows if row.probed]

    assert probed == list(product(operations, states))


def test_each_operation_that_cannot_be_asked_is_answered_for_each_state_too():
    states, _ = asked_in("sharing.c")
    operations = dict.fromkeys(row.operation for row in COMMITTED.rows if not row.probed)

    unprobed = [(row.operation, row.open_elsewhere) for row in COMMITTED.rows if not row.probed]

    assert unprobed == list(product(operations, states))


def test_each_habit_is_answered_as_the_probe_asks_them():
    assert [row.habit for row in COMMITTED.habits if row.probed] == asked_in("habits.c")[0]


def test_each_name_is_answered_by_a_plain_and_by_a_verbatim_path():
    names = dict.fromkeys(row.name for row in COMMITTED.names)

    assert [(row.name, row.verbatim) for row in COMMITTED.names] == list(product(names, (False, True)))


def test_no_question_is_answered_twice():
    assert [question for question, count in _counted(COMMITTED).items() if count > 1] == []


@pytest.mark.parametrize("row", SHORT_AND_LONG_NAMES, ids=lambda row: ascii(row.name[:8]))
def test_psync_refuses_a_name_just_where_windows_would_not_keep_it(row: Name):
    name = row.name.encode("utf-8", "surrogatepass")

    assert (name_refusal(name, PathStyle.WINDOWS) is None) == _is_kept(row)


def _is_kept(row: Name) -> bool:
    result = row.result if row.on_windows is None else row.on_windows
    becomes = row.becomes if row.becomes_on_windows is None else row.becomes_on_windows
    return result == 0 and becomes == row.name


def _counted(table: Table) -> Counter[tuple[str, ...]]:
    return Counter(row.question for row in table.all_rows())


def test_the_answers_are_errors_of_windows():
    on_windows = {row.on_windows for row in COMMITTED.all_rows()} - {None}

    assert {row.result for row in COMMITTED.all_rows()} | on_windows == ERRORS | {YES}


def test_what_wine_did_not_answer_says_where_it_is_from():
    unprobed = [row for row in COMMITTED.all_rows() if not row.probed]
    differing = [row for row in COMMITTED.all_rows() if row.on_windows is not None]

    assert [row for row in unprobed + differing if not row.note] == []
    assert [row for row in differing if row.on_windows == row.result] == []


def test_the_committed_table_is_what_encoding_it_gives():
    assert encode(COMMITTED) == TEXT
    assert TEXT.isascii()


def test_a_table_that_says_what_is_printed_has_no_differences():
    assert differences(COMMITTED, decode(printed_by_wine())) == []


@pytest.mark.parametrize(
    ("printed", "difference"),
    [
        (
            replace(PRINTED, rows=(replace(ROW, result=32),)),
            "'rows' / 'delete' / 'not at all': Wine answers 32, the table says 0",
        ),
        (
            replace(PRINTED, names=(replace(NAME, becomes="\xe9"),)),
            "'names' / 'a.' / 'plain': Wine answers 0, '\\xe9', the table says 0, 'a'",
        ),
        (
            replace(PRINTED, habits=(HABIT, replace(HABIT, habit="blink"))),
            "'habits' / 'blink': not in the table",
        ),
        (replace(PRINTED, habits=()), "'habits' / 'open a missing file': no longer asked"),
    ],
    ids=["result", "name", "new question", "old question"],
)
def test_a_planted_change_is_found(printed: Table, difference: str):
    assert differences(TABLE, PRINTED) == []
    assert differences(TABLE, printed) == [difference]


def test_a_row_of_the_committed_table_cannot_be_changed_unnoticed():
    printed = decode(printed_by_wine())
    first, *others = COMMITTED.rows

    changed = replace(COMMITTED, rows=(replace(first, result=31), *others))

    assert differences(changed, printed) == [
        "'rows' / 'open to read' / 'not at all': Wine answers 0, the table says 31"
    ]


def test_regenerating_keeps_what_was_written_by_hand():
    assert regenerated(TABLE, PRINTED) == replace(TABLE, wine="9.0")


def test_regenerating_takes_the_new_answer_and_the_new_question_and_drops_the_old_one():
    printed = replace(PRINTED, rows=(replace(ROW, result=32),), habits=(replace(HABIT, habit="blink"),))

    assert regenerated(TABLE, printed) == Table(
        about=TABLE.about,
        wine="9.0",
        rows=(replace(ROW, result=32),),
        names=(NAME,),
        habits=(replace(HABIT, habit="blink"), UNPROBED),
    )


def test_what_wine_answers_like_windows_at_last_is_no_longer_told_apart():
    printed = replace(PRINTED, rows=(replace(ROW, result=5),))

    assert regenerated(TABLE, printed).rows == (replace(ROW, result=5, on_windows=None),)


def test_a_question_that_can_be_asked_at_last_is_not_kept_as_one_that_cannot():
    asked = replace(UNPROBED, probed=True, note="")

    habits = regenerated(TABLE, replace(PRINTED, habits=(HABIT, asked))).habits

    assert habits == (HABIT, replace(UNPROBED, probed=True))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", r"^Expecting value"),
        ("{}", r"missing required field `wine`$"),
        (encode(TABLE).replace('"result"', '"outcome"'), r"unknown field `outcome` - at `\$\.rows\[0\]`$"),
        (encode(TABLE).replace('"becomes": "a", ', ""), r"missing required field `becomes` - at `\$\.names"),
        (encode(TABLE).replace('"about"', '"preface"'), r"unknown field `preface`$"),
    ],
    ids=[
        "nothing",
        "no sections",
        "a field of a row is unknown",
        "one is missing",
        "one of the table is unknown",
    ],
)
def test_what_is_no_table_is_refused(text: str, told: str):
    with pytest.raises(ValueError, match=told):
        decode(text)
