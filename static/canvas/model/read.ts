// Reads a drawing from text that somebody pasted, opened as a file, or that an older page left in the browser.
//
// Hostile text is to be expected. The answer is a drawing or a sentence that says why there is none, never an exception;
// the server checks everything again when it is saved.

import {
  type Drawing, type Edge, type Json, type JsonObject, type Note, type Step,
  FORMAT, GROUPS, ID, MAX_BYTES, MAX_DEPTH, MAX_EDGES, MAX_NODES, MAX_NOTES, MAX_PLACE, isObject, notesOf,
} from "./document.ts";
import { keepable } from "./keep.ts";

export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: string };

// How a workflow is written out with its name around it, and how copied steps are.
export const EXPORT = "interlock-workflow/1";
export const SELECTION = "interlock-selection/1";

const no = (why: string): { ok: false; why: string } => ({ ok: false, why });
const STEP_KEYS = new Set(["id", "kind", "name", "config", "at", "join", "retry", "timeout_s", "asks", "note"]);
const EDGE_KEYS = new Set(["id", "from", "port", "to", "loop", "after_loop"]);
const NOTE_KEYS = new Set(["id", "text", "at", "size", "group"]);
const DRAWING_KEYS = new Set(["format", "input", "nodes", "edges", "notes"]);

export function readText(text: string, drawings = 1): Read<Json> {
  if (text.length > drawings * MAX_BYTES) return no("This is larger than 2 MiB, more than a drawing can hold.");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return no("This is no JSON, so it cannot be a drawing.");
  }
  const flaw = hostile(value);
  return flaw ? no(flaw) : { ok: true, value: value as Json };
}

// A drawing alone, or one with its name around it, as an export writes it.
export interface Parcel {
  readonly drawing: Drawing;
  readonly name: string;
}

export function readFile(text: string): Read<Parcel> {
  const read = readText(text.trim());
  if (!read.ok) return read;
  if (isObject(read.value) && read.value["format"] === SELECTION) return no("These are copied steps, no whole drawing: paste them on the canvas.");
  if (isObject(read.value) && read.value["file"] !== undefined && read.value["file"] !== EXPORT) {
    return no(`This file is of ${typeof read.value["file"] === "string" ? `the format “${read.value["file"].slice(0, 40)}”` : "no known format"}; this page reads “${EXPORT}”.`);
  }
  const wrapped = isObject(read.value) && isObject(read.value["document"]) ? read.value : null;
  const drawing = readDrawing(wrapped ? wrapped["document"] : read.value);
  if (!drawing.ok) return drawing;
  const kept = keepable({ ...drawing.value, notes: notesOf(drawing.value) });
  if (!kept.ok) return kept;
  const name = wrapped && typeof wrapped["name"] === "string" ? wrapped["name"] : "";
  return { ok: true, value: { drawing: drawing.value, name } };
}

export function readDrawing(value: unknown): Read<Drawing> {
  if (!isObject(value)) return no("This is no drawing: a drawing is a JSON object.");
  if (value["format"] !== FORMAT) {
    const said = typeof value["format"] === "string" ? `of the format “${value["format"].slice(0, 40)}”` : "of no known format";
    return no(`This is ${said}; this page reads “${FORMAT}”.`);
  }
  const flaw = unknownKey(value, DRAWING_KEYS, "The drawing") ?? (isObject(value["input"] ?? {}) ? null : "The input is no JSON Schema.");
  if (flaw) return no(flaw);
  const parts = readParts(value);
  if (!parts.ok) return parts;
  const { nodes, edges, notes } = parts.value;
  const input = (value["input"] ?? {}) as JsonObject;
  return { ok: true, value: { format: FORMAT, input, nodes, edges, ...(notes.length ? { notes } : {}) } };
}

export interface Parts {
  readonly nodes: readonly Step[];
  readonly edges: readonly Edge[];
  readonly notes: readonly Note[];
}

