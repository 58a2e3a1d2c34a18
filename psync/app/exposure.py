"""What a listener is open to, which its operator hears of whatever form he reads."""

from psync.engine.events import ListenerReady

UNAUTHENTICATED = "ENCRYPTED BUT NOT AUTHENTICATED"


def exposure_warnings(event: ListenerReady) -> list[str]:
    """Name the dangers of how a listener was started."""
    found = []
    if event.root_path == "/":
        found.append("RootPath / confines nothing: clients reach every folder of this machine.")
    if event.is_exposed and not event.is_keyed:
        found.append(
            f"{UNAUTHENTICATED}, AND NOT ON LOOPBACK: whoever reaches this port can read"
            f"{'' if event.is_read_only else ' and change'} what is below the RootPath."
        )
    return found
