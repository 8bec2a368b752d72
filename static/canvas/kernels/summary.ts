// What is different between two drawings, in one short sentence for a notice. The full list, in words, is the server's.

import { type Drawing, type Step, notesOf, title } from "../model/document.ts";
import { same } from "./same.ts";

// "" where nothing is.
export function told(before: Drawing, after: Drawing): string {
  const [was, is] = [byId(before), byId(after)];
  const added = after.nodes.filter(({ id }) => !was.has(id));
  const gone = before.nodes.filter(({ id }) => !is.has(id));
  const changed = after.nodes.filter((step) => was.has(step.id) && !same(placeless(was.get(step.id)), placeless(step)));
  const moved = after.nodes.some((step) => was.has(step.id) && !same(was.get(step.id)?.at, step.at));
  const parts = [listed(added, "was added", "were added"), listed(gone, "was deleted", "were deleted"), listed(changed, "was changed", "were changed")].filter(Boolean);
  if (!same(before.edges, after.edges)) parts.push("ways were drawn anew");
  if (!same(before.input, after.input)) parts.push("what it is started with was changed");
  if (!same(notesOf(before), notesOf(after))) parts.push("notes were changed");
  if (parts.length === 0 && moved) parts.push("steps were moved");
  return parts.length ? `${parts.join(", ")}.` : "";
}

function listed(steps: readonly Step[], one: string, many: string): string {
  const [first] = steps;
  if (!first) return "";
  return steps.length === 1 ? `“${title(first)}” ${one}` : `${steps.length} steps ${many}`;
}

const byId = (drawing: Drawing): Map<string, Step> => new Map(drawing.nodes.map((step) => [step.id, step]));
const placeless = (step: Step | undefined): unknown => ({ ...step, at: undefined });
