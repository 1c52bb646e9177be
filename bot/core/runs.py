"""Words written without spaces between them, cut where known words begin and end."""

from collections.abc import Container

_LONGEST_HANGUL = 8
_LONGEST_LATIN = 16
_ONE_LETTER = frozenset("ai")


def split_hangul(word: str, known: Container[str]) -> list[str]:
    """Cut at the longest known words, from left to right; the rest stays together."""
    pieces: list[str] = []
    rest, position = "", 0
    while position < len(word):
        length = _known_length(word, position, known)
        if not length:
            rest += word[position]
            position += 1
            continue
        pieces += [rest] if rest else []
        rest = ""
        pieces.append(word[position : position + length])
        position += length
    return [*pieces, rest] if rest else pieces


def _known_length(word: str, position: int, known: Container[str]) -> int:
    for length in range(min(_LONGEST_HANGUL, len(word) - position), 1, -1):
        if word[position : position + length] in known:
            return length
    return 0


def split_latin(word: str, known: Container[str]) -> list[str]:
    """Cut into the fewest known words and letters left over; `word` itself if more is left over than known.

    The shortest path through the run: a known word costs 1, a letter that belongs to none costs 2.
    """
    best: list[tuple[int, list[str]]] = [(0, [])]
    for end in range(1, len(word) + 1):
        options = [(best[end - 1][0] + 2, [*best[end - 1][1], word[end - 1]])]
        for start in range(max(0, end - _LONGEST_LATIN), end):
            piece = word[start:end]
            if (len(piece) > 1 or piece in _ONE_LETTER) and piece in known:
                options.append((best[start][0] + 1, [*best[start][1], piece]))
        best.append(min(options, key=lambda option: option[0]))
    cost, pieces = best[-1]
    return _joined(pieces, known) if 3 * cost <= len(word) + 2 else [word]


def _joined(pieces: list[str], known: Container[str]) -> list[str]:
    """Put neighbouring left-over letters back together."""
    joined: list[str] = []
    loose = False
    for piece in pieces:
        left_over = len(piece) == 1 and not (piece in _ONE_LETTER and piece in known)
        if left_over and loose:
            joined[-1] += piece
        else:
            joined.append(piece)
        loose = left_over
    return joined
