"""The catalogue of mutants: all are there, each names who must kill it and why, and what kills none is listed."""

from pathlib import Path

import pytest

from conformance.catalogue import load_catalogue
from conformance.mutant import Mutant, MutantsInvalid, load_mutants, load_without_mutant

MUTANTS = load_mutants()
REQUIREMENTS = load_catalogue().requirements

# The mutants of the requirement catalogue, in its short form; others stand beside them.
CATALOGUE = {
    "root.prefix_string": "ROOT-03", "root.siblings": "ROOT-03", "root.reject_instead": "ROOT-05",
    "root.drop_drive": "ROOT-06 ROOT-07", "root.keep_colon": "ROOT-06", "root.case_sensitive": "ROOT-03",
    "root.py_lower": "ROOT-13", "root.normpath_after_join": "ROOT-13", "root.backslash_only": "ROOT-13",
    "root.per_entry": "ROOT-11", "root.trust_unc_flag": "ROOT-10", "root.check_then_open": "ROOT-14",
    "root.rename_dst_unchecked": "ROOT-04", "root.create_at_save": "ROOT-08", "root.empty_source_ok": "ROOT-08",
    "root.hardlink_write_through": "ROOT-14", "port.exclusive": "PORT-03", "port.int_parse": "PORT-03",
    "port.second": "PORT-02", "enc.off_by_default": "ENC-01", "enc.user_ignored": "ENC-05",
    "enc.concat": "ENC-05", "enc.downgrade": "ENC-07", "enc.names_clear": "ENC-02",
    "enc.path_oracle": "ENC-10", "byte.push_only": "BYTE-02", "byte.in_place": "SVC-07",
    "err.no_dots": "ERR-01", "err.mapped_path": "ERR-14", "err.suffix_always": "ERR-03",
    "err.not_queued": "ERR-11", "ret.busy_loop": "RET-01", "ret.stale_content": "RET-03",
    "ret.memory_only": "RET-05", "ret.head_of_line": "RET-04", "svc.two": "SVC-10",
    "svc.stale_lock": "SVC-12", "lcf.hot_reload": "LCF-05", "lcf.save_kills": "LCF-04",
}  # fmt: skip


def killing() -> set[str]:
    """Requirements that kill a mutant which can be made."""
    return {id for mutant in MUTANTS.values() if mutant.plants for id in mutant.killed_by}


def test_every_mutant_of_the_catalogue_is_there_and_killed_by_its_requirements() -> None:
    assert len(CATALOGUE) == 39
    missing = {
        name: ids
        for name, ids in CATALOGUE.items()
        if not {f"PS-{id}" for id in ids.split()} <= MUTANTS[name].killed_by.keys()
    }

    assert missing == {}


def test_every_requirement_that_kills_one_is_a_requirement() -> None:
    assert {id for mutant in MUTANTS.values() for id in mutant.killed_by} - REQUIREMENTS.keys() == set()


def test_each_documented_or_inferred_requirement_kills_one_or_is_listed_as_having_none() -> None:
    asked = {id for id, requirement in REQUIREMENTS.items() if requirement.strength in ("D", "I")}
    listed = set(load_without_mutant())

    assert (asked - killing() - listed, listed & killing(), listed - asked) == (set(), set(), set())


PLANTS = 'plants = [{ module = "m", exchanges = [{ before = "a", after = "b" }] }]'
KILLED = 'killed_by = { PS-ROOT-03 = "x" }'

FAULTS = {
    "no TOML": ("[a", "root.toml: Expected"),
    "nobody kills it": (f'[a]\nwhat = "x"\nkilled_by = {{}}\n{PLANTS}', "no requirement kills it"),
    "nothing is planted": (f'[a]\nwhat = "x"\n{KILLED}', "either plants, or pending and clears"),
    "planted and pending": (f'[a]\nwhat = "x"\n{KILLED}\n{PLANTS}\npending = "x"\nclears = "y"', "either plants"),
    "pending for ever": (f'[a]\nwhat = "x"\n{KILLED}\npending = "x"', "either plants, or pending and clears"),
    "no reason": (f'[a]\nwhat = "x"\nkilled_by = {{ PS-A = "" }}\n{PLANTS}', "for no reason that PS-A kills it"),
    "no pattern": (f'[a]\nwhat = "x"\nkilled_by = {{ PS-A = "(" }}\n{PLANTS}', "the pattern for PS-A is none"),
    "an unknown field": (f'[a]\nwhat = "x"\n{KILLED}\n{PLANTS}\nmore = 1', "unknown field `more`"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "complaint"), FAULTS.values(), ids=FAULTS)
def test_a_mutant_that_says_too_little_is_told_by_its_file(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "root.toml").write_text(text)

    with pytest.raises(MutantsInvalid, match=r"^root\.toml") as raised:
        load_mutants(tmp_path)
    assert complaint in str(raised.value)


def test_the_name_of_a_mutant_is_that_of_its_file_and_table(tmp_path: Path) -> None:
    (tmp_path / "root.toml").write_text(f'[a]\nwhat = "x"\n{KILLED}\npending = "no"\nclears = "yes"')

    found = load_mutants(tmp_path)

    assert found == {"root.a": Mutant("root.a", "x", {"PS-ROOT-03": "x"}, pending="no", clears="yes")}


def test_a_list_of_requirements_without_reasons_is_none(tmp_path: Path) -> None:
    (tmp_path / "list.toml").write_text("PS-ROOT-03 = 1")

    with pytest.raises(MutantsInvalid, match=r"list\.toml: Expected `str`"):
        load_without_mutant(tmp_path / "list.toml")
