// What the server would refuse to keep of a drawing that can be read: numbers out of bounds, and characters that no text
// can hold. Asked of what is pasted or imported, before it touches the drawing on screen.
//
// Not asked of what somebody is still typing, nor of the browser's own copy: there the server's word stands beside the work.

import { type Edge, type JsonObject, type Note, type Step, isObject } from "./document.ts";
import type { Parts, Read } from "./read.ts";

// Half of a surrogate pair, or NUL.
const UNKEPT = /\p{Surrogate}|\0/u;
const TINY = Number.MIN_VALUE;

export function keepable<T extends Parts>(parts: T): Read<T> {
  const flaw = first(parts.nodes, stepFlaw, "Step") ?? first(parts.edges, edgeFlaw, "Edge") ?? first(parts.notes, noteFlaw, "Note");
  const why = flaw ?? (UNKEPT.test(texts(parts)) ? "This holds a character that no text can hold: NUL, or half of a pair." : null);
  return why === null ? { ok: true, value: parts } : { ok: false, why };
}

function first<T>(list: readonly T[], flawOf: (item: T) => string | null, what: string): string | null {
  for (const [index, item] of list.entries()) {
    const flaw = flawOf(item);
    if (flaw) return `${what} ${index + 1} ${flaw}`;
  }
  return null;
}

function stepFlaw({ retry, timeout_s: limit }: Step): string | null {
  if (!isRetry(retry ?? {})) return "is tried again in a way that cannot be kept: 1 to 20 attempts, with pauses of up to an hour that grow up to tenfold.";
  return isWithin(limit ?? 1, TINY, 3600) ? null : "may take more than 0 and at most 3,600 seconds.";
}

const edgeFlaw = ({ loop }: Edge): string | null => (isWithin(loop?.max ?? 1, 1, 1000) ? null : "has a loop that is not of 1 to 1,000 turns.");
const noteFlaw = ({ size }: Note): string | null => (size.every((each) => isWithin(each, TINY, 1e5)) ? null : "needs a size.");

function isRetry(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { attempts = 3, first_s = 1, factor = 2, max_s = 300, ...rest } = value as JsonObject;
  const isKnown = Number.isInteger(attempts) && isWithin(attempts, 1, 20) && isWithin(first_s, 0, 3600) && isWithin(factor, 1, 10);
  return isKnown && isWithin(max_s, TINY, 86_400) && Object.keys(rest).length === 0;
}

function isWithin(value: unknown, least: number, most: number): boolean {
  return typeof value === "number" && value >= least && value <= most;
}

// Every text and key; `JSON.stringify` would write half a pair as an escape.
function texts(parts: Parts): string {
  const found: string[] = [];
  let level: unknown[] = [parts];
  while (level.length > 0) {
    const next: unknown[] = [];
    for (const each of level) {
      if (typeof each === "string") found.push(each);
      else if (typeof each === "object" && each !== null) for (const [key, child] of Object.entries(each)) { found.push(key); next.push(child); }
    }
    level = next;
  }
  return found.join("\n");
}
