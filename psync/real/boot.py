"""Which machine this is, from one boot to the next: what makes a device number mean one device."""

import os
from functools import cache

# proc(5); containers of one machine read the same one, as they should: they share its devices.
_BOOT_ID = "/proc/sys/kernel/random/boot_id"


@cache
def boot_id() -> bytes:
    """The kernel's random name of this boot; the host name where /proc is not there."""
    try:
        with open(_BOOT_ID, "rb") as file:
            return file.read().strip()
    except OSError:
        return os.fsencode(os.uname().nodename)
