// Turns a drawing into what the flow library draws. A step that has not changed gives the very same object again, so that
// only what changed is drawn anew: with two thousand steps nothing else is fast enough.

import { type Edge as FlowEdge, type Node as FlowNode, Position } from "@xyflow/react";
import { type Drawing, type Edge, type Note, type Point, type Step, START, notesOf, place } from "../model/document.ts";
import type { Kinds } from "../model/kinds.ts";
import { START_SIZE, inletAt, portAt, portsDrawn, sizeWith, startAt } from "../kernels/sizes.ts";

export type StepPart = FlowNode<{ step: Step; ports: readonly string[] }, "step">;
export type StartPart = FlowNode<{ fields: number }, "start">;
export type NotePart = FlowNode<{ note: Note }, "note">;
export type Part = StepPart | StartPart | NotePart;
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
  readonly at: Point;
  readonly selected: boolean;
  readonly part: Part;
}

export function partsMaker(): (shown: Shown) => Part[] {
  let kept = new Map<string, Kept>();
  return ({ drawing, kinds, selected, dragged }) => {
    const next = new Map<string, Kept>();
    const put = (id: string, source: unknown, ports: readonly string[], at: Point, make: () => Part): Part => {
      const before = kept.get(id);
      const [key, isSelected] = [ports.join("\n"), selected.has(id)];
      const same = before && before.source === source && before.ports === key && before.selected === isSelected && before.at[0] === at[0] && before.at[1] === at[1];
      const entry = same ? before : { source, ports: key, at, selected: isSelected, part: { ...make(), position: { x: at[0], y: at[1] }, selected: isSelected } as Part };
      next.set(id, entry);
      return entry.part;
    };
    const parts = [
      ...notesOf(drawing).map((note) => put(note.id, note, [], dragged?.get(note.id) ?? note.at, () => notePart(note))),
      put(START, drawing.input, [], startAt(drawing), () => startPart(drawing)),
      ...drawing.nodes.map((step) => {
        const ports = portsDrawn(drawing, step, kinds);
        return put(step.id, step, ports, dragged?.get(step.id) ?? place(step), () => stepPart(step, ports));
      }),
    ];
    kept = next;
    return parts;
  };
}

export function waysMaker(): (drawing: Drawing, selected: string | null) => Way[] {
  let kept = new Map<Edge, Way>();
  return (drawing, selected) => {
    const turns = new Map(drawing.edges.flatMap((edge) => (edge.loop ? [[edge.id, edge.loop.max] as const] : [])));
    const next = new Map<Edge, Way>();
    const known = new Set([START, ...drawing.nodes.map((step) => step.id)]);
    for (const edge of drawing.edges) {
      if (!known.has(edge.from) || !known.has(edge.to)) continue;
      const count = edge.loop?.max ?? turns.get(edge.after_loop ?? "") ?? 0;
      const before = kept.get(edge);
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

const nowhere = { position: { x: 0, y: 0 } };
const sized = ([width, height]: Point): { width: number; height: number; measured: { width: number; height: number } } => ({ width, height, measured: { width, height } });

function stepPart(step: Step, ports: readonly string[]): StepPart {
  const [x, y] = inletAt;
  const inlet = { id: "in", type: "target" as const, position: Position.Left, x, y, width: DOT, height: DOT };
  const outlets = ports.map((id, index) => {
    const [right, middle] = portAt(index);
    return { id, type: "source" as const, position: Position.Right, x: right - DOT, y: middle, width: DOT, height: DOT };
  });
  return { id: step.id, type: "step", data: { step, ports }, ...nowhere, ...sized(sizeWith(ports.length)), handles: [inlet, ...outlets] };
}

function startPart(drawing: Drawing): StartPart {
  const properties = drawing.input["properties"];
  const fields = typeof properties === "object" && properties !== null ? Object.keys(properties).length : 0;
  const out = { id: "out", type: "source" as const, position: Position.Right, x: START_SIZE[0] - DOT, y: START_SIZE[1] / 2, width: DOT, height: DOT };
  return { id: START, type: "start", data: { fields }, ...nowhere, ...sized(START_SIZE), handles: [out], draggable: false };
}

function notePart(note: Note): NotePart {
  return { id: note.id, type: "note", data: { note }, ...nowhere, ...sized(note.size), zIndex: -1 };
}
