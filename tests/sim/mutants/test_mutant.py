"""A mutant exchanges the code of functions, fails where it does not fit, and leaves no trace."""

import importlib

import pytest
from msgspec import structs

from psync.core.manifest import Stamp, is_same_time
from sim.mutants.mutant import Exchange, Mutant, MutantUnfit, load_mutants

LINE = "return left_ns == right_ns or left_ns // granularity_ns == right_ns // granularity_ns"
ALWAYS = Mutant(
    what="all times are the same",
    module="psync.core.manifest",
    killer="",
    preset="",
    exchanges=(Exchange(LINE, "return True"),),
    name="always",
)


def exchanging(before: str, after: str) -> Mutant:
    return structs.replace(ALWAYS, exchanges=(Exchange(before, after),))


def test_a_planted_mutant_is_what_everybody_runs_who_has_imported_the_function():
    with ALWAYS.planted():
        assert is_same_time(1, 2, 1)


def test_a_mutant_that_is_taken_out_leaves_the_very_code_that_was_there():
    code = is_same_time.__code__
    with pytest.raises(ZeroDivisionError), ALWAYS.planted():
        raise ZeroDivisionError

    assert is_same_time.__code__ is code


def test_a_method_is_exchanged_in_objects_that_exist_already():
    stamp = Stamp(1, 2, 3, 4)
    mutant = exchanging("return self == other", "return False")
    with mutant.planted():
        assert not stamp.matches(stamp)
    assert stamp.matches(stamp)


@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        ("return 42", "return 43", "always: stands 0 times in psync.core.manifest:\nreturn 42"),
        ("Kind(IntEnum)", "Kind(int)", "always: nothing but the code of functions may change"),
        ("MODE_MASK = 0o1777", "MODE_MASK = 0", "always: nothing but the code of functions may change"),
        (
            "left_ns: int, right_ns",
            "_: int, right_ns",
            "always: nothing but the code of functions may change",
        ),
        (LINE, LINE, "always: nothing but the code of functions may change"),
    ],
)
def test_a_mutant_that_does_not_fit_says_why(before, after, complaint):
    with pytest.raises(MutantUnfit) as refused, exchanging(before, after).planted():
        pass

    assert str(refused.value) == complaint


def test_lines_that_stand_twice_are_refused():
    with pytest.raises(MutantUnfit, match=r"^always: stands [2-9]\d* times"):
        exchanging("def ", "def  ").mutated("def a(): ...\ndef b(): ...\n")


@pytest.mark.parametrize("mutant", load_mutants().values(), ids=lambda mutant: mutant.name)
def test_every_mutant_of_the_catalogue_fits_production_code(mutant):
    with mutant.planted():
        assert importlib.import_module(mutant.module)
