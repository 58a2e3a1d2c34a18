"""The picture of a run: one HTML file that tells a stranger what happened, and in which order.

    draw(world, plan, result, title) -> str

The trace is all it is drawn from. `calls` puts system calls into words, `events`
every other line, and says of what class it is; `states` follows the files of the
target; `bands` finds what lasted; `story` has the words for the plan, its faults
and the end; `page` writes all that as JSON into `page.html`. What is drawn where
is decided in the browser (`layout.js`, `draw.js`, `steps.js`), since a filter
changes it.

The page loads nothing, from nowhere. Names of files are text in it, whatever
they contain.
"""

from sim.picture.page import draw

__all__ = ["draw"]
