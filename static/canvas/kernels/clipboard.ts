// Copying between drawings and browsers, as JSON that a person can read; pasting with new ids, and with the expressions
// inside the pasted steps pointing at the pasted steps.

import { type Change, all } from "../changes/changes.ts";
import { type Drawing, type Edge, type Json, type JsonObject, type Note, type Point, type Step, FORMAT, MAX_EDGES, MAX_NODES, isObject, notesOf } from "../model/document.ts";
import { edgeId, edgeIds, noteId, noteIds, stepId, stepIds } from "../model/ids.ts";
import { keepable } from "../model/keep.ts";
import { type Parts, type Read, SELECTION, readDrawing, readParts, readText } from "../model/read.ts";
import { snapped } from "./insert.ts";

export function copied(drawing: Drawing, ids: ReadonlySet<string>): string {
  const nodes = drawing.nodes.filter((step) => ids.has(step.id));
  const edges = drawing.edges.filter((edge) => ids.has(edge.from) && ids.has(edge.to));
  const notes = notesOf(drawing).filter((note) => ids.has(note.id));
  return JSON.stringify({ format: SELECTION, nodes, edges, ...(notes.length ? { notes } : {}) }, null, 2);
}

export interface Pasted extends Parts {
  // A whole drawing brings its input along; a selection does not.
  readonly input: JsonObject | null;
}

export function readPaste(text: string): Read<Pasted> {
  const read = readText(text.trim());
  if (!read.ok) return read;
  const value = isObject(read.value) && isObject(read.value["document"]) ? read.value["document"] : read.value;
  if (!isObject(value)) return { ok: false, why: "This holds no steps." };
  if (value["format"] === FORMAT || value["format"] !== SELECTION) {
    const drawing = readDrawing(value);
    return drawing.ok ? keepable({ ...drawing.value, notes: notesOf(drawing.value), input: drawing.value.input }) : drawing;
  }
  const parts = readParts(value);
  return parts.ok ? keepable({ ...parts.value, input: null }) : parts;
}

export interface Placed {
  readonly change: Change;
  readonly ids: ReadonlySet<string>;
}

// Puts parts into a drawing, their upper left corner at `at` (or a little beside where they stood).
export function pasted(drawing: Drawing, parts: Parts, at: Point | null): Read<Placed> {
  if (drawing.nodes.length + parts.nodes.length > MAX_NODES) return { ok: false, why: `A drawing holds at most ${MAX_NODES.toLocaleString("en")} steps.` };
  if (drawing.edges.length + parts.edges.length > MAX_EDGES) return { ok: false, why: `A drawing holds at most ${MAX_EDGES.toLocaleString("en")} edges.` };
  const [names, ways, marks] = [renamed(parts.nodes, stepIds(drawing), stepId), renamed(parts.edges, edgeIds(drawing), (_, taken) => edgeId(taken)), renamed(parts.notes, noteIds(drawing), (_, taken) => noteId(taken))];
  const by = offset(parts, at);
  const nodes = parts.nodes.map((step): Step => ({ ...step, id: names.get(step.id) ?? step.id, config: pointed(step.config ?? {}, names) as JsonObject, at: moved(step.at ?? [0, 0], by) }));
  const edges = parts.edges.filter((edge) => names.has(edge.to) && names.has(edge.from)).map((edge): Edge => ({
    ...edge, id: ways.get(edge.id) ?? edge.id, from: names.get(edge.from) ?? edge.from, to: names.get(edge.to) ?? edge.to,
    ...(edge.after_loop ? { after_loop: ways.get(edge.after_loop) ?? edge.after_loop } : {}),
  }));
  const notes = parts.notes.map((note): Note => ({ ...note, id: marks.get(note.id) ?? note.id, at: moved(note.at, by) }));
  const change: Change = (so) => ({ ...so, nodes: [...so.nodes, ...nodes], edges: [...so.edges, ...edges], ...(notes.length ? { notes: [...notesOf(so), ...notes] } : {}) });
  return { ok: true, value: { change: all(change), ids: new Set([...nodes, ...notes].map((part) => part.id)) } };
}

// Gives a step another id, and every expression, edge and context that named the old one.
export function rename(from: string, to: string): Change {
  const names = new Map([[from, to]]);
  const end = (id: string): string => names.get(id) ?? id;
  return (drawing) => ({
    ...drawing,
    nodes: drawing.nodes.map((step) => ({ ...step, id: end(step.id), ...(step.config ? { config: pointed(step.config, names) as JsonObject } : {}) })),
    edges: drawing.edges.map((edge) => ({ ...edge, from: end(edge.from), to: end(edge.to) })),
  });
}

function renamed(parts: readonly { readonly id: string }[], taken: Set<string>, fresh: (wanted: string, taken: ReadonlySet<string>) => string): Map<string, string> {
  const names = new Map<string, string>();
  const used = new Set(taken);
  for (const { id } of parts) {
    const name = used.has(id) ? fresh(id.replace(/_\d+$/, ""), used) : id;
    used.add(name);
    names.set(id, name);
  }
  return names;
}

// How an expression names a step: `steps.review`, `steps["review"]`, in single quotes too.
const NAMED = /(\bsteps(?:\.|\[["']))([a-z][a-z0-9_]*)/g;

function pointed(value: Json, names: ReadonlyMap<string, string>, key = ""): Json {
  if (typeof value === "string") {
    if (key === "context") return names.get(value) ?? value;
    return value.replace(NAMED, (whole, before: string, id: string) => (names.has(id) ? `${before}${names.get(id)}` : whole));
  }
  if (Array.isArray(value)) return value.map((each) => pointed(each, names));
  return isObject(value) ? Object.fromEntries(Object.entries(value).map(([name, each]) => [name, pointed(each, names, name)])) : value;
}

function offset(parts: Parts, at: Point | null): Point {
  if (!at) return [32, 32];
  const places = [...parts.nodes.map((step) => step.at ?? [0, 0] as Point), ...parts.notes.map((note) => note.at)];
  return [at[0] - Math.min(...places.map(([x]) => x)), at[1] - Math.min(...places.map(([, y]) => y))];
}

const moved = (at: Point, by: Point): Point => snapped([at[0] + by[0], at[1] + by[1]]);
