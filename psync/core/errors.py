"""What psync tells an operator when a command ends with something wrong.

A `Failure` ends a command. One class a message: template, remedy, exit code. The
documented texts (guide, "Troubleshooting" 1 and 2) are at the end. Trouble with
one entry, which never stops a run, stands in `problems`; no other module holds
such text.
"""

import errno
from enum import StrEnum
from typing import ClassVar

from psync.core.problems import PROBLEM_TEXTS, TAGS, ProblemCode

EXIT_CONVERGED = 0
EXIT_PARTIAL = 1
EXIT_USAGE = 2
EXIT_CONNECTION = 3
EXIT_HELD = 4
EXIT_DEFECT = 70  # EX_SOFTWARE of sysexits.h
EXIT_INTERRUPTED = 130


class Failure(Exception):
    """Ends a command: `str()` is one sentence that names the thing, `remedy` what to do.

    Fields of the template are keyword arguments; a missing one is a programming
    error and raises `KeyError` at once. They are shown as they were typed, by `psync.app.printable`.
    """

    code: ClassVar[str] = ""
    template: ClassVar[str] = ""
    remedy: ClassVar[str] = ""
    exit_code: ClassVar[int] = EXIT_USAGE

    def __init__(self, **fields: object) -> None:
        self.fields = fields
        super().__init__(self.template.format_map(fields))


# Usage and configuration


class UsageInvalid(Failure):
    code = "USAGE"
    template = "{command}: {reason}"
    remedy = "Add --help to the command to see what it takes."


class PortInvalid(Failure):
    code = "PORT_INVALID"
    template = "Port '{value}' is not a whole number from 1024 to 65535."
    remedy = "Give the port that the listener uses, 7333 unless it was changed."


class PortContradiction(Failure):
    code = "PORT_CONTRADICTION"
    template = "The address {address} names port {address_port}, but --port says {port}."
    remedy = "Give the port once, or the same one twice."


class AddressInvalid(Failure):
    code = "ADDRESS_INVALID"
    template = "'{address}' is not an address: {reason}."
    remedy = (
        r"Write a local path (./ before a name that looks like an address), TCP:\\host\c$\Folder in quotes, "
        "or tcp://host[:port]/C:/Folder (tcp://host[:port]/srv/folder for a POSIX host)."
    )


class AddressFault(StrEnum):
    """The words for what is wrong with an address."""

    EMPTY = "it is empty"
    SECRET = "no user or password belongs in an address, give them with --user and --password-file"
    HOST = "its host is not a machine name, an IPv4 address, or an IPv6 address in brackets"
    TCP_FORM = (
        r"it begins with tcp: but neither with tcp:// nor with TCP:\\, "
        "quote it for the shell, which takes backslashes away"
    )
    SCHEME = "psync speaks no protocol but its own, write tcp://host/path"
    WINDOWS = "it is a path of Windows, and this machine is none, write tcp://host/C:/path for one that is"
    COLON = (
        "what stands before its first colon is taken for a host, "
        "write ./ before a local path, or tcp://host/path"
    )
    PORT_PLACE = r"a port has no place in the form TCP:\\host, give it with --port or write tcp://host:port"


class RefusedPath(StrEnum):
    """Why a path on host is refused. The values are stable: they travel and are documented."""

    INCOMPLETE = "INCOMPLETE"
    DRIVE_RELATIVE = "DRIVE_RELATIVE"
    DOTDOT = "DOTDOT"
    STREAM = "STREAM"
    RESERVED = "RESERVED"
    TRAILING = "TRAILING"
    NAMESPACE = "NAMESPACE"
    CHARS = "CHARS"
    NAME_LONG = "NAME_LONG"
    PATH_LONG = "PATH_LONG"
    FOREIGN = "FOREIGN"
    UNC = "UNC"
    EMPTY = "EMPTY"
    TEMPORARY = "TEMPORARY"


