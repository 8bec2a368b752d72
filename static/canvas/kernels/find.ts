// Searching in a JSON value: which places hold the words, and which lead there. A place is its keys, each after a slash.

import { type Json, isObject } from "../model/document.ts";

export function childrenOf(value: Json): readonly (readonly [key: string, value: Json])[] {
  if (Array.isArray(value)) return (value as readonly Json[]).map((each, index) => [String(index), each] as const);
  return isObject(value) ? Object.entries(value) : [];
}

// The places whose name or value holds the words, with all that are above them; null without words.
export function found(value: Json, words: string): ReadonlySet<string> | null {
  const wanted = words.trim().toLowerCase();
  if (wanted === "") return null;
  const places = new Set<string>();
  const look = (at: Json, place: string, name: string): boolean => {
    const below = childrenOf(at).map(([key, child]) => look(child, `${place}/${key}`, key));
    const here = name.toLowerCase().includes(wanted) || (typeof at !== "object" && String(at).toLowerCase().includes(wanted)) || (at === null && wanted === "null");
    if (here || below.some(Boolean)) places.add(place);
    return here || below.some(Boolean);
  };
  look(value, "", "");
  return places;
}

// What a step read of the run: the input and the outputs that its configuration names, else the outputs just before it.
export function readBy(config: Json, before: readonly string[], input: Json, outputs: ReadonlyMap<string, Json>): Json {
  const text = JSON.stringify(config);
  // In an expression a step is `steps.id`; a field that takes a whole output holds the bare id.
  const named = [...outputs.keys()].filter((id) => new RegExp(`\\bsteps\\.${id}\\b|:"${id}"`).test(text));
  const steps = named.length ? named : before.filter((id) => outputs.has(id));
  const takesInput = /\binput\b/.test(text) || steps.length === 0;
  return { ...(takesInput ? { input } : {}), ...(steps.length ? { steps: Object.fromEntries(steps.map((id) => [id, outputs.get(id) ?? null])) } : {}) };
}
