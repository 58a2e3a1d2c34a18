"""Programs that drive an implementation for the suite: psync's own, and one written from `adapter.md` alone."""
