"""Draws a drawing as SVG, from top to bottom: `python scripts/draw.py FILE.json > FILE.svg`.

Made for the documents (`make docs`). It reads the document's JSON alone, and knows nothing of kinds but their family.
"""

from __future__ import annotations

import json
import sys
from html import escape
from pathlib import Path
from typing import Any

WIDTH, HEIGHT = 178, 40
# A canvas goes from left to right, a page from top to bottom: x and y change places.
ACROSS, DOWN = 0.74, 0.232
MARGIN = 24
START = {"id": "start", "kind": "start", "name": "Start", "at": [0, 320]}
COLOURS = {
    "start": ("#e5e7eb", "#6b7280"),
    "execute": ("#dbeafe", "#1d4ed8"),
    "verify": ("#dcfce7", "#15803d"),
    "decide": ("#fef3c7", "#b45309"),
    "escalate": ("#fce7f3", "#be185d"),
    "outcome": ("#f3f4f6", "#374151"),
}

type Point = tuple[float, float]


def svg(document: dict[str, Any]) -> str:
    """The whole picture."""
    nodes = [START, *document["nodes"]]
    left = min(node["at"][1] for node in nodes)
    places = {node["id"]: _place(node["at"], left) for node in nodes}
    width = max(x for x, _ in places.values()) + WIDTH + MARGIN
    height = max(y for _, y in places.values()) + HEIGHT + MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        'font-family="system-ui, sans-serif" font-size="12">',
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="#ffffff"/>',
        '<marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0 8 4 0 8z" fill="#6b7280"/></marker>',
        *(_line(edge, places) for edge in document["edges"]),
        *(_node(node, places[node["id"]]) for node in nodes),
        *(_label(edges, places) for edges in _bundles(document["edges"])),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _place(at: list[float], left: float) -> Point:
    return MARGIN + 30 + (at[1] - left) * ACROSS, MARGIN + at[0] * DOWN


def _node(node: dict[str, Any], place: Point) -> str:
    family = node["kind"].partition(".")[0]
    fill, stroke = COLOURS[family]
    (x, y), radius = place, HEIGHT / 2 if family in ("start", "outcome") else 8
    middle, outward = x + WIDTH / 2, node["kind"] == "execute.email"
    return (
        f'<rect x="{x:.0f}" y="{y:.0f}" width="{WIDTH}" height="{HEIGHT}" rx="{radius:.0f}" fill="{fill}" '
        f'stroke="{stroke}" stroke-width="{3 if outward else 1.5}"/>'
        f'<text x="{middle:.0f}" y="{y + 18:.0f}" text-anchor="middle" fill="#111827">{escape(node["name"])}</text>'
        f'<text x="{middle:.0f}" y="{y + 32:.0f}" text-anchor="middle" font-size="10" fill="{stroke}">'
        f"{escape(node['kind'])}{' · seen outside' if outward else ''}</text>"
    )


def _bundles(edges: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Edges that lie on one another: they share a label."""
    found: dict[tuple[str, str, bool], list[dict[str, Any]]] = {}
    for edge in edges:
        found.setdefault((edge["from"], edge["to"], "loop" in edge), []).append(edge)
    return list(found.values())


def _line(edge: dict[str, Any], places: dict[str, Point]) -> str:
    (x1, y1), (x2, y2) = places[edge["from"]], places[edge["to"]]
    if "loop" in edge:
        y1, y2, out = y1 + HEIGHT / 2, y2 + HEIGHT / 2, x1 - 60
        path = f"M{x1:.0f} {y1:.0f}C{out:.0f} {y1:.0f} {out:.0f} {y2:.0f} {x2:.0f} {y2:.0f}"
    else:
        (x1, y1), (x2, y2) = _ends((x1, y1), (x2, y2))
        bend = max(18.0, (y2 - y1) / 2)
        path = f"M{x1:.0f} {y1:.0f}C{x1:.0f} {y1 + bend:.0f} {x2:.0f} {y2 - bend:.0f} {x2:.0f} {y2:.0f}"
    return f'<path d="{path}" fill="none" stroke="#6b7280" stroke-width="1.2" marker-end="url(#tip)"/>'


def _label(edges: list[dict[str, Any]], places: dict[str, Point]) -> str:
    source, target = places[edges[0]["from"]], places[edges[0]["to"]]
    text = " · ".join(edge["port"] for edge in edges if edge["port"] not in ("out", "done"))
    if "loop" in edges[0]:
        x, y, anchor = source[0] - 50, (source[1] + target[1] + HEIGHT) / 2, "end"
        text += f", at most {edges[0]['loop']['max']} times"
    else:
        start, end = _ends(source, target)
        x, y, anchor = start[0] * 0.7 + end[0] * 0.3, start[1] + 13, "middle"
    style = 'font-size="10" fill="#374151" paint-order="stroke" stroke="#ffffff" stroke-width="3"'
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" {style}>{escape(text)}</text>' if text else ""


def _ends(source: Point, target: Point) -> tuple[Point, Point]:
    """From below the source to above the target, a little towards each other, so that edges stay apart."""
    lean = max(-60.0, min(60.0, (target[0] - source[0]) / 4))
    return (source[0] + WIDTH / 2 + lean, source[1] + HEIGHT), (target[0] + WIDTH / 2 - lean, target[1])


if __name__ == "__main__":
    sys.stdout.write(svg(json.loads(Path(sys.argv[1]).read_text())))
