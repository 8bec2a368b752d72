// What is painted over the drawing without being part of it: problems, differences. Found once for a list, by id.

import { type Drawing, START } from "../model/document.ts";
import type { Level, Problem } from "../model/problem.ts";
import { meetings } from "../model/wiring.ts";
import type { Seen } from "../editor.ts";

interface Marked {
  readonly levels: ReadonlyMap<string, Level>;
  readonly counts: ReadonlyMap<string, number>;
}

const marks = new WeakMap<readonly Problem[], Marked>();
const met = new WeakMap<Drawing["edges"], ReadonlySet<string>>();

// A way is painted when its problem is shown; always marked are only its ends: where it begins, and what it reaches.
function marksOf(problems: readonly Problem[]): Marked {
  const known = marks.get(problems);
  if (known) return known;
  const [levels, counts] = [new Map<string, Level>(), new Map<string, number>()];
  for (const problem of problems) {
    const ends = problem.nodes.length ? [problem.nodes[0], problem.nodes.at(-1)] : problem.edges;
    for (const id of new Set(ends)) {
      if (id === undefined) continue;
      counts.set(id, (counts.get(id) ?? 0) + 1);
      if (levels.get(id) !== "error") levels.set(id, problem.level);
    }
  }
  marks.set(problems, { levels, counts });
  return { levels, counts };
}

export const levelOf = (seen: Pick<Seen, "problems">, id: string): Level | undefined => marksOf(seen.problems).levels.get(id);

export const countOf = (seen: Pick<Seen, "problems">, id: string): number => marksOf(seen.problems).counts.get(id) ?? 0;

export function isPainted(seen: Seen, id: string): boolean {
  const shown = seen.shown === null ? undefined : seen.problems[seen.shown];
  return shown !== undefined && (shown.nodes.includes(id) || shown.edges.includes(id));
}

export type Change = "added" | "changed";
const changes = new WeakMap<Seen["differences"], ReadonlyMap<string, Change>>();

// A change of ways marks the ways alone, and not the steps at their ends.
export function changesOf(differences: Seen["differences"]): ReadonlyMap<string, Change> {
  const known = changes.get(differences);
  if (known) return known;
  const found = new Map<string, Change>();
  for (const each of differences)
    for (const id of each.edges.length ? each.edges : each.nodes) if (found.get(id) !== "added") found.set(id, each.kind === "added" ? "added" : "changed");
  changes.set(differences, found);
  return found;
}

export const differs = (seen: Pick<Seen, "differences">, id: string): Change | undefined => changesOf(seen.differences).get(id);

// Whether a step waits for branches that run side by side.
export function waitsForAll(drawing: Drawing, id: string): boolean {
  const known = met.get(drawing.edges) ?? meetings(drawing);
  met.set(drawing.edges, known);
  return id !== START && known.has(id);
}
