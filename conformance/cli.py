"""`python -m conformance`: the commands and their options.

Exit codes: 0 if nothing is wrong, 1 if a target does not conform, a mutant survives, nothing
shows what the guide says, the catalogue and the guide differ or a report is worse than another, 2 for what was typed wrongly or is
no report, 3 if a target, the catalogue or the vectors cannot be read, 4 if a selection matches
nothing or nothing passed, 130 after Ctrl-C.
"""

import os
import sys
from pathlib import Path
from typing import Any

import click

from conformance.arguments import Group, NewFile
from conformance.catalogue import AREAS, STRENGTHS, CatalogueError
from conformance.selection import PROFILES, Shard, ShardInvalid
from conformance.vector import VectorsInvalid

# The exit code after Ctrl-C, as shells have it.
INTERRUPTED = 130
UNREADABLE = 3

CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_NEW_FILE = NewFile()


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
def suite() -> None:
    """Tell what the guide asks for, and what shows that an implementation does it.

    \b
      python -m conformance run --target builtin:process --html report.html
      python -m conformance list --select 'PS-ROOT-*'
      python -m conformance explain PS-ROOT-03
      python -m conformance coverage --guide setup-guide.txt
    """


@suite.command("list")
@click.option("--select", metavar="GLOB", default="*", help="Only ids that match, such as 'PS-ROOT-*'.")
@click.option("--area", type=click.Choice(list(AREAS)), help="Only this area.")
@click.option(
    "--strength",
    type=click.Choice(list(STRENGTHS)),
    help="Only this strength: " + ", ".join(f"{letter} {text}" for letter, text in STRENGTHS.items()) + ".",
)
@click.option("--json", is_flag=True, help="Print all that is known of each as JSON.")
def list_requirements(**options: Any) -> int:
    """Print the requirements, one a line. Exit code 4 if none is selected."""
    from conformance.commands.list import run_list

    return run_list(is_json=options.pop("json"), **options)


@suite.command()
@click.argument("id")
def explain(id: str) -> int:
    """Print a requirement, a case, an ambiguity or a deviation, with all that is said about it."""
    from conformance.commands.explain import run_explain

    return run_explain(id)


@suite.command()
@click.option(
    "--guide",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The guide's text: compare each sentence and quote with it.",
)
@click.option("--json", is_flag=True, help="Print it as JSON.")
def coverage(guide: Path | None, json: bool) -> int:
    """Print which requirements nothing shows yet, and whether every sentence of the guide is accounted for.

    Exit code 1 if a documented or inferred requirement has no case at one of its
    levels, or if the guide's text is another one.
    """
    from conformance.commands.coverage import evidence, run_coverage

    return run_coverage(guide, evidence(), is_json=json)


