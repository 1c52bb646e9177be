"""How frames are packed, as the client's query asks for it."""

import importlib
import zlib
from typing import Any, Protocol


class Packer(Protocol):
    """Turn one text frame into what is sent."""

    def pack(self, text: str) -> bytes | None:
        """Return the compressed frame, or None to send the text itself."""


class Plain:
    """No compression: text frames."""

    def pack(self, text: str) -> bytes | None:  # noqa: ARG002 - the protocol's
        """Leave the text alone."""
        return None


class ZlibStream:
    """One zlib stream for a connection, every frame ended by a sync flush."""

    def __init__(self) -> None:
        """Open the stream."""
        self._stream = zlib.compressobj()

    def pack(self, text: str) -> bytes | None:
        """Add a frame to the stream."""
        data = self._stream.compress(text.encode())
        return data + self._stream.flush(zlib.Z_SYNC_FLUSH)


class ZstdStream:
    """One zstd stream for a connection; a client asks for it if it has the library."""

    def __init__(self) -> None:
        """Open the stream."""
        library: Any = importlib.import_module("zstandard")
        self._stream = library.ZstdCompressor().compressobj()
        self._flush_block = library.COMPRESSOBJ_FLUSH_BLOCK

    def pack(self, text: str) -> bytes | None:
        """Add a frame to the stream."""
        data = bytes(self._stream.compress(text.encode()))
        return data + bytes(self._stream.flush(self._flush_block))


def packer_for(name: str | None) -> Packer:
    """Return the packer for the `compress` parameter of the gateway's address."""
    match name:
        case "zlib-stream":
            return ZlibStream()
        case "zstd-stream":
            return ZstdStream()
        case _:
            return Plain()
