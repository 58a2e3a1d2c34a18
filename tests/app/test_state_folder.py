"""Where psync keeps what outlives a run."""

import pytest

from psync.app.state_folder import state_folder
from psync.core.errors import StateFolderInvalid
from tests.app.machine import Machine


@pytest.mark.parametrize(
    ("environment", "user_id", "folder"),
    [
        pytest.param({"PSYNC_STATE_DIR": "/data/psync"}, 0, "/data/psync", id="named"),
        pytest.param({}, 0, "/var/lib/psync", id="root's is the machine's"),
        pytest.param({"PSYNC_STATE_DIR": ""}, 0, "/var/lib/psync", id="empty is as good as unset"),
    ],
)
def test_the_state_folder_is_the_named_one_else_that_of_the_machine(
    environment: dict[str, str], user_id: int, folder: str
):
    assert state_folder(Machine(environment, user_id)) == folder


def test_a_user_has_one_of_his_own():
    folder = state_folder(Machine({}, user_id=1000))

    assert folder.startswith("/")
    assert folder.endswith("/psync")
    assert folder != "/var/lib/psync"


def test_a_path_that_depends_on_the_current_folder_is_refused():
    with pytest.raises(StateFolderInvalid) as refused:
        state_folder(Machine({"PSYNC_STATE_DIR": "state"}))

    assert str(refused.value) == "The state folder 'state' cannot be used: it is not a complete path."
