"""`builtin:sim` says that its clock is virtual, and lets an hour pass at once."""

import time
from contextlib import closing

from conformance.stage import Stage
from conformance.targets import open_target


def test_it_serves_worlds_in_virtual_time() -> None:
    with closing(open_target("builtin:sim")) as target:
        hello = target.ask("hello", {"protocol": 1}).ok
        assert isinstance(hello, dict)
        begun = time.monotonic()
        stage = Stage(target)
        stage.begin(far="windows")
        stage.sleep(3600)
        stage.end()

    assert (hello["name"], hello["clock"]) == ("psync", "virtual")
    assert {"map", "world.begin", "net.shape"} <= set(hello["operations"])
    assert time.monotonic() - begun < 60
