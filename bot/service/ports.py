"""Protocols of what the use cases need from other packages."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Encoder(Protocol):
    """Turns sentences of any language into unit vectors; similar meanings have a high cosine similarity."""

    @property
    def name(self) -> str:
        """Name and version; vectors of different names are never compared or shared."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit row per text, shape (len(texts), dimensions); texts are normalised and capped."""
