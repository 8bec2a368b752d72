// Copies of what is not saved yet, in the browser: a crash, a closed tab or a broken line loses no keystroke.
//
// Each tab has a copy of its own, so that two tabs of one person never write over one another; each person has their own,
// so that nobody goes on with what somebody else left in a browser that both use.

import type { Drawing } from "../model/document.ts";
import { readDrawing, readText } from "../model/read.ts";

export interface Copy {
  // The revision that the drawing was made from, and what stood in it; null where there was no room to keep that too.
  readonly etag: string;
  readonly base: Drawing | null;
  readonly drawing: Drawing;
  readonly at: number;
}

export interface Left {
  readonly tab: string;
  readonly copy: Copy;
}

export type Store = Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;

// Whose copy, of which workflow.
export interface Shelf {
  readonly who: string;
  readonly slug: string;
}

const prefixOf = ({ who, slug }: Shelf): string => `interlock draft ${JSON.stringify([who, slug])} `;

export function keep(store: Store, shelf: Shelf, tab: string, copy: Copy): boolean {
  return put(store, prefixOf(shelf) + tab, copy) || put(store, prefixOf(shelf) + tab, { ...copy, base: null });
}

function put(store: Store, key: string, copy: Copy): boolean {
  try {
    store.setItem(key, JSON.stringify(copy));
    return true;
  } catch {
    return false; // The browser's store is full or closed; the server's draft is then the only copy.
  }
}

export function forget(store: Store, shelf: Shelf, tab: string): void {
  try {
    store.removeItem(prefixOf(shelf) + tab);
  } catch {
    // A closed store holds nothing to forget.
  }
}

// Every copy that tabs left behind, the newest first. What cannot be read is no copy.
export function left(store: Store, shelf: Shelf): readonly Left[] {
  const prefix = prefixOf(shelf);
  try {
    const keys = Array.from({ length: store.length }, (_, index) => store.key(index) ?? "").filter((key) => key.startsWith(prefix));
    const found = keys.flatMap((key): Left[] => {
      const copy = read(store.getItem(key));
      return copy ? [{ tab: key.slice(prefix.length), copy }] : [];
    });
    return found.sort((one, other) => other.copy.at - one.copy.at);
  } catch {
    return [];
  }
}

function read(text: string | null): Copy | null {
  // Two drawings and what stands around them: each of the two is held against the bound of a drawing below.
  const found = text === null ? null : readText(text, 2);
  if (!found?.ok) return null;
  const { etag, drawing, base, at } = found.value as { etag?: unknown; drawing?: unknown; base?: unknown; at?: unknown };
  const [mine, before] = [readDrawing(drawing), readDrawing(base)];
  if (typeof etag !== "string" || !mine.ok) return null;
  return { etag, drawing: mine.value, base: before.ok ? before.value : null, at: typeof at === "number" ? at : 0 };
}
