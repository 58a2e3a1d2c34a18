"""psync beside an rsync daemon, in the same run, on the same machine: see README.md."""
