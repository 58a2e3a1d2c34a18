"""A client of the suite's own that knows how to change things, and names what is none of its business.

It is for listeners of a world, which an adapter has started for one scenario. A listener that is in service is
asked by `blackbox`, which knows nothing of this.
"""
