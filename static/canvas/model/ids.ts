// Ids for new steps, edges and notes: readable, because people meet them in expressions (`steps.review_2.output`).

import { type Drawing, START, notesOf } from "./document.ts";

export function stepId(wanted: string, taken: ReadonlySet<string>): string {
  const plain = wanted.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "").replace(/[^a-z0-9]+/g, "_").replace(/^[^a-z]+|_+$/g, "").slice(0, 34) || "step";
  return numbered(plain, taken);
}

export function edgeId(taken: ReadonlySet<string>): string {
  return counted("e", taken);
}

export function noteId(taken: ReadonlySet<string>): string {
  return counted("note", taken);
}

export const stepIds = (drawing: Drawing): Set<string> => new Set([START, ...drawing.nodes.map((step) => step.id)]);
export const edgeIds = (drawing: Drawing): Set<string> => new Set(drawing.edges.map((edge) => edge.id));
export const noteIds = (drawing: Drawing): Set<string> => new Set(notesOf(drawing).map((note) => note.id));

function numbered(plain: string, taken: ReadonlySet<string>): string {
  if (!taken.has(plain)) return plain;
  let number = 2;
  while (taken.has(`${plain}_${number}`)) number += 1;
  return `${plain}_${number}`;
}

function counted(letter: string, taken: ReadonlySet<string>): string {
  let number = taken.size + 1;
  while (taken.has(`${letter}${number}`)) number += 1;
  return `${letter}${number}`;
}
