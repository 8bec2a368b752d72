// What is painted over the drawing without being part of it: problems, differences. Found once for a list, by id.

import type { Problem } from "../kernels/repair.ts";
import { type Drawing, START } from "../model/document.ts";
import { meetings } from "../model/wiring.ts";
import type { Seen } from "../editor.ts";

export type Level = "error" | "warning";

const levels = new WeakMap<readonly Problem[], ReadonlyMap<string, Level>>();
const met = new WeakMap<Drawing["edges"], ReadonlySet<string>>();

function levelsOf(problems: readonly Problem[]): ReadonlyMap<string, Level> {
  const known = levels.get(problems);
  if (known) return known;
  const found = new Map<string, Level>();
  for (const problem of problems) {
    // A way is painted when its problem is shown; always marked are only its ends: where it begins, and what it reaches.
    for (const id of [problem.nodes[0], problem.nodes.at(-1)]) if (id !== undefined && found.get(id) !== "error") found.set(id, problem.level);
    if (problem.nodes.length === 0) for (const id of problem.edges) if (found.get(id) !== "error") found.set(id, problem.level);
  }
  levels.set(problems, found);
  return found;
}

export const levelOf = (seen: Pick<Seen, "problems">, id: string): Level | undefined => levelsOf(seen.problems).get(id);

export function isPainted(seen: Seen, id: string): boolean {
  const shown = seen.shown === null ? undefined : seen.problems[seen.shown];
  return shown !== undefined && (shown.nodes.includes(id) || shown.edges.includes(id));
}

export function differs(seen: Seen, id: string): "added" | "changed" | undefined {
  const found = seen.differences.filter((each) => each.nodes.includes(id) || each.edges.includes(id));
  if (found.length === 0) return undefined;
  return found.some((each) => each.kind === "added" && (each.edges.includes(id) || each.edges.length === 0)) ? "added" : found.some((each) => each.edges.length === 0 || each.edges.includes(id)) ? "changed" : undefined;
}

// Whether a step waits for branches that run side by side.
export function waitsForAll(drawing: Drawing, id: string): boolean {
  const known = met.get(drawing.edges) ?? meetings(drawing);
  met.set(drawing.edges, known);
  return id !== START && known.has(id);
}
