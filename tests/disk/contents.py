"""Contents as a source sends them, for one file or several."""

from collections.abc import Sequence

from blake3 import blake3

from psync.core.content import Begin, Content, End, Pack, PackedFile, Piece
from tests.disk.trees import OLD_NS


def pack(*files: tuple[int, bytes], mtime_ns: int = OLD_NS) -> Content:
    """Small files, by their ids."""
    headers = [PackedFile(id, len(data), mtime_ns, digest(data)) for id, data in files]
    return Content(Pack(headers), [data for _, data in files])


def large(id: int, data: bytes, piece_bytes: int = 1000) -> list[Content]:
    """A large file without holes."""
    offsets = range(0, len(data), piece_bytes)
    pieces = [piece(id, offset, data[offset : offset + piece_bytes]) for offset in offsets]
    return [begin(id, len(data)), *pieces, end(id, data)]


def begin(id: int, size: int, *, is_sparse: bool = False) -> Content:
    return Content(Begin(id, size, is_sparse))


def piece(id: int, offset: int, *buffers: bytes) -> Content:
    return Content(Piece(id, offset), buffers)


def end(id: int, data: bytes, mtime_ns: int = OLD_NS) -> Content:
    return Content(End(id, len(data), mtime_ns, digest(data)))


def digest(data: bytes) -> bytes:
    return blake3(data).digest()


def joined(buffers: Sequence[bytes]) -> bytes:
    return b"".join(bytes(buffer) for buffer in buffers)
