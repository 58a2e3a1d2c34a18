"""The command line: parses, builds, prints. It decides nothing about replication."""
