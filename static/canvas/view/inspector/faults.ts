// What the server found about one step: by place in its configuration, and the rest.

import type { Problem } from "../../model/problem.ts";
import type { Drawing } from "../../model/document.ts";

export interface Faults {
  readonly faults: ReadonlyMap<string, string>;
  readonly others: readonly (Problem & { readonly index: number })[];
}

const CONFIG = /^\/nodes\/(\d+)\/config(\/.*)?$/;

// `checked` is the drawing that the problems are of: places are counted in it.
export function faultsOf(id: string, problems: readonly Problem[], checked: Drawing | null): Faults {
  const faults = new Map<string, string>();
  const others: (Problem & { index: number })[] = [];
  for (const [index, problem] of problems.entries()) {
    const [, place, path] = CONFIG.exec(problem.path) ?? [];
    const owner = place === undefined ? undefined : checked?.nodes[Number(place)]?.id;
    if (owner === id && path) faults.set(path.replace(/~1/g, "/").replace(/~0/g, "~"), problem.message);
    else if (owner === id || (owner === undefined && (problem.nodes[0] === id || problem.nodes.at(-1) === id))) others.push({ ...problem, index });
  }
  return { faults, others };
}