REFUSED_PATH_TEXTS = {
    RefusedPath.INCOMPLETE: "it is not a complete path from a drive or from the root",
    RefusedPath.DRIVE_RELATIVE: "a drive without a separator depends on a current folder",
    RefusedPath.DOTDOT: "'..' is not allowed",
    RefusedPath.STREAM: "':' after the drive would name an alternate data stream",
    RefusedPath.RESERVED: "a component is a device name on Windows",
    RefusedPath.TRAILING: "Windows drops a trailing dot or space, so this would be another name",
    RefusedPath.NAMESPACE: "device and verbatim namespaces are not allowed",
    RefusedPath.CHARS: "it holds a character that the host does not allow in a name",
    RefusedPath.NAME_LONG: "a component is longer than the host allows",
    RefusedPath.PATH_LONG: "the path is longer than the host allows",
    RefusedPath.FOREIGN: "it has the form of another operating system, and the listener has no RootPath",
    RefusedPath.UNC: "a listener serves its own disks; without RootPath a UNC path is not one of them",
    RefusedPath.EMPTY: "a component is empty or '.'",
    RefusedPath.TEMPORARY: "the name has the form of psync's own temporary files",
}


class PathRefused(Failure):
    code = "PATH_REFUSED"
    template = "The path '{path}' is refused ({reason}): {explanation}."
    remedy = (
        r"Give the complete folder path on the host, such as C:\My Documents\Target or /srv/target; "
        r"of a POSIX host as tcp://host/srv/target, since TCP:\\host\srv\target is for the eye only."
    )

    def __init__(self, *, path: str, reason: str, explanation: str = "") -> None:
        """Refuse `path` for a reason of `RefusedPath`; what a peer explains is not shown, our words are."""
        self.reason = RefusedPath(reason)
        super().__init__(path=path, reason=self.reason.value, explanation=REFUSED_PATH_TEXTS[self.reason])


class PatternInvalid(Failure):
    code = "PATTERN_INVALID"
    template = "The pattern '{pattern}' cannot be used with --exclude: {reason}."
    remedy = "Write one line of a .gitignore file, such as *.tmp or /cache/, quoted for the shell."


class PatternFault(StrEnum):
    """The words for what is wrong with a pattern."""

    NO_PATTERN = "gitignore takes it for no pattern, so it would exclude nothing"
    NOT_UNICODE = "it is not valid Unicode text"
    CHARACTER_CLASS = "classes such as [:digit:] are not supported, and would exclude something else"


class JobNameInvalid(Failure):
    code = "JOB_NAME_INVALID"
    template = "The job name '{job}' cannot be used: {reason}."
    remedy = "Give 1 to 255 characters of Unicode text, or leave --job out."


class HostInvalid(Failure):
    code = "HOST_INVALID"
    template = "'{host}' is not an address to listen at."
    remedy = "Give an IPv4 or IPv6 address of this machine, or leave --host out."


class InstanceInvalid(Failure):
    code = "INSTANCE_INVALID"
    template = "'{instance}' is not an instance name."
    remedy = "Use 1 to 64 ASCII letters, digits, dots, hyphens and underscores."


class StateFolderInvalid(Failure):
    code = "STATE_FOLDER_INVALID"
    template = "The state folder '{path}' cannot be used: it is not a complete path."
    remedy = "Name a folder from the root on in PSYNC_STATE_DIR."


class ResultsFolderInvalid(Failure):
    code = "RESULTS_FOLDER_INVALID"
    template = "The folder '{path}' cannot take the results: {reason}."
    remedy = "Name a new or an empty folder with --keep, or another folder for temporary files in TMPDIR."


class RootPathInvalid(Failure):
    code = "ROOT_PATH_INVALID"
    template = "RootPath '{path}' cannot be used: {reason}."
    remedy = "Give the complete path of an existing folder on this machine."


class SourceMissing(Failure):
    code = "SOURCE_MISSING"
    template = "The source folder '{path}' does not exist."
    remedy = "Check the path. A missing source is never treated as an empty folder."


class NotAFolder(Failure):
    code = "NOT_A_FOLDER"
    template = "'{path}' is not a folder."
    remedy = "psync replicates folders; give the folder that holds it, and --exclude what is not wanted."


class LinkOnTheWay(Failure):
    code = "LINK_ON_THE_WAY"
    template = (
        "The folder '{path}' cannot be opened: it is, or lies behind, a symbolic link below the RootPath."
    )
    remedy = "A listener follows no links there: give the path without one, or choose another RootPath."


class TargetParentMissing(Failure):
    code = "TARGET_PARENT_MISSING"
    template = "The target '{path}' cannot be made: its parent folder does not exist."
    remedy = "Check the path, or make the parent folder."


class TargetLinkBroken(Failure):
    code = "TARGET_LINK_BROKEN"
    template = "The target '{path}' cannot be made: a symbolic link to nothing stands there, or on the way."
    remedy = "Make the folder that the link names, or remove the link."


