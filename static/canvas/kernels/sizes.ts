// How large things are on the drawing, said in one place: nodes are drawn, culled, laid out and routed by these numbers,
// and never measured on the screen.

import { type Drawing, type Edge, type Point, type Step, START, isObject, notesOf, place } from "../model/document.ts";
import { type Kinds, drawnPorts } from "../model/kinds.ts";
import { wiring } from "../model/wiring.ts";

export const WIDTH = 192;
export const HEAD = 60;
export const PORT = 22;
export const FOOT = 6;
export const HEIGHT = HEAD + 2 * PORT + FOOT;
export const GAP = 64;
export const GRID = 8;
export const FIELD = 18;
// Start shows the first fields of a case; all of them stand in the inspector.
export const FIELDS_SHOWN = 6;

// The ports that a step is drawn with.
export function portsDrawn(drawing: Drawing, step: Step, kinds: Kinds): readonly string[] {
  return drawnPorts(step, kinds, (wiring(drawing).outgoing.get(step.id) ?? []).map((edge: Edge) => edge.port));
}

export function sizeOf(step: Step, kinds: Kinds, held: readonly string[] = []): Point {
  return sizeWith(drawnPorts(step, kinds, held).length);
}

export function sizeWith(ports: number): Point {
  return [WIDTH, HEAD + (ports ? ports * PORT + FOOT : 0)];
}

// Where a port's edge begins, from the node's upper left corner.
export const portAt = (index: number): Point => [WIDTH, HEAD + index * PORT + PORT / 2];
export const inletAt: Point = [0, HEAD / 2];
export const startPort: Point = [WIDTH, HEAD / 2];

// How many lines Start has below its head: one a field, and one for those that are not shown.
export function startSize(drawing: Drawing): Point {
  const properties = drawing.input["properties"];
  const fields = isObject(properties) ? Object.keys(properties).length : 0;
  const lines = Math.min(fields, FIELDS_SHOWN) + (fields > FIELDS_SHOWN ? 1 : 0);
  return [WIDTH, HEAD + (lines ? lines * FIELD + 2 * FOOT : 0)];
}

// Start has no place in the document: it stands left of everything, level with what it leads to.
export function startAt(drawing: Drawing): Point {
  const first = wiring(drawing).outgoing.get(START)?.[0];
  const target = first && drawing.nodes.find((step) => step.id === first.to);
  const left = drawing.nodes.reduce((least, step) => Math.min(least, place(step)[0]), WIDTH + GAP);
  return [left - WIDTH - GAP, target ? place(target)[1] : 80];
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export function boundsOf(drawing: Drawing, kinds: Kinds, only?: ReadonlySet<string>): Box {
  const boxes = [
    ...drawing.nodes.filter((step) => !only || only.has(step.id)).map((step) => box(place(step), sizeOf(step, kinds))),
    ...notesOf(drawing).filter((note) => !only || only.has(note.id)).map((note) => box(note.at, note.size)),
    ...(!only || only.has(START) ? [box(startAt(drawing), startSize(drawing))] : []),
  ];
  if (boxes.length === 0) return box(startAt(drawing), startSize(drawing));
  const [x, y] = [Math.min(...boxes.map((each) => each.x)), Math.min(...boxes.map((each) => each.y))];
  const right = Math.max(...boxes.map((each) => each.x + each.width));
  const bottom = Math.max(...boxes.map((each) => each.y + each.height));
  return { x, y, width: right - x, height: bottom - y };
}

const box = ([x, y]: Point, [width, height]: Point): Box => ({ x, y, width, height });
