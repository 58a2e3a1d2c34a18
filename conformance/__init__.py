"""The conformance suite: does an implementation, ours or another, do what the guide documents?

It knows neither psync nor its simulation: what it drives are programs, by a protocol that any
implementation can speak. `python -m conformance` is its command line.
"""
