"""Which cases a run tries."""

import pytest
from msgspec import Struct

from conformance.selection import PROFILES, WHOLE, Shard, ShardInvalid, area_of, profiles_of, select


class One(Struct, frozen=True):
    id: str
    requirements: tuple[str, ...]


CASES = [
    One("rootpath-01", ("PS-ROOT-06", "PS-ROOT-05")),
    One("message-01", ("PS-ERR-01",)),
    One("retry-01", ("PS-RET-01",)),
    One("retry-02", ("PS-RET-S1",)),
]


def ids(profile: str, *patterns: str, shard: Shard = WHOLE) -> list[str]:
    return [case.id for case in select(CASES, profile, patterns, shard)]


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        ("full", ["rootpath-01", "message-01", "retry-01", "retry-02"]),
        ("mapping", ["rootpath-01"]),
        ("messages", ["message-01"]),
        ("retry", ["message-01", "retry-01"]),
        ("vendor", ["retry-02"]),
        ("service", []),
    ],
)
def test_a_profile_asks_about_its_areas(profile: str, expected: list[str]) -> None:
    assert ids(profile) == expected


def test_a_pattern_is_one_of_a_case_or_of_a_requirement() -> None:
    assert ids("full", "PS-ROOT-*") == ["rootpath-01"]
    assert ids("full", "retry-*", "message-01") == ["message-01", "retry-01", "retry-02"]
    assert ids("full", "PS-root-*") == []


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_each_case_belongs_to_one_share(count: int) -> None:
    shares = [ids("full", shard=Shard(number, count)) for number in range(1, count + 1)]

    assert sorted(id for share in shares for id in share) == sorted(case.id for case in CASES)


@pytest.mark.parametrize("text", ["", "1", "0/2", "3/2", "1/0", "a/b", "1/2/3", " 1/2", "-1/2"])
def test_what_is_no_share_is_told(text: str) -> None:
    with pytest.raises(ShardInvalid, match="is no share of a run"):
        Shard.parse(text)


def test_a_share_is_read() -> None:
    assert Shard.parse("2/3") == Shard(2, 3)


def test_what_the_vendor_says_elsewhere_is_an_area_of_its_own() -> None:
    assert {area_of("PS-RET-S1"), area_of("PS-RET-01")} == {"VENDOR", "RET"}
    assert set(PROFILES) == {"core", "mapping", "messages", "retry", "service", "vendor", "full"}


@pytest.mark.parametrize(
    ("requirement", "profiles"),
    [
        ("PS-ROOT-03", ("core", "mapping", "full")),
        ("PS-LCF-02", ("service", "full")),
        ("PS-RET-S1", ("vendor", "full")),
        ("PS-GLO-01", ("core", "full")),
    ],
)
def test_a_requirement_names_the_profiles_that_ask_about_it(requirement: str, profiles: tuple[str, ...]):
    assert profiles_of(requirement) == profiles