class FoldersOverlap(Failure):
    code = "FOLDERS_OVERLAP"
    template = "The target '{target}' is the source folder itself, lies in it, or contains it."
    remedy = "Choose folders that do not contain each other."


class FolderUnreachable(Failure):
    code = "FOLDER_UNREACHABLE"
    template = "The folder '{path}' cannot be opened: {reason}."
    remedy = "Check the permissions of the account that psync or the listener runs under."


class IdentityUnusable(Failure):
    code = "IDENTITY_UNUSABLE"
    template = "The listener's identity in '{path}' cannot be read or made: {reason}."
    remedy = "Check the permissions of that folder, or name another one in PSYNC_STATE_DIR."


class ReadOnlyListener(Failure):
    code = "READ_ONLY"
    template = "The listener is read-only and takes no target."
    remedy = "Start the listener without --read-only, or use it as a source."


class SecretInvalid(Failure):
    code = "SECRET_INVALID"
    template = "The {name} cannot be used: {reason}."
    remedy = (
        "Put the secret alone into a file, or make one with: psync key --generate; "
        "unset a variable that is to give none."
    )


class NetworkUnauthenticated(Failure):
    code = "NETWORK_UNAUTHENTICATED"
    template = "Without a key {what} would be encrypted but not authenticated, outside this machine."
    remedy = (
        "Give both sides a key (psync key --generate, then --password-file), or accept the risk on "
        "both with --allow-unauthenticated-network; the listener then needs --root-path."
    )


class AddressInUse(Failure):
    code = "ADDRESS_IN_USE"
    template = "Cannot listen on {host} port {port}: another program uses it."
    remedy = "Stop the program that uses the port, or choose another with --port on both sides."
    exit_code = EXIT_CONNECTION


class AddressNotLocal(Failure):
    code = "ADDRESS_NOT_LOCAL"
    template = "Cannot listen on {host} port {port}: this machine has no such address."
    remedy = "Give an address of this machine with --host, or leave it out."
    exit_code = EXIT_CONNECTION


class AddressUnusable(Failure):
    code = "ADDRESS_UNUSABLE"
    template = "Cannot listen on {host} port {port}: {reason}."
    remedy = "Check what this account may listen on, or choose another --host or --port."
    exit_code = EXIT_CONNECTION


class DuplicateListener(Failure):
    code = "DUPLICATE_LISTENER"
    template = "Another psync listener runs on this machine (process {owner}, instance '{instance}')."
    remedy = "Keep a single listener a machine: stop the other one, or start this one with --instance NAME."
    exit_code = EXIT_CONNECTION


class OutputLost(Failure):
    code = "OUTPUT_LOST"
    template = "What psync reports could not be written: {reason}."
    remedy = "Look at where its output goes; the work itself went on."
    exit_code = EXIT_PARTIAL


# Connection causes: shown below the documented texts

CHECK_RUNNING = "Check that the listener is up and running there and listens on the same port number."
CHECK_KEYS = "Check that user name and password are the same on both sides."
CHECK_SINGLE = "Make sure that a single listener runs on that machine."


class ConnectionFailure(Failure):
    """Why a connection is not there (any more). Exit code 3."""

    exit_code = EXIT_CONNECTION


# The system's own words differ between machines, and the event loop puts addresses around them.
CONNECT_REASONS = {
    errno.ECONNREFUSED: "connection refused",
    errno.ECONNRESET: "connection reset",
    errno.EHOSTUNREACH: "no route to the host",
    errno.ENETUNREACH: "the network cannot be reached",
    errno.ENETDOWN: "the network is down",
    errno.EADDRNOTAVAIL: "no local address left",
    errno.EAFNOSUPPORT: "this machine has no such kind of address",
    errno.EACCES: "permission denied",
    errno.EPERM: "permission denied",
    errno.EMFILE: "too many open files",
}


class ConnectRefused(ConnectionFailure):
    code = "CONNECT_REFUSED"
    template = "Nothing accepts connections at {host} port {port} ({reason})."
    remedy = CHECK_RUNNING


class ConnectTimeout(ConnectionFailure):
    code = "CONNECT_TIMEOUT"
    template = "{host} port {port} did not answer within {seconds:g} seconds."
    remedy = CHECK_RUNNING