@suite.command()
@click.option(
    "--target",
    metavar="TARGET",
    required=True,
    help="builtin:process, builtin:sim, adapter:COMMAND, or tcp:HOST:PORT.",
)
@click.option("--user", metavar="NAME", help="User name of a tcp: target, a part of its key.")
@click.option("--password-file", type=_FILE, help="Password or generated key of a tcp: target.")
@click.option("--profile", type=click.Choice(list(PROFILES)), default="full", show_default=True)
@click.option(
    "--select", metavar="GLOB", multiple=True, help="Only cases or requirements that match. Repeatable."
)
@click.option("--shard", metavar="N/COUNT", default="1/1", help="Only this share of the cases.")
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    help="So many adapters at a time.  [builtin: one a core, others: 1]",
)
@click.option(
    "--strict", is_flag=True, help="What is only recommended has to hold, too.  [otherwise: not-followed]"
)
@click.option("--deviations", type=_FILE, help="What the target is known to do otherwise.")
@click.option("--json", "json_file", type=_NEW_FILE, help="Write the report as JSON.")
@click.option("--junit", type=_NEW_FILE, help="Write the report as JUnit XML.")
@click.option("--html", type=_NEW_FILE, help="Write the report as one page.")
@click.option("--badge", type=_NEW_FILE, help="Draw a badge.")
def run(**typed: Any) -> int:
    """Put an implementation to the test.

    Exit code 0 if it conforms, 1 if it does not, 2 for what was typed wrongly, 3 if it
    could not be judged, 4 if nothing was selected or nothing passed. What is only
    recommended and does not hold is told as not-followed: no failure, and no pass.
    However a run ends, the reports are its own: where it could not be judged, they
    say so, and tell what was found until then.

    \b
      python -m conformance run --target builtin:process --html report.html
      python -m conformance run --target 'adapter:./my-adapter' --profile mapping
      python -m conformance run --target tcp:server:7333 --password-file psync.key
    """
    from conformance.commands.run import RunOptions, run_target

    try:
        shard = Shard.parse(typed["shard"])
    except ShardInvalid as error:
        raise click.UsageError(f"{error}.") from None
    options = RunOptions(
        typed["target"],
        typed["profile"],
        typed["select"],
        shard,
        typed["deviations"],
        typed["strict"],
        typed["user"],
        typed["password_file"],
        typed["jobs"],
    )
    return run_target(options, {name: typed[name] for name in ("json_file", "junit", "html", "badge")})


@suite.command()
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option(
    "--level",
    type=click.Choice(["S", "P"]),
    default="S",
    show_default=True,
    help="S in the simulation, P with real processes.",
)
@click.option("--jobs", type=click.IntRange(1, 64), default=CORES, help="Programs at a time.  [one a core]")
@click.option("--json", is_flag=True, help="Print it as JSON.")
def mutants(names: tuple[str, ...], level: str, jobs: int, json: bool) -> int:
    """Put psync with known bugs to the test, one bug after another, all of them or those that are named.

    Each has to be killed by its requirements: a case of each must fail, for the reason
    that is named. Exit code 0 if all are that can be made yet, 1 if one survives or
    psync itself fails such a case, 3 if one does not start.
    """
    from conformance.commands.mutants import run_mutants

    return run_mutants(names, level, jobs, is_json=json)


@suite.command()
@click.argument("a", type=_FILE)
@click.argument("b", type=_FILE)
@click.option(
    "--common", is_flag=True, help="Leave out what is missing or unsupported in one, as at one of two levels."
)
@click.option("--json", is_flag=True, help="Print it as JSON.")
def diff(a: Path, b: Path, common: bool, json: bool) -> int:
    """Compare two reports that `run --json` has written.

    A is the older version and B the newer one, or they are of two levels or two
    implementations. A case got worse if it passed in A and does not in B: there it
    may fail, be an error, be expected to fail (xfail), be unsupported or be missing.
    pass, pass-alternative and xpass are passes here.

    Exit code 0 if no case got worse, 1 if one did, 2 for a file that is no such report,
    or that of a run that could not be judged.

    \b
      python -m conformance run --target builtin:process --json before.json
      python -m conformance run --target builtin:process --json after.json
      python -m conformance diff before.json after.json

    With --common, the simulator can be held against real processes: each case that
    passes in the one and not in the other is a finding about the simulator.
    """
    from conformance.commands.diff import run_diff

    return run_diff(a, b, is_json=json, is_common=common)


def main() -> None:
    """Run what was typed, and exit."""
    try:
        code = suite.main(standalone_mode=False, prog_name="python -m conformance")
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except CatalogueError as error:
        print(f"The catalogue is faulty.\n{error}", file=sys.stderr)
        code = UNREADABLE
    except VectorsInvalid as error:
        print(f"The vectors are faulty.\n{error}", file=sys.stderr)
        code = UNREADABLE
    except (click.Abort, KeyboardInterrupt):
        print("Interrupted.", file=sys.stderr)
        code = INTERRUPTED
    except BrokenPipeError:  # the reader has seen enough, as `head` has
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    sys.exit(code)
