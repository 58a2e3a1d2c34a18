"""The commands and their options.

Only click is imported here: `--help` and completion shall not wait for engines
that they do not use. A command makes its options one value and hands it to
`psync.app.run`.
"""

from typing import Any

import click

import psync as package

NOT_PRESERVED = "Owner, ACLs, extended attributes and hard links are not preserved."

# `psync.core.settings.Durability`, whose import would cost as much as all of click.
DURABILITIES = ("batch", "file", "none")

_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(context_settings=_SETTINGS, invoke_without_command=True)
@click.version_option(package.__version__, message="psync %(version)s")
@click.pass_context
def psync(context: click.Context) -> int:
    """Replicate folders between machines over TCP: encrypted, confined, whole files or none.

    Try it on this machine alone with: psync quickstart
    """
    if context.invoked_subcommand is not None:
        return 0
    click.echo(context.get_help(), err=True)
    return 2


@psync.command(short_help="Show a push and a pull on this machine alone.")
@click.argument("folder", metavar="[FOLDER]", required=False)
@click.option(
    "--keep",
    metavar="DIR",
    type=click.Path(resolve_path=True),
    help="Keep the results in DIR, as pushed/ and pulled/. It must be new or empty.",
)
@click.option("--json", is_flag=True, help="Write events as lines of JSON.")
def quickstart(**options: Any) -> int:
    """Show a push and a pull on this machine alone, over real sockets.

    FOLDER is only read; without it a small sample is made. Nothing is left behind without --keep.
    """
    from psync.app.config import QuickstartOptions
    from psync.app.run import run_quickstart

    return run_quickstart(QuickstartOptions(**options))


@psync.command(short_help="Serve folders of this machine to clients.")
@click.option(
    "--host", metavar="ADDR", help="Listen at this address.  [all interfaces; without a key 127.0.0.1]"
)
@click.option("--port", metavar="PORT", help="1024 to 65535, the same on both sides.  [7333]")
@click.option("--root-path", metavar="PATH", help="Never leave this folder; other paths are made below it.")
@click.option("--user", metavar="NAME", help="User name, one part of the key.  [PSYNC_USER]")
@click.option(
    "--password-file",
    metavar="FILE",
    help="Read the password, or a generated key, from FILE.  [PSYNC_PASSWORD]",
)
@click.option("--ask-password", is_flag=True, help="Ask for the password on the terminal.")
@click.option(
    "--instance", metavar="NAME", default="default", help="Run beside another listener of this machine."
)
@click.option("--read-only", is_flag=True, help="Serve sources only; take no target.")
@click.option(
    "--allow-unauthenticated-network",
    is_flag=True,
    help="Without a key, listen beyond this machine all the same; needs --root-path.",
)
@click.option("--json", is_flag=True, help="Write events as lines of JSON.")
def listen(**options: Any) -> int:
    """Serve folders of this machine to clients, in the foreground.

    SIGINT or SIGTERM ends it once what is being committed is done.

    \b
      psync key --generate > psync.key && chmod 600 psync.key
      psync listen --root-path /srv/backup --password-file psync.key
    """
    from psync.app.config import ListenOptions
    from psync.app.run import run_listener

    return run_listener(ListenOptions(**options))


@psync.command(
    short_help="Bring the contents of a folder into another, once.",
    epilog=f"{NOT_PRESERVED} Set-user-id and set-group-id bits never are.",
)
@click.argument("source")
@click.argument("target")
@click.option("--delete", is_flag=True, help="Delete at the target what the source does not have.")
@click.option(
    "--exclude", metavar="PATTERN", multiple=True, help="Leave out, in gitignore syntax. Can be repeated."
)
@click.option("--port", metavar="PORT", help="1024 to 65535, the same on both sides.  [7333]")
@click.option("--user", metavar="NAME", help="User name, one part of the key.  [PSYNC_USER]")
@click.option(
    "--password-file",
    metavar="FILE",
    help="Read the password, or a generated key, from FILE.  [PSYNC_PASSWORD]",
)
@click.option("--ask-password", is_flag=True, help="Ask for the password on the terminal.")
@click.option("--job", metavar="NAME", default="Replication", show_default=True, help="Name of the job.")
@click.option(
    "--durability",
    type=click.Choice(DURABILITIES),
    default="batch",
    show_default=True,
    help="What an acknowledged file survives: batch and file a power cut, none only a kill.",
)
@click.option("-n", "--dry-run", is_flag=True, help="Print what would be done, and do nothing.")
@click.option(
    "--allow-unauthenticated-network", is_flag=True, help="Connect to another machine without a key."
)
@click.option("-v", "--verbose", is_flag=True, help="List each change.")
@click.option("-q", "--quiet", is_flag=True, help="Print only what went wrong.")
@click.option("--json", is_flag=True, help="Write events as lines of JSON.")
def copy(**options: Any) -> int:
    """Bring the contents of SOURCE into TARGET, once.

    Each is a local path or a folder behind a listener:

    \b
      /home/me/documents               on this machine
      tcp://server/srv/folder          on a POSIX host; tcp://server:7400/... with a port
      tcp://server/C:/Folder           on a Windows host; also TCP:\\\\server\\c$\\Folder

    \b
      psync copy /home/me/documents tcp://server/documents --password-file psync.key
      psync copy tcp://server/documents /home/me/restored --password-file psync.key
    """
    from psync.app.config import CopyOptions
    from psync.app.run import run_copy

    return run_copy(CopyOptions(**options))


@psync.command(short_help="Print a new key.")
@click.option("--generate", is_flag=True, help="Make a new key; the only thing there is to do with one.")
def key(**options: Any) -> int:
    """Print a new key of 128 random bits, for --password-file on both sides."""
    from psync.app.run import print_key

    return print_key()