class HostUnknown(ConnectionFailure):
    code = "HOST_UNKNOWN"
    template = "The host name '{host}' cannot be resolved ({reason})."
    remedy = "Check the host name, or give the IP address of the remote host."


class NotPsync(ConnectionFailure):
    code = "NOT_PSYNC"
    template = "What answers at {host} port {port} is not a psync listener."
    remedy = "Another service uses that port. " + CHECK_RUNNING


class VersionMismatch(ConnectionFailure):
    code = "VERSION"
    template = "The listener at {host} speaks no protocol version in common with this psync."
    remedy = "Install the same psync version on both sides. " + CHECK_SINGLE


class ModeMismatch(ConnectionFailure):
    code = "MODE_MISMATCH"
    template = "{keyed_side} has a key and {unkeyed_side} has none."
    remedy = CHECK_KEYS


class KeyMismatch(ConnectionFailure):
    code = "KEY_MISMATCH"
    template = "The listener at {host} has another key."
    remedy = CHECK_KEYS + " " + CHECK_SINGLE


class ListenerUnproven(ConnectionFailure):
    code = "LISTENER_UNPROVEN"
    template = "What answers at {host} could not prove that it is the listener it claims to be."
    remedy = "Do not send it anything. " + CHECK_KEYS + " Look for a machine in between."


class Busy(ConnectionFailure):
    code = "BUSY"
    template = "{what} is busy: {reason}."
    remedy = "Wait until the other run has ended, or stop it."


class HandshakeTimeout(ConnectionFailure):
    code = "HANDSHAKE_TIMEOUT"
    template = "{host} port {port} accepts connections but did not complete the handshake within {seconds:g} seconds."
    remedy = "Another service may use that port. " + CHECK_RUNNING


class ConnectionLost(ConnectionFailure):
    code = "CONNECTION_LOST"
    template = "The connection to {host} was lost: {reason}."
    remedy = "Run the job again: what was acknowledged is kept, the rest is sent again."


class ProtocolViolation(ConnectionFailure):
    code = "PROTOCOL"
    template = "{host} broke the protocol: {reason}."
    remedy = "Install the same psync version on both sides; if they are equal, report this as a defect."


class ListenerStopped(ConnectionFailure):
    code = "LISTENER_STOPPED"
    template = "The listener at {host} was stopped."
    remedy = "Run the job again when it is up: what was acknowledged is kept, the rest is sent again."


class ListenerFailed(ConnectionFailure):
    code = "LISTENER_FAILED"
    template = "The listener at {host} ended the run: {reason}."
    remedy = "Look at the listener's log."


def revive(host: str, code: str, fields: dict[str, str]) -> Failure:
    """Make the failure that a peer reports by `code` and `fields`; the words are ours."""
    kind = _FAILURES.get(code)
    try:
        if kind is not None:
            return kind(**fields)
    except (KeyError, ValueError, TypeError):
        pass  # a field is missing, or not what it must be: only the code can be told
    return ListenerFailed(host=host, reason=code or "no cause given")


def _concrete(kind: type[Failure]) -> list[type[Failure]]:
    below = [found for child in kind.__subclasses__() for found in _concrete(child)]
    return [kind, *below] if kind.code else below


_FAILURES = {kind.code: kind for kind in _concrete(Failure)}


# The documented texts (guide, "Troubleshooting" 1 and 2)


def device_text(role: str, uri: str) -> str:
    """Say that an end could not be opened; `role` is "source" or "target", `uri` the display form."""
    return f"Could not initialize {role} device: {uri}..."


def connection_failure_text(uri: str, job: str, *, retry_scheduled: bool) -> str:
    """Name the failed connection; the suffix stands exactly when a further attempt is scheduled."""
    suffix = " (Connection Retry is Enabled!)..." if retry_scheduled else ""
    return f"Connection Failure: {uri} - Job: {job}{suffix}"


def locked_file_text(path: str, *, is_on_retry_list: bool) -> str:
    """Say that a listener's file is open elsewhere; `path` as the client asked for it, never as it was mapped."""
    locked = ProblemCode.LOCKED
    failure = f"Update Failure [{TAGS[locked]}] Error Opening Handle: {path} ({PROBLEM_TEXTS[locked]})"
    suffix = " (Added To Retry List)..." if is_on_retry_list else ""
    return f"PSListener responded with - {failure}{suffix}"
