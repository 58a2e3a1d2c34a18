r"""Text of others made harmless: names of files, hosts and jobs, on their way to a terminal or log.

A name may hold whatever its maker put there: newlines that forge a log line,
escape sequences that rewrite a terminal, characters that reverse the reading
direction. What Python calls printable passes, all else is written as an escape:
ASCII controls as `\n`, `\x1b`; bytes that are not UTF-8 as `\xff`; other
characters as `\u202e`, `\U000e0001`. Backslashes stay, since psync's own
addresses hold them: the text is for the eye, and `--json` is exact.
"""

_SHORT = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}

# What `surrogateescape` makes of bytes.
_BYTE_FIRST, _BYTE_LAST = 0xDC80, 0xDCFF
_BYTE_OFFSET = 0xDC00


def printable(text: str) -> str:
    """Give `text` with every character that is not printable as an escape; the result has one line."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else _escape(character) for character in text)


def printable_path(path: tuple[bytes, ...]) -> str:
    """Give a path below the job's folder in a form fit for a line; the folder itself is `.`."""
    return printable(b"/".join(path).decode("utf-8", "surrogateescape")) or "."


def _escape(character: str) -> str:
    code = ord(character)
    if _BYTE_FIRST <= code <= _BYTE_LAST:
        return rf"\x{code - _BYTE_OFFSET:02x}"
    if code < 0x80:
        return _SHORT.get(character, rf"\x{code:02x}")
    return rf"\u{code:04x}" if code < 0x10000 else rf"\U{code:08x}"
