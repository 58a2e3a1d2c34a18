"""A machine has a name of its own, which all its processes know."""

import subprocess
import sys

from psync.real.boot import boot_id


def test_another_process_knows_the_machine_by_the_same_name() -> None:
    program = "import sys; from psync.real.boot import boot_id; sys.stdout.buffer.write(boot_id())"

    heard = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, timeout=60
    ).stdout

    assert heard == boot_id() != b""


def test_the_name_is_the_kernels() -> None:
    with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
        assert boot_id() == file.read().strip().encode()
