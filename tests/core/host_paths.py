"""Paths for properties: texts that are meant to deceive, and values that are sound."""

from hypothesis import strategies as st

from psync.core.errors import PathRefused
from psync.core.paths import HostPath, PathStyle, parse_host_path

WINDOWS, POSIX = PathStyle

KELVIN = "\u212a"
NFC, NFD = "caf\u00e9", "cafe\u0301"

ROOTS = {
    WINDOWS: [r"C:\Backup\Users\Admin", r"c:\backup", "C:\\", r"D:\a", r"\\nas\vol1", r"\\NAS\vol1\Backup"],
    POSIX: ["/srv/backup", "/srv", "/", "/C/Backup", "/UNC/nas/vol1"],
}

_STARTS = {
    WINDOWS: ["C:\\", "c:/", "D:\\", ROOTS[WINDOWS][0], "c:/BACKUP/users/", r"\\nas\vol1", "//NAS/VOL1/"],
    POSIX: ["/", "//", "/srv/backup", "//srv/./backup/", "/srv/", "/SRV/", "/C/", "/C:/", "/UNC/nas/vol1"],
}
_WRONG_STARTS = [
    *("", ".", "..", "C:", "1:\\", "\u00e9:\\", "\\", "\\\\", "\\\\\\", r"\\nas", "\\\\..\\", "CONIN$"),
    *("\\\\?\\C:\\", "\\\\.\\", "\\??\\C:\\", "//?/", "TCP:\\\\", "tcp://"),
]
_PIECES = [
    *("\\", "/", "\\", "/", "\\", "/", "\\\\", "//", ".", "..", "...", ":", "$", "?", "*", "<", "|", '"'),
    *(" ", "\0", "\n", "\x1f", "\x7f", "\x85", "\u202e", "\ud800", "\udcff", "\U0001f600", "%2e%2e"),
    *("C", "UNC", "Backup", "backup", "Users", "Admin", "admin", "Admin2", "Adm", "Admin.", "srv", "SRV"),
    *("nas", "vol1", "f.txt", "::$DATA", "x", "k", "ss", KELVIN, NFC, NFD, "\u0131", "\u017f", "\u00df"),
    *("NUL", "nul.txt", "NUL .x", "com1", "COM0", "LPT\u00b9", "lpt\u2074", "CONIN$", "conout$.a", "~1"),
    *("a" * 254, "b" * 255, "c" * 256, "\u00e9" * 128, "\u20ac" * 85, "\U0001f600" * 127),
]

styles = st.sampled_from(PathStyle)


def hostile_texts(style: PathStyle) -> st.SearchStrategy[str]:
    """Texts that a host of `style` should refuse, or should at least not misread."""
    starts = st.sampled_from(_STARTS[style]) | st.sampled_from([*_STARTS[style], *_WRONG_STARTS])
    pieces = st.lists(st.sampled_from(_PIECES), max_size=10)
    many = st.lists(st.sampled_from(["/", "/" + "b" * 255]), min_size=15, max_size=25)
    return st.builds(lambda start, pieces: start + "".join(pieces), starts, pieces | many)


def host_paths(style: PathStyle) -> st.SearchStrategy[HostPath]:
    """Paths that a host of `style` can hold, many of them near a RootPath of `ROOTS`."""
    top = "E:/" if style is WINDOWS else "/"
    pieces = st.sampled_from(_PIECES) | st.text(min_size=1, max_size=8)
    names = pieces.filter(lambda name: parsed(top + name, style) is not None)
    texts = st.builds(
        lambda start, names: "/".join([start, *names]),
        st.sampled_from([*ROOTS[style], top]),
        st.lists(names, max_size=6),
    )
    return texts.map(lambda text: parse_host_path(text, style))


any_host_path = styles.flatmap(host_paths)


def parsed(text: str, style: PathStyle) -> HostPath | None:
    """Give the path, or None where it is refused."""
    try:
        return parse_host_path(text, style)
    except PathRefused:
        return None
