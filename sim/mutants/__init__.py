"""Planted bugs: production code, broken on purpose, which the checkers must find.

A test suite that no mutant can fail tests nothing. Each mutant is one mistake
that a tired programmer could make: a sync left out, a check forgotten, an error
swallowed. It is a table of a catalogue (`*.toml` in this folder) that says what is
broken, in which module, which promise it must break, where it is hunted, and
the exact lines that it puts in the place of others. Production code that changes
under a mutant fails loudly: the lines are looked for, and must stand there once.

`mutant` puts a mutant into this process and takes it out again · `hunt` runs
seeds until a promise is broken · `saved` keeps the plan that broke it, reduced,
so that tests replay each kill in a moment · `python -m sim mutants` does all of
it and writes the table of `sim/README.md`.

What is counted as a kill is a promise broken with the mutant and kept without
it, by the same plan.
"""
