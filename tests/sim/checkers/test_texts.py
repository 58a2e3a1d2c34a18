"""The checker of documented texts finds each way in which a report differs from the guide."""

import pytest
from msgspec import structs

from psync.core.errors import ConnectRefused, ReadOnlyListener
from psync.engine.events import ConnectionFailed, RunRefused
from sim.checkers.checker import Broken
from sim.checkers.texts import Texts
from sim.plan import Topology
from tests.expectations import does_not_raise
from tests.sim.checkers.trials import beginning
from tests.sim.plans import with_faults

CAUSE = ConnectRefused(host="far", port=7334, reason="connection refused")
RIGHT = ConnectionFailed("target", r"TCP:\\far\srv\data", "Replication", CAUSE, False)


def test_the_texts_of_the_guide_are_right_for_every_end_of_a_job():
    with beginning() as trial, does_not_raise():
        Texts(trial).heard(RIGHT)
        Texts(trial).heard(structs.replace(RIGHT, role="source", uri="/home/source"))
        Texts(trial).heard(RunRefused(ReadOnlyListener(), "target", RIGHT.uri))
        Texts(trial).heard(RunRefused(ReadOnlyListener()))
    with beginning(with_faults(topology=Topology.RELAY)) as trial, does_not_raise():
        Texts(trial).heard(structs.replace(RIGHT, role="source"))
        Texts(trial).heard(structs.replace(RIGHT, uri=r"TCP:\\other\srv\data"))


@pytest.mark.parametrize(
    "wrong",
    [
        structs.replace(RIGHT, role="source"),
        structs.replace(RIGHT, uri="tcp://far/srv/data"),
        structs.replace(RIGHT, job="replication"),
        structs.replace(RIGHT, is_retry_scheduled=True),
        RunRefused(ReadOnlyListener(), "target", "far"),
    ],
)
def test_any_other_text_is_found(wrong: ConnectionFailed | RunRefused):
    with beginning() as trial, pytest.raises(Broken, match="instead of"):
        Texts(trial).heard(wrong)
