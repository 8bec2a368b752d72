// The lines of a drawing's edges, and where their words stand. Each is the same object for as long as it runs the same way,
// so that only what moved is drawn anew.
//
// Up to some hundred edges are led together, beside each other. Of more, each is led alone when it comes into view.

import { type Drawing, type Edge, type Point, type Step, START } from "../model/document.ts";
import type { Kinds } from "../model/kinds.ts";
import { Boxes, boxesOf, grown, touches } from "./boxes.ts";
import { Lanes } from "./lanes.ts";
import { type Ends, type Route, route } from "./route.ts";
import { type Box, inletAt, portAt, portsDrawn, startPort } from "./sizes.ts";

export interface Line extends Route {
  // Where its words stand, or the sign to insert a step: on no step, and on no other words.
  readonly label: Point;
}

const TOGETHER = 600;
const HIGH = 22;
const CHARACTER = 6.4;
const SIGN = 26;
const ASIDE: readonly Point[] = [[0, 26], [0, -26], [40, 0], [-40, 0], [0, 52], [0, -52], [70, 26], [-70, -26]];

export const labelWidth = (text: string): number => text.length * CHARACTER + 16;

// What an edge says on the drawing: a loop how often it goes back, its way out after how often it is taken.
export function labelOf(edge: Edge, max: number): string {
  return edge.loop ? `↻ at most ${times(max)}` : edge.after_loop ? `after ${times(max)}` : "";
}

const times = (count: number): string => (count === 1 ? "once" : `${count} times`);

export function turnsOf(drawing: Drawing): ReadonlyMap<string, number> {
  const loops = new Map(drawing.edges.flatMap((edge) => (edge.loop ? [[edge.id, edge.loop.max] as const] : [])));
  return new Map(drawing.edges.flatMap((edge) => {
    const max = edge.loop?.max ?? loops.get(edge.after_loop ?? "");
    return max === undefined ? [] : [[edge.id, max] as const];
  }));
}

const NOTHING = new Boxes(new Map());
let kept: { boxes: Boxes; edges: readonly Edge[]; lines: ReadonlyMap<string, Line> } | null = null;

// What was found for an edge, and whether the same would be found now: nothing near it has changed.
interface Known {
  readonly boxes: Boxes;
  readonly ends: Ends;
  readonly line: Line;
  readonly holds: (boxes: Boxes) => boolean;
}

const alone = new WeakMap<Edge, Known>();

export function lineOf(drawing: Drawing, kinds: Kinds, edge: Edge): Line | undefined {
  if (drawing.edges.length <= TOGETHER) return linesOf(drawing, kinds).get(edge.id);
  const boxes = boxesOf(drawing, kinds);
  const before = alone.get(edge);
  if (before?.boxes === boxes) return before.line;
  const ends = endsOf(drawing, kinds, edge, boxes);
  if (!ends) return undefined;
  if (before && sameEnds(before.ends, ends) && before.holds(boxes)) {
    alone.set(edge, { ...before, boxes });
    return before.line;
  }
  const { found, holds } = boxes.looking(() => again(placed(route(ends, boxes), labelOf(edge, edge.loop?.max ?? 0), boxes, []), before?.line));
  alone.set(edge, { boxes, ends, line: found, holds });
  return found;
}

const sameEnds = (one: Ends, other: Ends): boolean =>
  one.source === other.source && one.target === other.target && one.from[0] === other.from[0] && one.from[1] === other.from[1] && one.to[0] === other.to[0] && one.to[1] === other.to[1];

export function linesOf(drawing: Drawing, kinds: Kinds): ReadonlyMap<string, Line> {
  const boxes = boxesOf(drawing, kinds);
  if (kept?.boxes === boxes && kept.edges === drawing.edges) return kept.lines;
  const [turns, taken] = [turnsOf(drawing), [] as Box[]];
  // What bears words is placed first: the sign to insert a step finds room beside them.
  const inOrder = [...drawing.edges].sort((one, other) => Number(turns.has(other.id)) - Number(turns.has(one.id)));
  const routes = led(drawing, kinds, boxes);
  const lines = new Map(inOrder.flatMap((edge) => {
    const found = routes.get(edge.id);
    return found ? [[edge.id, again(placed(found, labelOf(edge, turns.get(edge.id) ?? 0), boxes, taken), kept?.lines.get(edge.id))] as const] : [];
  }));
  kept = { boxes, edges: drawing.edges, lines };
  return lines;
}

