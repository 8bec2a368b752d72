// What the server found about a step as a whole. What is wrong inside its configuration, its form says beside the field.

import type { Problem } from "../../model/problem.ts";
import type { Drawing } from "../../model/document.ts";

export type Other = Problem & { readonly index: number };

const PLACE = /^\/nodes\/(\d+)(\/|$)/;
const IN_THE_FORM = /^(?:document\.bad_config|data\.|table\.)/;

// `checked` is the drawing that the problems are of: places are counted in it.
export function othersOf(id: string, problems: readonly Problem[], checked: Drawing | null): readonly Other[] {
  return problems.flatMap((problem, index) => {
    const [, place] = PLACE.exec(problem.path) ?? [];
    const owner = place === undefined ? undefined : checked?.nodes[Number(place)]?.id;
    const concerns = owner === undefined ? problem.nodes[0] === id || problem.nodes.at(-1) === id : owner === id;
    return concerns && !(owner === id && IN_THE_FORM.test(problem.code)) ? [{ ...problem, index }] : [];
  });
}
