"""Paths on host that lie above RootPath are made again below it (guide, "PSListener configuration" 4)."""

from sim.scenarios.pair import TREE, Pair
from sim.scenarios.scenario import scenario
from sim.trees import Link, Tree
from sim.world import World

ROOT = "/srv/users/admin"
TRIPWIRE: Tree = {b"documents": None, b"documents/mine": b"do not touch"}


@scenario
async def path_above_root_path_is_mapped_below_it(world: World) -> None:
    """`/srv/documents` is above `/srv/users/admin`, so it becomes `/srv/users/admin/srv/documents`."""
    pair = Pair(world)
    pair.far.files.plant(b"/srv", TRIPWIRE)
    pair.far.files.make_folder(ROOT.encode())
    await pair.listen(root=ROOT)

    assert await pair.push(address="tcp://far/srv/documents", delete=True) == 0

    assert pair.far.files.tree(b"/srv/users/admin/srv/documents") == TREE
    assert pair.far.files.tree(b"/srv/documents") == {b"mine": b"do not touch"}


@scenario
async def path_of_another_drive_is_mapped_below_root_path(world: World) -> None:
    """The guide's own example: `C:\\Backup\\My Documents` becomes `C/Backup/My Documents` below RootPath."""
    pair = Pair(world)
    pair.far.files.make_folder(ROOT.encode())
    await pair.listen(root=ROOT)

    assert await pair.push(address=r"TCP:\\far\c$\Backup\My Documents") == 0

    assert pair.far.files.tree(b"/srv/users/admin/C/Backup/My Documents") == TREE


@scenario
async def link_that_leads_out_of_root_path_is_not_followed(world: World) -> None:
    """A link in the way of the target leads to another folder of the machine, which stays as it was."""
    pair = Pair(world)
    pair.far.files.plant(b"/etc", {b"passwd": b"do not touch"})
    pair.far.files.plant(b"/srv", {b"way": Link(b"/etc")})
    await pair.listen()

    assert await pair.push(address="tcp://far/way/backup", delete=True) == 2

    assert pair.far.files.tree(b"/etc") == {b"passwd": b"do not touch"}
