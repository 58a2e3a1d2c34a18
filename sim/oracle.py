"""What a target must hold in the end, told without any code of psync.

A tree is what `Files.tree` gives: relative path → content, link, or None for a folder.
"""

from sim.trees import Tree


def expected_tree(source: Tree, target: Tree, *, is_deleting: bool) -> Tree:
    """The target after a run that nothing disturbs: the source, and with it what nobody may delete."""
    if is_deleting:
        return dict(sorted(source.items()))
    return dict(sorted({**target, **source}.items()))
