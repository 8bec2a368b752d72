// What may be connected, and what a new edge means: a way on, a way back (a loop), or the way out of a loop.
//
// An edge that goes back becomes a loop by itself, and the other edge of its port becomes the way that is taken when the
// loop is used up: nobody has to know the words `loop` and `after_loop` to draw them.

import { type Change, addEdge, all, setEdge } from "../changes/changes.ts";
import { type Drawing, type Edge, START, title } from "../model/document.ts";
import { edgeId, edgeIds } from "../model/ids.ts";
import { type Kinds, portsAt } from "../model/kinds.ts";
import { dominates, leadingTo, reached, wiring } from "../model/wiring.ts";

export const TURNS = 3;

export interface Origin {
  readonly from: string;
  readonly port: string;
}

export type Verdict = { readonly ok: true; readonly means: "on" | "loop" | "exit" } | { readonly ok: false; readonly why: string };

const no = (why: string): Verdict => ({ ok: false, why });

export function verdict(drawing: Drawing, kinds: Kinds, { from, port }: Origin, to: string): Verdict {
  const known = new Set(drawing.nodes.map((step) => step.id));
  if (to === START) return no("Every case begins at Start, so nothing leads there.");
  if (!known.has(to) || (from !== START && !known.has(from))) return no("There is no such step.");
  if (!portsAt(drawing, from, kinds).includes(port)) return no("There is no such way out.");
  const beside = (wiring(drawing).outgoing.get(from) ?? []).filter((edge) => edge.port === port);
  if (beside.some((edge) => edge.to === to)) return no("They are connected already.");
  if (!goesBack(drawing, from, to)) return { ok: true, means: beside.some((edge) => edge.loop) ? "exit" : "on" };
  if (beside.some((edge) => edge.loop)) return no("This way out goes back already.");
  if (beside.filter((edge) => !edge.loop).length > 1) return no("Branches side by side cannot go back.");
  if (reached(drawing, START).has(from) && !dominates(drawing, to, from)) return no("A loop leads back to a step that every case has passed.");
  return { ok: true, means: "loop" };
}

// The steps that an edge from here may lead to: what lights up while it is drawn.
export function targets(drawing: Drawing, kinds: Kinds, origin: Origin): ReadonlySet<string> {
  return new Set(drawing.nodes.map((step) => step.id).filter((id) => verdict(drawing, kinds, origin, id).ok));
}

// The ports from which an edge may lead to a step, for drawing one backwards.
export function origins(drawing: Drawing, kinds: Kinds, to: string): readonly Origin[] {
  const ids = [START, ...drawing.nodes.map((step) => step.id)];
  const every = ids.flatMap((from) => portsAt(drawing, from, kinds).map((port) => ({ from, port })));
  return every.filter((origin) => verdict(drawing, kinds, origin, to).ok);
}

export function connect(origin: Origin, to: string, kinds: Kinds): Change {
  return (drawing) => {
    const found = verdict(drawing, kinds, origin, to);
    if (!found.ok) return drawing;
    const beside = (wiring(drawing).outgoing.get(origin.from) ?? []).filter((edge) => edge.port === origin.port);
    const edge: Edge = { id: edgeId(edgeIds(drawing)), ...origin, to };
    if (found.means === "loop") return loop({ ...edge, loop: { max: TURNS } }, beside)(drawing);
    const back = beside.find((each) => each.loop);
    const exits = beside.some((each) => each.after_loop);
    return addEdge(back && !exits ? { ...edge, after_loop: back.id } : edge)(drawing);
  };
}

// Marks an edge of a circle as the one that goes back; its neighbour at the port becomes the way out.
export function makeLoop(id: string, max = TURNS): Change {
  return (drawing) => {
    const edge = drawing.edges.find((each) => each.id === id);
    if (!edge) return drawing;
    const beside = drawing.edges.filter((each) => each.id !== id && each.from === edge.from && each.port === edge.port && !each.loop);
    return all(setEdge(id, { loop: { max }, after_loop: undefined }), ...beside.slice(0, 1).map((each) => setEdge(each.id, { after_loop: id })))(drawing);
  };
}

export function unmakeLoop(id: string): Change {
  return (drawing) => {
    const exits = drawing.edges.filter((each) => each.after_loop === id);
    return all(setEdge(id, { loop: undefined }), ...exits.map((each) => setEdge(each.id, { after_loop: undefined })))(drawing);
  };
}

export function meaning(drawing: Drawing, edge: Edge): string {
  const name = (id: string): string => (id === START ? "Start" : title(drawing.nodes.find((step) => step.id === id) ?? { id, kind: "" }));
  const way = `${name(edge.from)}, ${edge.port}, to ${name(edge.to)}`;
  if (edge.loop) return `${way}: goes back, at most ${turns(edge.loop.max)}`;
  const back = drawing.edges.find((each) => each.id === edge.after_loop);
  return back?.loop ? `${way}: after ${turns(back.loop.max)}` : way;
}

export const turns = (max: number): string => (max === 1 ? "1 turn" : `${max} turns`);

function loop(edge: Edge, beside: readonly Edge[]): Change {
  const exit = beside.find((each) => !each.loop);
  return all(addEdge(edge), ...(exit ? [setEdge(exit.id, { after_loop: edge.id })] : []));
}

function goesBack(drawing: Drawing, from: string, to: string): boolean {
  return from === to || leadingTo(drawing, from).has(to);
}
