"""What each command of `python -m sim` does, once its options are read."""