const again = (line: Line, before: Line | undefined): Line => (before && before.path === line.path && before.label[0] === line.label[0] && before.label[1] === line.label[1] ? before : line);

// The line of an edge whose ends are being dragged: led around its own two steps only.
export function draggedLine(drawing: Drawing, kinds: Kinds, edge: Edge, from: Point, to: Point): Line {
  const { of } = boxesOf(drawing, kinds);
  const [source, target] = [of.get(edge.from), of.get(edge.to)];
  if (!source || !target) return { from, to, path: "", spots: [], corners: [], label: from };
  const made = route({ from, to, source: carried(source, from, outletOf(drawing, kinds, edge)), target: carried(target, to, inletAt), back: Boolean(edge.loop) }, NOTHING);
  return { ...made, label: made.spots[0] ?? from };
}

// Short ones first: they take the inner lanes, and long ones go around them.
function led(drawing: Drawing, kinds: Kinds, boxes: Boxes): ReadonlyMap<string, Route> {
  const lanes = new Lanes();
  const every = drawing.edges.flatMap((edge) => {
    const ends = endsOf(drawing, kinds, edge, boxes);
    return ends ? [{ id: edge.id, ends, far: Math.abs(ends.to[0] - ends.from[0]) + Math.abs(ends.to[1] - ends.from[1]) }] : [];
  });
  return new Map(every.sort((one, other) => one.far - other.far).map(({ id, ends }) => [id, route(ends, boxes, lanes)]));
}

function endsOf(drawing: Drawing, kinds: Kinds, edge: Edge, boxes: Boxes): Ends | null {
  const [source, target] = [boxes.of.get(edge.from), boxes.of.get(edge.to)];
  if (!source || !target) return null;
  const [right, down] = outletOf(drawing, kinds, edge);
  return { from: [source.x + right, source.y + down], to: [target.x + inletAt[0], target.y + inletAt[1]], source, target, back: Boolean(edge.loop) };
}

function outletOf(drawing: Drawing, kinds: Kinds, edge: Edge): Point {
  const step = edge.from === START ? undefined : stepsOf(drawing).get(edge.from);
  return step ? portAt(Math.max(0, portsDrawn(drawing, step, kinds).indexOf(edge.port))) : startPort;
}

const steps = new WeakMap<Drawing["nodes"], ReadonlyMap<string, Step>>();

function stepsOf({ nodes }: Drawing): ReadonlyMap<string, Step> {
  const found = steps.get(nodes) ?? new Map(nodes.map((step) => [step.id, step]));
  steps.set(nodes, found);
  return found;
}

function placed(found: Route, text: string, boxes: Boxes, taken: Box[]): Line {
  const width = text ? labelWidth(text) : SIGN;
  const isFree = (area: Box): boolean => boxes.isFree(area) && !taken.some((other) => touches(other, area));
  // Where the line itself has no room, beside it.
  const beside = text ? ASIDE.flatMap(([x, y]) => found.spots.map((spot): Point => [spot[0] + x, spot[1] + y])) : [];
  const label = [...found.spots, ...beside].find((spot) => isFree(around(spot, width))) ?? found.spots[0] ?? found.from;
  if (text) taken.push(grown(around(label, width), 2));
  return { ...found, label };
}

const around = ([x, y]: Point, width: number): Box => ({ x: x - width / 2, y: y - HIGH / 2, width, height: HIGH });
const carried = (box: Box, at: Point, by: Point): Box => ({ ...box, x: at[0] - by[0], y: at[1] - by[1] });
