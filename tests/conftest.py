"""Peers: programs of the machine that some tests compare psync with, watch it by, or
open its pages in; and the right to mount a file system, which `unshare` gives.

A test says so with a marker, `@pytest.mark.needs_rsync`. Where the peer is
missing, such tests are deselected and counted in the summary, never skipped in
silence; in continuous integration (`CI=true`) a missing peer ends the run.
"""

import gc
import os
import shutil
import subprocess
from collections import Counter

import pytest
from hypothesis import HealthCheck, settings

IS_CI = os.environ.get("CI") == "true"

# No test may fail because the machine is busy; the rest is Hypothesis' own profile, in CI a repeatable one.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
EXAMPLES_MAX = int(os.environ.get("EXAMPLES_MAX", "50" if IS_CI else "100"))
settings.register_profile("psync", PATIENT, max_examples=EXAMPLES_MAX)
settings.load_profile("psync")

# In a name space of its own: as root, or as a user who may be root of one.
MOUNT = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]


def _may_mount() -> bool:
    probe = [*MOUNT, "mount", "-t", "tmpfs", "tmpfs", os.path.dirname(__file__)]
    return shutil.which("unshare") is not None and subprocess.run(probe, capture_output=True).returncode == 0


PROGRAMS = ("rsync", "strace", "chromium")
PEERS = {**{program: bool(shutil.which(program)) for program in PROGRAMS}, "mount": _may_mount()}
LACKS = {**{program: f"{program} is not installed" for program in PROGRAMS}, "mount": "nobody may mount"}
COUNTS = pytest.StashKey[Counter[str]]()  # missing peer → tests that need it


def pytest_configure(config: pytest.Config) -> None:
    config.stash[COUNTS] = Counter()
    for peer in PEERS:
        config.addinivalue_line("markers", f"needs_{peer}: does not run where {LACKS[peer]}")
    missing = [LACKS[peer] for peer, is_here in PEERS.items() if not is_here]
    if missing and IS_CI:
        raise pytest.UsageError(f"CI=true, and {', '.join(missing)}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    lacking = {item: peer for item in items if (peer := _missing_peer(item))}
    config.stash[COUNTS].update(lacking.values())
    if lacking:
        config.hook.pytest_deselected(items=list(lacking))
        items[:] = [item for item in items if item not in lacking]


def pytest_collection_finish() -> None:
    """Many tests collect garbage, to hear of what nobody closed: let them not search all that was imported."""
    gc.collect()
    gc.freeze()


def _missing_peer(item: pytest.Item) -> str | None:
    missing = (peer for peer, is_here in PEERS.items() if not is_here)
    return next((peer for peer in missing if item.get_closest_marker(f"needs_{peer}")), None)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for peer, count in config.stash[COUNTS].items():
        terminalreporter.line(f"deselected {count} tests: {LACKS[peer]}")


# With pytest-xdist only the workers collect, each of them everything: one count is carried home.


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["missing_peers"] = dict(session.config.stash[COUNTS])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node) -> None:
    node.config.stash[COUNTS] |= Counter(getattr(node, "workeroutput", {}).get("missing_peers", {}))
