"""Lines that may grow, as an SVG that is light or dark like the page it stands in."""

from __future__ import annotations

import math
from collections.abc import Mapping

Lines = Mapping[str, Mapping[int, float]]

WIDTH, HEIGHT = 640, 340
LEFT, RIGHT, TOP, BOTTOM = 56, 520, 44, 290
#: Light and dark, told apart by people who do not tell red from green, too.
COLOURS = (
    ("#0072b2", "#56b4e9"),
    ("#d55e00", "#ff9d5c"),
    ("#008463", "#2fd0a5"),
    ("#a3417e", "#e79ac9"),
    ("#6b5b00", "#e8d44d"),
)
APART = 17
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.title { font-size: 14px; font-weight: 600 }
.grid { stroke: #d0d7de } .back { fill: #ffffff }
path { fill: none; stroke-width: 2 }
"""
DARK = "text { fill: #e6edf3 } .grid { stroke: #3d444d } .back { fill: #0d1117 }"


def svg(lines: Lines) -> str:
    """How many times as long as with the fewest texts; both axes begin where the lines do."""
    most = max(1.5, *(value for line in lines.values() for value in line.values())) if lines else 1.5
    top = math.ceil(most * 4) / 4
    colours = "".join(f".c{n} {{ stroke: {light} }}" for n, (light, _) in enumerate(COLOURS))
    dark = "".join(f".c{n} {{ stroke: {dark} }}" for n, (_, dark) in enumerate(COLOURS))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="t">',
        f'<title id="t">{_told(lines)}</title>',
        f"<style>{STYLE}{colours} @media (prefers-color-scheme: dark) {{ {DARK}{dark} }}</style>",
        f'<rect class="back" width="{WIDTH}" height="{HEIGHT}"/>',
        f'<text class="title" x="{LEFT}" y="24">Time of one, as a multiple of that with 1,000 texts</text>',
        *_axes(sorted({n for line in lines.values() for n in line}), top),
        *_lines(lines, top),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _told(lines: Lines) -> str:
    ends = "; ".join(f"{name} {line[max(line)]:.2f}" for name, line in lines.items())
    return f"Time of one as a multiple of that with 1,000 texts, with the most texts: {ends}"


def _axes(sizes: list[int], top: float) -> list[str]:
    found = []
    steps = round(top * 4)
    for step in range(0, steps + 1, 2 if steps > 8 else 1):
        value = step / 4
        y = _y(value, top)
        found.append(f'<line class="grid" x1="{LEFT}" x2="{RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        found.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>')
    for size in sizes:
        found.append(f'<text x="{_x(size, sizes):.1f}" y="{BOTTOM + 22}" text-anchor="middle">{size:,}</text>')
    return [
        *found,
        f'<text x="{(LEFT + RIGHT) / 2}" y="{BOTTOM + 44}" text-anchor="middle">texts in the database</text>',
    ]


def _lines(lines: Lines, top: float) -> list[str]:
    found, free = [], float("-inf")
    ends = sorted(lines.items(), key=lambda line: -line[1][max(line[1])])
    for name, line in ends:
        colour = list(lines).index(name) % len(COLOURS)
        points = [(_x(size, sorted(line)), _y(value, top)) for size, value in sorted(line.items())]
        way = " L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        y = free = max(points[-1][1] + 4, free + APART)
        found.append(f'<path class="c{colour}" d="M{way}"/>')
        found.append(f'<path class="c{colour}" d="M{RIGHT + 4} {points[-1][1]:.1f} L{RIGHT + 16} {y - 4:.1f}"/>')
        found.append(f'<text x="{RIGHT + 20}" y="{y:.1f}">{name} {line[max(line)]:.2f}</text>')
    return found


def _x(size: int, sizes: list[int]) -> float:
    low, high = math.log10(min(sizes)), math.log10(max(sizes))
    return LEFT + (RIGHT - LEFT) * ((math.log10(size) - low) / (high - low) if high > low else 0)


def _y(value: float, top: float) -> float:
    return BOTTOM - (BOTTOM - TOP) * value / top
