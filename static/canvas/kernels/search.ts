// Finding steps and notes by what stands in them; names before ids, kinds and configurations.

import { type Drawing, notesOf, title } from "../model/document.ts";
import type { Kinds } from "../model/kinds.ts";

export function search(drawing: Drawing, words: string, kinds: Kinds): readonly string[] {
  const wanted = words.trim().toLowerCase();
  if (!wanted) return [];
  const ranked = drawing.nodes.flatMap((step) => {
    const texts = [title(step), step.id, kinds.get(step.kind)?.title ?? step.kind, step.note ?? "", JSON.stringify(step.config ?? {})];
    const rank = texts.findIndex((text) => text.toLowerCase().includes(wanted));
    return rank < 0 ? [] : [{ id: step.id, rank }];
  });
  const notes = notesOf(drawing).filter((note) => note.text.toLowerCase().includes(wanted)).map((note) => note.id);
  return [...ranked.sort((one, other) => one.rank - other.rank).map(({ id }) => id), ...notes];
}

// The kinds that a palette shows for some words, in the order they came.
export function kindsFor<T extends { readonly title: string; readonly kind: string; readonly help: string }>(kinds: readonly T[], words: string): readonly T[] {
  const wanted = words.trim().toLowerCase();
  if (!wanted) return kinds;
  const rank = (kind: T): number => [kind.title, kind.kind, kind.help].findIndex((text) => text.toLowerCase().includes(wanted));
  return kinds.filter((kind) => rank(kind) >= 0).sort((one, other) => rank(one) - rank(other));
}
