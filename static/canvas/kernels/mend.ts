// Taking over a drawing that the server has mended: by difference, so that all it left alone stays the very same.

import type { Change } from "../changes/changes.ts";
import { type Drawing, type Edge, type Step } from "../model/document.ts";
import { same } from "./same.ts";

// What a repair would add, take away and alter.
export interface Outlook {
  readonly steps: readonly Step[];
  readonly edges: readonly Edge[];
  readonly touched: ReadonlySet<string>;
  readonly gone: ReadonlySet<string>;
}

// Mends the very drawing that the repair was made for, and no other.
export function mended(asked: Drawing, repaired: Drawing): Change {
  return (now) => {
    if (now !== asked) return now;
    const input = same(now.input, repaired.input) ? now.input : repaired.input;
    return { ...now, input, nodes: kept(now.nodes, repaired.nodes), edges: kept(now.edges, repaired.edges) };
  };
}

export function outlook(asked: Drawing, repaired: Drawing): Outlook {
  const [before, after] = [byId(asked), byId(repaired)];
  const isNew = (part: Step | Edge): boolean => !before.has(part.id);
  const edges = repaired.edges.filter((edge) => isNew(edge) || (before.get(edge.id) as Edge).to !== edge.to);
  const touched = repaired.nodes.filter((step) => !isNew(step) && !same(before.get(step.id), step)).map((step) => step.id);
  const gone = [...before.keys()].filter((id) => !after.has(id) || edges.some((edge) => edge.id === id));
  return { steps: repaired.nodes.filter(isNew), edges, touched: new Set(touched), gone: new Set(gone) };
}

const byId = (drawing: Drawing): ReadonlyMap<string, Step | Edge> => new Map([...drawing.nodes, ...drawing.edges].map((part) => [part.id, part]));

function kept<T extends { readonly id: string }>(before: readonly T[], after: readonly T[]): readonly T[] {
  const known = new Map(before.map((part) => [part.id, part]));
  const next = after.map((part) => {
    const was = known.get(part.id);
    return was && same(was, part) ? was : part;
  });
  return next.length === before.length && next.every((part, index) => part === before[index]) ? before : next;
}
