// Turns a drawing into what the flow library draws. A step that has not changed gives the very same object again, so that
// only what changed is drawn anew: with two thousand steps nothing else is fast enough.

import { type Edge as FlowEdge, type Node as FlowNode, Position } from "@xyflow/react";
import { type Drawing, type Edge, type Note, type Point, type Step, START, notesOf, place } from "../model/document.ts";
import type { Kinds } from "../model/kinds.ts";
import { isGroup } from "../kernels/groups.ts";
import { turnsOf } from "../kernels/routes.ts";
import { inletAt, portAt, portsDrawn, sizeWith, startAt, startPort, startSize } from "../kernels/sizes.ts";
import { type StartField, startFields } from "../kernels/startFields.ts";

export type StepPart = FlowNode<{ step: Step; ports: readonly string[] }, "step">;
export type StartPart = FlowNode<{ fields: readonly StartField[] }, "start">;
export type NotePart = FlowNode<{ note: Note }, "note">;
export type GroupPart = FlowNode<{ note: Note; isSelected: boolean }, "group">;
export type Part = StepPart | StartPart | NotePart | GroupPart;
export type Way = FlowEdge<{ edge: Edge; turns: number }, "way">;

export interface Shown {
  readonly drawing: Drawing;
  readonly kinds: Kinds;
  readonly selected: ReadonlySet<string>;
  // Where parts are while they are dragged; the drawing hears of it when they are dropped.
  readonly dragged: ReadonlyMap<string, Point> | null;
}

const DOT = 1;

interface Kept {
  readonly source: unknown;
  readonly ports: string;
  readonly part: Part;
}

// While the drawing is the same (something is dragged or selected), only what that touches is looked at: the rest of two
// thousand steps costs nothing a frame.
export function partsMaker(): (shown: Shown) => Part[] {
  let kept: ReadonlyMap<string, Kept> = new Map();
  let last: { shown: Shown; parts: Part[]; places: ReadonlyMap<string, number> } | null = null;
  return (shown) => {
    if (last && last.shown.drawing === shown.drawing && last.shown.kinds === shown.kinds) {
      last = { ...last, shown, parts: patched(last.parts, last.places, last.shown, shown) };
      return last.parts;
    }
    const next = all(shown, kept);
    kept = next;
    const parts = [...next].map(([id, { part }]) => seen(part, shown, id, drawnAt(shown.drawing, id, part)));
    last = { shown, parts, places: new Map([...next.keys()].map((id, index) => [id, index])) };
    return parts;
  };
}

function all({ drawing, kinds }: Shown, kept: ReadonlyMap<string, Kept>): ReadonlyMap<string, Kept> {
  const next = new Map<string, Kept>();
  const put = (id: string, source: unknown, ports: readonly string[], make: () => Part): void => {
    const [before, key] = [kept.get(id), ports.join("\n")];
    next.set(id, before && before.source === source && before.ports === key ? before : { source, ports: key, part: make() });
  };
  for (const note of notesOf(drawing)) put(note.id, note, [], () => (isGroup(note) ? groupPart(note) : notePart(note)));
  put(START, drawing.input, [String(startAt(drawing))], () => startPart(drawing));
  for (const step of drawing.nodes) {
    const ports = portsDrawn(drawing, step, kinds);
    put(step.id, step, ports, () => stepPart(step, ports));
  }
  return next;
}

function patched(parts: readonly Part[], places: ReadonlyMap<string, number>, before: Shown, now: Shown): Part[] {
  const touched = new Set([...before.selected, ...now.selected, ...(before.dragged?.keys() ?? []), ...(now.dragged?.keys() ?? [])]);
  const next = [...parts];
  for (const id of touched) {
    const place = places.get(id);
    const part = place === undefined ? undefined : next[place];
    if (place !== undefined && part) next[place] = seen(part, now, id, drawnAt(now.drawing, id, part));
  }
  return next;
}

// The part where it is just now, and whether it is selected; the same one where that is as it was.
function seen(part: Part, { selected, dragged }: Shown, id: string, drawn: Point): Part {
  const [[x, y], isSelected] = [dragged?.get(id) ?? drawn, selected.has(id)];
  const wasSelected = part.type === "group" ? part.data.isSelected : Boolean(part.selected);
  if (part.position.x === x && part.position.y === y && wasSelected === isSelected) return part;
  return part.type === "group" ? { ...part, position: { x, y }, data: { ...part.data, isSelected } } : ({ ...part, position: { x, y }, selected: isSelected } as Part);
}

function drawnAt(drawing: Drawing, id: string, part: Part): Point {
  return part.type === "step" ? place(part.data.step) : part.type === "note" || part.type === "group" ? part.data.note.at : id === START ? startAt(drawing) : [0, 0];
}

export function waysMaker(): (drawing: Drawing, selected: string | null) => Way[] {
  let kept = new Map<Edge, Way>();
  return (drawing, selected) => {
    const [turns, next] = [turnsOf(drawing), new Map<Edge, Way>()];
    const known = new Set([START, ...drawing.nodes.map((step) => step.id)]);
    for (const edge of drawing.edges) {
      if (!known.has(edge.from) || !known.has(edge.to)) continue;
      const [before, count] = [kept.get(edge), turns.get(edge.id) ?? 0];
      const same = before && before.selected === (edge.id === selected) && before.data?.turns === count;
      next.set(edge, same ? before : way(edge, count, edge.id === selected));
    }
    kept = next;
    return [...next.values()];
  };
}

function way(edge: Edge, turns: number, selected: boolean): Way {
  return { id: edge.id, type: "way", source: edge.from, sourceHandle: edge.port, target: edge.to, targetHandle: "in", selected, data: { edge, turns } };
}

const positioned = ([x, y]: Point): { x: number; y: number } => ({ x, y });
const sized = ([width, height]: Point): { width: number; height: number; measured: { width: number; height: number } } => ({ width, height, measured: { width, height } });

function stepPart(step: Step, ports: readonly string[]): StepPart {
  const [x, y] = inletAt;
  const inlet = { id: "in", type: "target" as const, position: Position.Left, x, y, width: DOT, height: DOT };
  const outlets = ports.map((id, index) => {
    const [right, middle] = portAt(index);
    return { id, type: "source" as const, position: Position.Right, x: right - DOT, y: middle, width: DOT, height: DOT };
  });
  return { id: step.id, type: "step", selected: false, data: { step, ports }, position: positioned(place(step)), ...sized(sizeWith(ports.length)), handles: [inlet, ...outlets] };
}

function startPart(drawing: Drawing): StartPart {
  const [[x, y], size] = [startPort, startSize(drawing)];
  const out = { id: "out", type: "source" as const, position: Position.Right, x: x - DOT, y, width: DOT, height: DOT };
  return { id: START, type: "start", selected: false, data: { fields: startFields(drawing.input) }, position: positioned(startAt(drawing)), ...sized(size), handles: [out], draggable: false };
}

// The flow knows nothing of its being selected: a frame drawn inside a group would else always take the group with it.
function groupPart(note: Note): GroupPart {
  return { id: note.id, type: "group", selectable: false, dragHandle: ".group-head", data: { note, isSelected: false }, position: positioned(note.at), ...sized(note.size), zIndex: -2 };
}

function notePart(note: Note): NotePart {
  return { id: note.id, type: "note", selected: false, data: { note }, position: positioned(note.at), ...sized(note.size), zIndex: -1 };
}
