"""What shows each requirement, and whether the catalogue is the guide's."""

from pathlib import Path

import click
import msgspec

from conformance.arguments import GUIDE_BYTES_MAX
from conformance.catalogue import load_catalogue
from conformance.coverage import NO_EVIDENCE, Coverage, Evidence, coverage, coverage_lines
from conformance.guide import check_guide
from conformance.scenarios import SCENARIOS
from conformance.vector import VECTORS, load_vectors
from conformance.vector_run import LEVEL


class Report(msgspec.Struct, frozen=True):
    """What `--json` prints. `complaints` is None if no guide was given to compare with."""

    coverage: Coverage
    complaints: list[str] | None


def run_coverage(guide: Path | None, evidence: Evidence = NO_EVIDENCE, *, is_json: bool) -> int:
    """Print what is covered; give 1 where a case is owed to what the guide says, or the guide says otherwise."""
    text = None if guide is None else _read(guide)
    catalogue = load_catalogue()
    found = coverage(catalogue, evidence)
    complaints = None if text is None else check_guide(catalogue, text)
    if is_json:
        report = msgspec.json.encode(Report(found, complaints))
        print(msgspec.json.format(report, indent=2).decode())
    else:
        print("\n".join([*coverage_lines(found), *_guide_lines(guide, complaints)]))
    return 1 if complaints or found.unshown else 0


def evidence() -> Evidence:
    """Which vectors and scenarios ask about which requirement, and at which level."""
    found: dict[str, dict[str, list[str]]] = {}
    asked: list[tuple[str, tuple[str, ...], tuple[str, ...]]] = [
        (vector.id, vector.requirements, (LEVEL,)) for vector in load_vectors(VECTORS).values()
    ]
    asked += [(one.id, one.requirements, one.levels) for one in SCENARIOS.values()]
    for id, requirements, levels in asked:
        for requirement in requirements:
            for level in levels:
                found.setdefault(requirement, {}).setdefault(level, []).append(id)
    return found


def _read(guide: Path) -> str:
    try:
        with guide.open("rb") as file:
            content = file.read(GUIDE_BYTES_MAX + 1)
        if len(content) > GUIDE_BYTES_MAX:
            raise click.UsageError(
                f"'{guide}' is longer than {GUIDE_BYTES_MAX:,} bytes: it is not the guide."
            )
        return content.decode("utf-8")
    except OSError as error:
        raise click.UsageError(f"'{guide}' cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise click.UsageError(f"'{guide}' is not UTF-8.") from None


def _guide_lines(guide: Path | None, complaints: list[str] | None) -> list[str]:
    if complaints is None:
        return []
    verdict = (
        f"{len(complaints)} differences"
        if complaints
        else "every sentence and every quote is there, and no other"
    )
    return ["", f"{guide}: {verdict}.", *complaints]
