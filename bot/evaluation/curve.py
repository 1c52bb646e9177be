"""The risk–coverage curve: right answers against false ones as the threshold moves, as numbers and as a picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.evaluation.fit import Decided

MOST_FALSE = 0.25
"""Where the picture ends: nobody wants a bot beyond."""
_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM, _RIGHT = 640, 400, 62, 24, 54, 24
_TICKS = 5


@dataclass(frozen=True, slots=True)
class Point:
    """What is answered from one threshold on."""

    threshold: float
    """The trust above which questions are answered."""
    false: float
    """Share of the uncovered questions."""
    right: float
    """Share of the covered questions."""
    wrong: float
    """Share of the covered questions."""


def curve(decided: Sequence[Decided]) -> tuple[Point, ...]:
    """Return a point for each uncovered question, from the strictest threshold on; all others lie between two."""
    covered = [one for one in decided if one.asked.item.covered]
    uncovered = sorted((one.trust for one in decided if not one.asked.item.covered), reverse=True)
    points = []
    for answered, threshold in enumerate(uncovered):
        given = [one for one in covered if one.trust > threshold]
        right = sum(one.right for one in given)
        total = max(len(covered), 1)
        points.append(Point(threshold, answered / len(uncovered), right / total, (len(given) - right) / total))
    return tuple(points)


def at_most(points: Sequence[Point], false: float) -> Point:
    """Return the point with the most answers of those that answer at most the share `false` of the uncovered."""
    return [point for point in points if point.false <= false + 1e-9][-1]


def picture(curves: Mapping[str, Sequence[Point]]) -> str:
    """Return an SVG with one line per model, readable on light and dark pages."""
    middle_x, middle_y = _x(MOST_FALSE / 2), _y(0.5)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" {_FONT}>',
        _STYLE,
        *(_grid(tick / _TICKS) for tick in range(_TICKS + 1)),
        f'<text x="{middle_x}" y="{_HEIGHT - 12}" text-anchor="middle">falsely answered (of the uncovered)</text>',
        f'<g transform="translate(16 {middle_y}) rotate(-90)"><text text-anchor="middle">{_UP}</text></g>',
        *(_line(number, name, points) for number, (name, points) in enumerate(curves.items())),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


_FONT = 'font-family="sans-serif" font-size="13"'
_UP = "right answered (of the covered)"
_STYLE = """<style>
text { fill: #57606a } .grid { stroke: #8886; stroke-width: 1 } .line { fill: none; stroke-width: 2.5 }
.m0 { stroke: #0969da } .m1 { stroke: #bc4c00 } text.m0 { fill: #0969da; stroke: none } text.m1 { fill: #bc4c00; stroke: none }
@media (prefers-color-scheme: dark) {
text { fill: #9da7b3 } .m0 { stroke: #58a6ff } .m1 { stroke: #f0883e } text.m0 { fill: #58a6ff } text.m1 { fill: #f0883e }
}
</style>"""  # noqa: E501


def _x(false: float) -> float:
    return _LEFT + (_WIDTH - _LEFT - _RIGHT) * false / MOST_FALSE


def _y(right: float) -> float:
    return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * right


def _grid(part: float) -> str:
    """Return the two grid lines at `part` of both axes, with their numbers."""
    x, y = _x(part * MOST_FALSE), _y(part)
    return (
        f'<path class="grid" d="M{x:.1f} {_y(0)}V{_y(1)}M{_x(0)} {y:.1f}H{_x(MOST_FALSE)}"/>'
        f'<text x="{x:.1f}" y="{_y(0) + 18}" text-anchor="middle">{part * MOST_FALSE:.0%}</text>'
        f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{part:.0%}</text>'
    )


def _line(number: int, name: str, points: Sequence[Point]) -> str:
    shown = [point for point in points if point.false <= MOST_FALSE]
    places = " ".join(f"{_x(point.false):.1f},{_y(point.right):.1f}" for point in shown)
    y = _y(0) - 18 * (number + 1)
    return (
        f'<polyline class="line m{number}" points="{places}"/>'
        f'<text class="m{number}" x="{_x(MOST_FALSE) - 8}" y="{y:.0f}" text-anchor="end">{name}</text>'
    )
