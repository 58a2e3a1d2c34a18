"""The picture of a run: one HTML file that tells a stranger what happened, and in which order.

    draw(world, plan, result, title) -> str

The trace is all it is drawn from. `calls` puts system calls into words, `events`
every other line, and says of what class it is; `states` follows the files of the
target; `bands` finds what lasted; `story` has the words for the plan, its faults
and the end, `moments` picks from all that what nobody should miss; `page` writes it
as JSON into `page.html`. What is drawn where is decided in the browser (`words.js`,
`layout.js`, `draw.js`, `steps.js`), since a filter and the width of a window change it.

No part of the page scrolls within it, and no words are cut, so that a screenshot or
a print shows what a reader sees; what is left out says how much it is.

The page loads nothing, from nowhere. Names of files are text in it, whatever
they contain.
"""

from sim.picture.page import draw

__all__ = ["draw"]
