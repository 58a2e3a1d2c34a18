"""Numbers as people read them."""

_UNITS = ("KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB")


def bytes_text(count: float) -> str:
    """Write a number of bytes with three digits or so: `0 B`, `1.5 KiB`, `340 MiB`."""
    if count < 1023.5:
        return f"{count:.0f} B"
    power = 0
    while count >= 1023.5:
        count /= 1024
        power += 1
    return f"{count:.1f} {_UNITS[power - 1]}" if count < 99.95 else f"{count:.0f} {_UNITS[power - 1]}"


def count_text(count: int, noun: str) -> str:
    """Write a number of things: `1 file`, `2,000 files`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def seconds_text(seconds: float) -> str:
    """Write a duration: `0.03 s`, `12 s`, `3 min 20 s`, `2 h 5 min`."""
    if seconds < 9.995:
        return f"{seconds:.2f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
