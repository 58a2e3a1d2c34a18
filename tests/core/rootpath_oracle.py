r"""The RootPath mapping once more, from its documentation alone and by other means.

Regular expressions and lists of texts, no value of psync: what both say is
unlikely to be one mistake made twice.
"""

import re

_TEXT = {
    "windows": r"(?s)(?:([a-zA-Z]):(?=[\\/])|[\\/]{2}(?![?.][\\/])([^\\/]+)[\\/]([^\\/]+)(?=[\\/]|\Z))(.*)",
    "posix": r"(?s)()()()(/.*)",
}
_SEPARATOR = {"windows": r"[\\/]", "posix": r"/"}
_BAD_NAME = {
    "windows": r"""(?isax) \.\.? | .*[.\ ] | .*[\x00-\x1f<>"|?*:/\\].* | .*[\ud800-\udbff][\udc00-\udfff].*
        | (con|prn|aux|nul|conin\$|conout\$|com[1-9¹²³]|lpt[1-9¹²³])\ *(\..*)?""",
    "posix": r"(?s)\.\.?|.*[\0/\ud800-\udc7f\udd00-\udfff].*",
}


def actual_path(root: str, root_style: str, path: str, path_style: str) -> str | None:
    """Give the actual path as text, None where it is refused; `root` in canonical spelling."""
    root_names, names = _names(root, root_style), _names(path, path_style)
    if root_names is None or names is None:
        return None
    if root_style == path_style and _begins(names, root_names, root_style):
        rest = names[len(root_names) :]
    else:
        rest = [_crossed(name, path_style, root_style) for name in names]
    separator = "\\" if root_style == "windows" else "/"
    actual = separator.join([root.rstrip(separator), *rest]) if rest else root
    return (
        None if _too_long(actual, root_style) or any(_is_bad(name, root_style) for name in rest) else actual
    )


def _names(text: str, style: str) -> list[str] | None:
    match = re.fullmatch(_TEXT[style], text)
    if match is None:
        return None
    drive, server, share, rest = match.groups(default="")
    names = [name for name in re.split(_SEPARATOR[style], rest) if name not in ("", ".")]
    names = [drive.upper()] * bool(drive) + ["UNC", server, share] * bool(server) + names
    too_long = _too_long("/" + "/".join(names), style)
    return None if too_long or any(_is_bad(name, style) for name in names) else names


def _begins(names: list[str], root_names: list[str], style: str) -> bool:
    flags = re.IGNORECASE | re.ASCII if style == "windows" else 0
    pairs = list(zip(root_names, names, strict=False))
    return len(pairs) == len(root_names) and all(re.fullmatch(re.escape(a), b, flags) for a, b in pairs)


def _is_bad(name: str, style: str) -> bool:
    units = sum(1 + (c > "\uffff") for c in name) if style == "windows" else _byte_count(name)
    return units > 255 or re.fullmatch(_BAD_NAME[style], name) is not None


def _too_long(text: str, style: str) -> bool:
    return style == "posix" and _byte_count(text) > 4_096  # no text here comes near 32,767 units


def _byte_count(text: str) -> int:
    return sum(1 if "\udc80" <= c <= "\udcff" else len(c.encode("utf-8", "surrogatepass")) for c in text)


def _crossed(name: str, source: str, target: str) -> str:
    if source == "windows" and target == "posix":
        return re.sub("[\ud800-\udfff]", _wtf8, name)
    return (
        re.sub("[\udc80-\udcff]", "*", name) if source != target else name
    )  # bytes that no Windows name has


def _wtf8(surrogate: re.Match[str]) -> str:
    code = ord(surrogate[0])
    return "".join(chr(0xDC00 | byte) for byte in (0xED, 0x80 | code >> 6 & 0x3F, 0x80 | code & 0x3F))
