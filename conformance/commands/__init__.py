"""What each command of `python -m conformance` does, once its options are read."""
