// Walking through a drawing by keys: right and left along the edges, up and down among neighbours, or one step after the
// other in the order in which cases come to them.

import { type Drawing, type Point, START, notesOf, place } from "../model/document.ts";
import { type Kinds, portsAt } from "../model/kinds.ts";
import { wiring } from "../model/wiring.ts";
import { startAt } from "./sizes.ts";

export type Way = "left" | "right" | "up" | "down";

export function neighbour(drawing: Drawing, here: string, way: Way): string {
  const along = way === "right" ? wiring(drawing).outgoing.get(here)?.map((edge) => edge.to) : way === "left" ? wiring(drawing).incoming.get(here)?.map((edge) => edge.from) : [];
  const there = along?.find((id) => id !== here && (id === START || drawing.nodes.some((step) => step.id === id)));
  return there ?? nearest(drawing, here, way) ?? here;
}

// Every step, those first that cases come to first; then what nothing leads to, and notes, from the upper left on.
export function inOrder(drawing: Drawing, kinds: Kinds): readonly string[] {
  const seen = new Set([START]);
  for (const here of seen) {
    const ports = portsAt(drawing, here, kinds);
    const ways = [...(wiring(drawing).outgoing.get(here) ?? [])].sort((one, other) => ports.indexOf(one.port) - ports.indexOf(other.port));
    for (const edge of ways) seen.add(edge.to);
  }
  const known = new Set([START, ...drawing.nodes.map((step) => step.id)]);
  const rest = [...drawing.nodes.map((step) => ({ id: step.id, at: place(step) })), ...notesOf(drawing)].filter(({ id }) => !seen.has(id));
  return [...[...seen].filter((id) => known.has(id)), ...rest.sort((one, other) => one.at[1] - other.at[1] || one.at[0] - other.at[0]).map(({ id }) => id)];
}

function nearest(drawing: Drawing, here: string, way: Way): string | null {
  const places = new Map<string, Point>([[START, startAt(drawing)], ...drawing.nodes.map((step) => [step.id, place(step)] as const)]);
  const from = places.get(here);
  if (!from) return START;
  let best: { id: string; far: number } | null = null;
  for (const [id, at] of places) {
    const [ahead, aside] = way === "left" || way === "right" ? [at[0] - from[0], at[1] - from[1]] : [at[1] - from[1], at[0] - from[0]];
    const forward = way === "left" || way === "up" ? -ahead : ahead;
    const far = forward + 2 * Math.abs(aside);
    if (id !== here && forward > 4 && (!best || far < best.far)) best = { id, far };
  }
  return best?.id ?? null;
}
