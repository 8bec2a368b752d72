// Walking through a drawing by arrow keys: right and left along the edges, up and down among neighbours.

import { type Drawing, type Point, START, place } from "../model/document.ts";
import { wiring } from "../model/wiring.ts";
import { startAt } from "./sizes.ts";

export type Way = "left" | "right" | "up" | "down";

export function neighbour(drawing: Drawing, here: string, way: Way): string {
  const along = way === "right" ? wiring(drawing).outgoing.get(here)?.map((edge) => edge.to) : way === "left" ? wiring(drawing).incoming.get(here)?.map((edge) => edge.from) : [];
  const there = along?.find((id) => id !== here && (id === START || drawing.nodes.some((step) => step.id === id)));
  return there ?? nearest(drawing, here, way) ?? here;
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
