"""What lies below a folder, as a value."""

from sim.trees import Link, Tree, read_tree
from sim.world import World


def test_a_tree_lists_files_folders_and_links_in_the_order_of_their_paths() -> None:
    tree: Tree = {b"a": b"content", b"b": None, b"b/c": Link(b"../a"), b"b/d": b"", b"\xff": b"odd"}

    with World(1) as world:
        machine = world.machine("alpha")
        machine.files.plant(b"/data", tree)
        found = read_tree(machine.disk.folder(b"/data"))

    assert (found, list(found)) == (tree, sorted(tree))
