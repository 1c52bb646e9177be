"""How frames are packed."""

import zlib


class ZlibStream:
    """One zlib stream for a connection, every frame ended by a sync flush."""

    name = "zlib-stream"

    def __init__(self) -> None:
        """Open the stream."""
        self._stream = zlib.compressobj()

    def pack(self, text: str) -> bytes:
        """Add a frame to the stream."""
        data = self._stream.compress(text.encode())
        return data + self._stream.flush(zlib.Z_SYNC_FLUSH)
