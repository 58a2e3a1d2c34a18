"""Counting what a run did."""

from psync.core.changes import Change, Delete, WriteFile
from psync.core.content import Content, Pack, Piece
from psync.core.manifest import Kind
from psync.core.problems import Problem


class RunStats:
    """The figures of one run. A notice is a problem that is not counted as failed."""

    def __init__(self) -> None:
        self.files_sent = 0
        self.files_deleted = 0
        self.bytes_literal = 0
        self.failed = 0

    def add_done(self, change: Change) -> None:
        """Count a change that the target acknowledged."""
        if isinstance(change, WriteFile):
            self.files_sent += 1
        elif isinstance(change, Delete) and change.kind is not Kind.FOLDER:
            self.files_deleted += 1

    def add_problem(self, problem: Problem) -> None:
        """Count an entry that is not as the job wants it."""
        self.failed += not problem.is_notice

    def add_content(self, content: Content) -> None:
        """Count file content on its way."""
        if isinstance(content.header, Pack | Piece):
            self.bytes_literal += sum(map(len, content.buffers))
