"""The requirements, one a line."""

from fnmatch import fnmatchcase

import msgspec

from conformance.arguments import NothingSelected
from conformance.catalogue import Requirement, load_catalogue
from conformance.commands.coverage import evidence
from conformance.selection import profiles_of


def run_list(select: str, area: str | None, strength: str | None, *, is_json: bool) -> int:
    """Print those that are selected. Raises `NothingSelected`."""
    chosen = [
        requirement
        for requirement in load_catalogue().requirements.values()
        if fnmatchcase(requirement.id, select.upper())
        if area in (None, requirement.area)
        if strength in (None, requirement.strength)
    ]
    if not chosen:
        raise NothingSelected("No requirement is selected.")
    print(_json(chosen) if is_json else "\n".join(map(_line, chosen)))
    return 0


def _line(requirement: Requirement) -> str:
    place = requirement.line or "-"
    levels = ",".join(requirement.levels) or "-"
    text = f"“{requirement.quote}”" if requirement.quote else requirement.checks
    return f"{requirement.id:<11}  {place:>3}  {requirement.strength}  {levels:<5}  {text}"


def _json(chosen: list[Requirement]) -> str:
    cases = evidence()
    rows = [
        {
            **msgspec.to_builtins(requirement),
            "area": requirement.area,
            "profiles": profiles_of(requirement.id),
            "cases": cases.get(requirement.id, {}),
        }
        for requirement in chosen
    ]
    return msgspec.json.format(msgspec.json.encode(rows), indent=2).decode()
