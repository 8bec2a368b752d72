"""A drawing as a still picture: where its steps, ports and ways lie, for pages that show it without the canvas. Pure.

Called by the gallery and by the page of a run. The sizes are those of the canvas (`static/canvas/kernels/sizes.ts`; a
test holds the two together). It knows no colours and writes no SVG: templates do, with the hues of the style sheet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from runtime.core.definition import START, Document, Edge, Node
from runtime.core.drawing import Drawing, compile_drawing
from runtime.core.node import Kinds

WIDTH, HEAD, PORT, FOOT, GAP = 192, 60, 22, 6, 64
START_SIZE = (120, 40)
MARGIN = 24
_LINE, _LINES = 20, 2
_DOUBTS = frozenset({"unsure", "fail", "overdue"})

type Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Port:
    """A port's name, and where it stands."""

    name: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Box:
    """A step: its place and size, its name in one or two lines, its ports."""

    id: str
    family: str
    kind: str
    x: float
    y: float
    width: float
    height: float
    title: str
    lines: tuple[tuple[float, str], ...]
    ports: tuple[Port, ...]
    outward: bool

    @property
    def text_x(self) -> float:
        """Where the name begins."""
        return self.x + 14

    @property
    def note_y(self) -> float:
        """Where what a run knows of the step stands: below the name."""
        return self.y + 55

    @property
    def mark_x(self) -> float:
        """Where its state stands: in the upper corner at the end."""
        return self.x + self.width - 12

    @property
    def foot_y(self) -> float:
        """Where the mark of an outward step stands."""
        return self.y + self.height - 9


@dataclass(frozen=True, slots=True)
class Way:
    """An edge as an SVG path; `sort` is loop, error, doubt or plain."""

    id: str
    path: str
    sort: str


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything to draw, in the units of the canvas; `view_box` is what to show of it."""

    view_box: str
    width: float
    height: float
    boxes: tuple[Box, ...]
    ways: tuple[Way, ...]


def picture(document: Document, kinds: Kinds) -> Picture:
    """The picture of a drawing. Ways from or to nowhere are left out."""
    drawing = compile_drawing(document, kinds)[0]
    ports = {node.id: _ports(drawing, node) for node in document.nodes}
    boxes = (_start(document), *(_box(drawing, node, ports[node.id]) for node in document.nodes))
    by_id = {box.id: box for box in boxes}
    ways = [_way(edge, by_id) for edge in document.edges if edge.source in by_id and edge.target in by_id]
    left, top = (min(getattr(box, side) for box in boxes) - MARGIN for side in ("x", "y"))
    # Loops go over the top.
    top -= 40 if any(way.sort == "loop" for way in ways) else 0
    right, bottom = max(box.x + box.width for box in boxes), max(box.y + box.height for box in boxes)
    width, height = right + MARGIN - left, bottom + MARGIN - top
    return Picture(f"{left:g} {top:g} {width:g} {height:g}", width, height, boxes, tuple(ways))


def _ports(drawing: Drawing, node: Node) -> tuple[str, ...]:
    """The ports as the canvas shows them: an error port only where it is wired."""
    wired = [edge.port for edge in drawing.document.edges if edge.source == node.id]
    found = [port for port in drawing.ports.get(node.id, ()) if port != "error" or port in wired]
    return (*found, *dict.fromkeys(port for port in wired if port not in found))


def _box(drawing: Drawing, node: Node, ports: tuple[str, ...]) -> Box:
    x, y = node.at
    kind = drawing.kind(node.id)
    family, title = (kind.family if kind else "execute"), (kind.title if kind else node.kind)
    height = HEAD + (len(ports) * PORT + FOOT if ports else 0)
    placed = (Port(name, x + WIDTH, y + HEAD + index * PORT + PORT / 2) for index, name in enumerate(ports))
    lines, outward = _lines(node.title, y + 24), drawing.outward(node.id)
    return Box(node.id, family, title, x, y, WIDTH, height, node.title, lines, tuple(placed), outward)


def _start(document: Document) -> Box:
    """Start has no place in the document: it stands left of everything, level with what it leads to."""
    places: Mapping[str, Point] = {node.id: (node.at[0], node.at[1]) for node in document.nodes}
    first = next((edge.target for edge in document.edges if edge.source == START), "")
    left = min((x for x, _ in places.values()), default=WIDTH + GAP)
    x, y = left - GAP - START_SIZE[0], places.get(first, (0, 80))[1] + (HEAD - START_SIZE[1]) / 2
    out = Port("out", x + START_SIZE[0], y + START_SIZE[1] / 2)
    return Box(START, "start", "", x, y, *START_SIZE, "Start", ((y + 25, "Start"),), (out,), outward=False)


def _way(edge: Edge, boxes: Mapping[str, Box]) -> Way:
    source, target = boxes[edge.source], boxes[edge.target]
    out = next((port for port in source.ports if port.name == edge.port), None)
    sx, sy = (out.x, out.y) if out else (source.x + source.width, source.y + HEAD / 2)
    tx, ty = target.x, target.y + (HEAD / 2 if target.id != START else START_SIZE[1] / 2)
    sort = "loop" if edge.loop else "error" if edge.port == "error" else "doubt" if edge.port in _DOUBTS else "plain"
    path = _back(sx, sy, tx, ty) if edge.loop or tx < sx - 40 else _along(sx, sy, tx, ty)
    return Way(edge.id, path, sort)


def _along(sx: float, sy: float, tx: float, ty: float) -> str:
    pull = max(24.0, min(abs(tx - sx) / 2, 120.0))
    return f"M{sx:g},{sy:g}C{sx + pull:g},{sy:g} {tx - pull:g},{ty:g} {tx:g},{ty:g}"


def _back(sx: float, sy: float, tx: float, ty: float) -> str:
    level, middle = min(sy, ty) - 60, (sx + tx) / 2
    over = f"C{sx + 60:g},{sy:g} {sx + 60:g},{level:g} {middle:g},{level:g}"
    return f"M{sx:g},{sy:g}{over}S{tx - 60:g},{ty:g} {tx:g},{ty:g}"


def _lines(title: str, y: float) -> tuple[tuple[float, str], ...]:
    """A name in at most two lines, cut where it is longer."""
    lines = [""]
    for word in title.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > _LINE:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    shown = lines[:_LINES]
    if len(lines) > _LINES or any(len(line) > _LINE + 4 for line in shown):
        shown[-1] = f"{shown[-1][:_LINE]}…"
    return tuple((y + 15 * index, line) for index, line in enumerate(shown))
