// Pinned outputs: what a step is taken to have given, so that a try-out does not run it. They live in this browser, one
// set for each workflow, and are no part of the drawing; a step that is deleted takes its pin along.

import { type Drawing, type Json, isObject, place } from "../model/document.ts";

export interface Pin {
  readonly port: string;
  readonly output: Json;
}

export type Pins = ReadonlyMap<string, Pin>;

type Store = Pick<Storage, "getItem" | "setItem" | "removeItem">;

export const NO_PINS: Pins = new Map();

const keyOf = (slug: string): string => `interlock pins ${slug}`;

export function recallPins(store: Store, slug: string): Pins {
  try {
    const kept: unknown = JSON.parse(store.getItem(keyOf(slug)) ?? "{}");
    return new Map(Object.entries(isObject(kept) ? kept : {}).flatMap(([node, pin]) => (isObject(pin) && typeof pin["port"] === "string" ? [[node, { port: pin["port"], output: pin["output"] ?? null }] as const] : [])));
  } catch {
    return NO_PINS; // A store that is closed, or a text that is none of ours.
  }
}

// False where the browser keeps nothing: then the pins hold until the page is left.
export function keepPins(store: Store, slug: string, pins: Pins): boolean {
  try {
    if (pins.size === 0) store.removeItem(keyOf(slug));
    else store.setItem(keyOf(slug), JSON.stringify(Object.fromEntries(pins)));
    return true;
  } catch {
    return false;
  }
}

export const withPin = (pins: Pins, node: string, pin: Pin): Pins => new Map([...pins, [node, pin]]);

export const withoutPin = (pins: Pins, node: string): Pins => new Map([...pins].filter(([each]) => each !== node));

// The pins after an edit: a step that only has another id, also by undo, keeps its pin.
export function followed(pins: Pins, before: Drawing, now: Drawing): Pins {
  if (pins.size === 0) return pins;
  const names = renamings(before, now);
  return stillThere(names.size ? new Map([...pins].map(([node, pin]) => [names.get(node) ?? node, pin])) : pins, now);
}

// Another id leaves a step where it was, in the list and on the drawing.
function renamings(before: Drawing, now: Drawing): ReadonlyMap<string, string> {
  if (before.nodes.length !== now.nodes.length) return new Map();
  const [old, fresh] = [new Set(before.nodes.map((step) => step.id)), new Set(now.nodes.map((step) => step.id))];
  return new Map(before.nodes.flatMap((step, index) => {
    const next = now.nodes[index];
    return next && !fresh.has(step.id) && !old.has(next.id) && next.kind === step.kind && String(place(next)) === String(place(step)) ? [[step.id, next.id] as const] : [];
  }));
}

// The pins whose steps are there; the same map where all are.
export function stillThere(pins: Pins, drawing: Drawing): Pins {
  if (pins.size === 0) return pins;
  const ids = new Set(drawing.nodes.map((step) => step.id));
  const left = [...pins].filter(([node]) => ids.has(node));
  return left.length === pins.size ? pins : new Map(left);
}
