// A copy of what is not saved yet, in the browser: a crash, a closed tab or a broken line loses no keystroke.

import type { Drawing } from "../model/document.ts";
import { readDrawing, readText } from "../model/read.ts";

export interface Copy {
  // The revision that the drawing was made from.
  readonly etag: string;
  readonly drawing: Drawing;
}

type Store = Pick<Storage, "getItem" | "setItem" | "removeItem">;

const keyOf = (slug: string): string => `interlock draft ${slug}`;

export function keep(store: Store, slug: string, copy: Copy): boolean {
  try {
    store.setItem(keyOf(slug), JSON.stringify(copy));
    return true;
  } catch {
    return false; // The browser's store is full or closed; the server's draft is then the only copy.
  }
}

export function forget(store: Store, slug: string): void {
  try {
    store.removeItem(keyOf(slug));
  } catch {
    // A closed store holds nothing to forget.
  }
}

export function recall(store: Store, slug: string): Copy | null {
  let text: string | null = null;
  try {
    text = store.getItem(keyOf(slug));
  } catch {
    return null;
  }
  const read = text === null ? null : readText(text);
  if (!read?.ok) return null;
  const { etag, drawing } = read.value as { etag?: unknown; drawing?: unknown };
  const found = readDrawing(drawing);
  return typeof etag === "string" && found.ok ? { etag, drawing: found.value } : null;
}
