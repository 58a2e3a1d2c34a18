"""Where the folders of a trial lie: as typed, as on the disk, as an address."""

import pytest

from psync.core.addresses import TcpAddress, parse_address
from psync.core.paths import PathStyle
from sim.layout import DATA, ROOT, SOURCE, Layout, folder_of
from sim.plan import Place

REMOTE, LOCAL = Place("far", True), Place("near", False)

FORMS = {
    PathStyle.POSIX: ("/srv/data", b"/srv/data", "tcp://far/srv/data"),
    PathStyle.WINDOWS: ("C:\\srv\\data", b"/C:/srv/data", "tcp://far/C:/srv/data"),
}


@pytest.mark.parametrize("style", PathStyle)
def test_a_folder_has_a_form_for_each_use(style: PathStyle) -> None:
    layout = Layout(style)

    assert (layout.typed(DATA), layout.on_disk(DATA), layout.address(REMOTE, DATA)) == FORMS[style]
    assert layout.files(DATA) == layout.typed(DATA).encode()
    assert layout.address(LOCAL, SOURCE) == layout.typed(SOURCE)


@pytest.mark.parametrize("style", PathStyle)
def test_an_address_reads_back_as_the_typed_path(style: PathStyle) -> None:
    address = parse_address(Layout(style).address(REMOTE, ROOT))

    assert isinstance(address, TcpAddress)
    assert str(address.path) == Layout(style).typed(ROOT)


def test_an_end_behind_a_listener_lies_below_its_rootpath() -> None:
    assert (folder_of(REMOTE, SOURCE), folder_of(LOCAL, SOURCE)) == (DATA, SOURCE)
    assert DATA.startswith(ROOT + "/")
