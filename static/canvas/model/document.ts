// The drawing as a document, mirrored from runtime/core/definition.py: a test holds the two together.
//
// Documents are values: nothing here or elsewhere ever changes one. What comes from outside (a file, a paste, an older
// copy in the browser) is read by `read.ts` first.

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

export type Point = readonly [x: number, y: number];

export interface Retry {
  readonly attempts?: number;
  readonly first_s?: number;
  readonly factor?: number;
  readonly max_s?: number;
}

export interface Step {
  readonly id: string;
  readonly kind: string;
  readonly name?: string;
  readonly config?: JsonObject;
  readonly at?: Point;
  readonly join?: "all" | "any";
  readonly retry?: Retry | null;
  readonly timeout_s?: number | null;
  readonly asks?: boolean;
  readonly note?: string;
}

export interface Edge {
  readonly id: string;
  readonly from: string;
  readonly port: string;
  readonly to: string;
  readonly loop?: { readonly max: number } | null;
  readonly after_loop?: string | null;
}

// A text for people, somewhere on the drawing. It means nothing to a run. With a colour it is a group: a frame around the
// steps that stand inside it, of which the text is the title.
export interface Note {
  readonly id: string;
  readonly text: string;
  readonly at: Point;
  readonly size: Point;
  readonly group?: (typeof GROUPS)[number] | null;
}

export interface Drawing {
  readonly format: typeof FORMAT;
  readonly input: JsonObject;
  readonly nodes: readonly Step[];
  readonly edges: readonly Edge[];
  readonly notes?: readonly Note[];
}

export const GROUPS = ["grey", "teal", "violet", "olive"] as const;
export const FORMAT = "interlock/1";
export const START = "start";
export const ID = /^[a-z][a-z0-9_]{0,39}$/;
export const MAX_NODES = 2_000;
export const MAX_EDGES = 5_000;
export const MAX_NOTES = 500;
export const MAX_BYTES = 2 * 1024 * 1024;
export const MAX_DEPTH = 64;
export const MAX_PLACE = 1e6;

export const EMPTY: Drawing = { format: FORMAT, input: {}, nodes: [], edges: [] };

export const title = (step: Step): string => step.name || step.id;
export const place = (step: Step): Point => step.at ?? [0, 0];
const NONE: readonly Note[] = [];
export const notesOf = (drawing: Drawing): readonly Note[] => drawing.notes ?? NONE;
export const isPlain = (edge: Edge): boolean => !edge.loop && !edge.after_loop;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
