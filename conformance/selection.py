"""Which cases a run tries: by profile, by pattern, and by share of a run that several machines divide."""

import re
import zlib
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Protocol, TypeVar

from msgspec import Struct

# Which areas of requirements a profile asks about; an empty tuple means all of them.
PROFILES: dict[str, tuple[str, ...]] = {
    "core": ("TOP", "CFG", "PORT", "ENC", "ROOT", "ERR", "GLO"),
    "mapping": ("ROOT", "CFG", "PORT"),
    "messages": ("ERR",),
    "retry": ("RET", "ERR"),
    "service": ("SVC", "LCF"),
    "vendor": ("VENDOR",),
    "full": (),
}

_SHARD = re.compile(r"([1-9][0-9]*)/([1-9][0-9]*)")
_VENDOR = re.compile(r"PS-[A-Z]+-S[0-9]+")


class Case(Protocol):
    """What can be selected."""

    @property
    def id(self) -> str: ...

    @property
    def requirements(self) -> tuple[str, ...]: ...


C = TypeVar("C", bound=Case)


class ShardInvalid(Exception):
    """A share of a run that is none."""


class Shard(Struct, frozen=True):
    """Share number `number`, from 1, of `count`: a case belongs to one of them, whatever else is selected."""

    number: int = 1
    count: int = 1

    @classmethod
    def parse(cls, text: str) -> "Shard":
        """Read `2/3`; raise `ShardInvalid`."""
        match = _SHARD.fullmatch(text)
        if match is None or int(match[1]) > int(match[2]):
            raise ShardInvalid(f"{text!r} is no share of a run, such as 1/3, 2/3 or 3/3")
        return cls(int(match[1]), int(match[2]))

    def has(self, id: str) -> bool:
        """Whether a case belongs to this share."""
        return zlib.crc32(id.encode()) % self.count == self.number - 1


def area_of(requirement: str) -> str:
    """Give the area of a requirement's id; what only the vendor's other pages say is one of its own."""
    return "VENDOR" if _VENDOR.fullmatch(requirement) else requirement.split("-")[1]


WHOLE = Shard()


def profiles_of(requirement: str) -> tuple[str, ...]:
    """Name the profiles that ask about a requirement."""
    return tuple(name for name, areas in PROFILES.items() if not areas or area_of(requirement) in areas)


def select(cases: Iterable[C], profile: str, patterns: tuple[str, ...] = (), shard: Shard = WHOLE) -> list[C]:
    """Give those of a profile and a share; where there are patterns, one must match the id or a requirement."""
    return [
        case for case in cases if _is_of(case, profile) and _matches(case, patterns) and shard.has(case.id)
    ]


def _is_of(case: Case, profile: str) -> bool:
    return any(profile in profiles_of(requirement) for requirement in case.requirements)


def _matches(case: Case, patterns: tuple[str, ...]) -> bool:
    names = (case.id, *case.requirements)
    return not patterns or any(fnmatchcase(name, pattern) for name in names for pattern in patterns)