// The steps, edges and notes of a drawing or of a copied selection.
export function readParts(value: JsonObject): Read<Parts> {
  const [nodes, edges, notes] = [value["nodes"] ?? [], value["edges"] ?? [], value["notes"] ?? []];
  if (!Array.isArray(nodes) || !Array.isArray(edges) || !Array.isArray(notes)) return no("Steps, edges and notes must be lists.");
  if (nodes.length > MAX_NODES) return no(`There are ${nodes.length.toLocaleString("en")} steps; a drawing holds at most ${MAX_NODES.toLocaleString("en")}.`);
  if (edges.length > MAX_EDGES) return no(`There are ${edges.length.toLocaleString("en")} edges; a drawing holds at most ${MAX_EDGES.toLocaleString("en")}.`);
  if (notes.length > MAX_NOTES) return no(`There are more than ${MAX_NOTES} notes.`);
  const flaw = first(nodes, stepFlaw, "Step") ?? first(edges, edgeFlaw, "Edge") ?? first(notes, noteFlaw, "Note") ?? repeated(nodes, edges, notes);
  if (flaw) return no(flaw);
  return { ok: true, value: { nodes: nodes as unknown as Step[], edges: edges as unknown as Edge[], notes: notes as unknown as Note[] } };
}

function repeated(...lists: readonly Json[][]): string | null {
  for (const list of lists) {
    const seen = new Set<string>();
    for (const item of list) {
      const { id } = item as { id: string };
      if (seen.has(id)) return `The id “${id}” stands there twice.`;
      seen.add(id);
    }
  }
  return null;
}

function first(list: readonly Json[], flawOf: (item: JsonObject) => string | null, what: string): string | null {
  for (const [index, item] of list.entries()) {
    const flaw = isObject(item) ? flawOf(item) : "is no JSON object.";
    if (flaw) return `${what} ${index + 1} ${flaw}`;
  }
  return null;
}

function stepFlaw(step: JsonObject): string | null {
  if (!isId(step["id"])) return "has no proper id: small letters, digits and _, at most 40.";
  if (!isText(step["kind"], 80) || step["kind"] === "") return "has no kind.";
  if (!isText(step["name"] ?? "", 200) || !isText(step["note"] ?? "", 4000)) return "has a name or a note that is no text, or too long.";
  if (!isObject(step["config"] ?? {})) return "has a configuration that is no JSON object.";
  if (step["at"] !== undefined && !isPoint(step["at"])) return "stands at no proper place.";
  if (!["all", "any"].includes((step["join"] ?? "all") as string)) return "waits for something else than “all” or “any”.";
  if (!isObject(step["retry"] ?? {}) || typeof (step["asks"] ?? false) !== "boolean") return "has a bad “retry” or “asks”.";
  if (typeof (step["timeout_s"] ?? 1) !== "number") return "has a time limit that is no number.";
  return unknownKey(step, STEP_KEYS, "");
}

function edgeFlaw(edge: JsonObject): string | null {
  if (!isId(edge["id"])) return "has no proper id.";
  if (!isText(edge["from"], 40) || !isText(edge["to"], 40) || !isText(edge["port"], 80)) return "needs “from”, “port” and “to”.";
  const loop = edge["loop"] ?? { max: 1 };
  if (!isObject(loop) || !Number.isInteger(loop["max"])) return "has a loop without a number of turns.";
  if (!isText(edge["after_loop"] ?? "", 40)) return "names its loop by something else than a text.";
  return unknownKey(edge, EDGE_KEYS, "");
}

function noteFlaw(note: JsonObject): string | null {
  if (!isId(note["id"]) || !isText(note["text"], 4000)) return "needs an id and a text.";
  if (!isPoint(note["at"]) || !isPoint(note["size"])) return "needs a place and a size.";
  if (![null, ...GROUPS].includes((note["group"] ?? null) as null)) return `is a group of a colour that is not known here: ${GROUPS.join(", ")}.`;
  return unknownKey(note, NOTE_KEYS, "");
}

const isId = (value: unknown): boolean => typeof value === "string" && ID.test(value);
const isText = (value: unknown, longest: number): boolean => typeof value === "string" && value.length <= longest;

function isPoint(value: unknown): boolean {
  return Array.isArray(value) && value.length === 2 && value.every((each) => typeof each === "number" && Math.abs(each) <= MAX_PLACE);
}

function unknownKey(value: JsonObject, known: ReadonlySet<string>, whose: string): string | null {
  const found = Object.keys(value).find((key) => !known.has(key));
  return found === undefined ? null : `${whose} has a field “${found.slice(0, 40)}”, which is not known here.`.trim();
}

// Level by level, since a recursion would be as deep as the text wants it to be.
function hostile(value: unknown): string | null {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) return `This is nested more than ${MAX_DEPTH} levels deep.`;
    const next: unknown[] = [];
    for (const each of level) {
      if (typeof each !== "object" || each === null) continue;
      if (Object.hasOwn(each, "__proto__")) return "This holds a field “__proto__”, which no drawing has.";
      for (const child of Object.values(each)) next.push(child);
    }
    level = next;
  }
  return null;
}
