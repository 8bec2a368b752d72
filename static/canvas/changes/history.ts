// Undo and redo: whole drawings, which share all that did not change. Selections are no history.

import { merged } from "../kernels/merge.ts";
import type { Drawing } from "../model/document.ts";

export const STEPS = 200;
const SAME_EDIT_MS = 1_500;

export interface History {
  readonly past: readonly Drawing[];
  readonly future: readonly Drawing[];
  // What was last edited, and when: typing into one field is one step, not one a letter.
  readonly last: { readonly what: string; readonly at: number } | null;
}

export const FRESH: History = { past: [], future: [], last: null };

export function recorded(history: History, before: Drawing, what: string, now: number): History {
  const goesOn = what !== "" && history.last?.what === what && now - history.last.at < SAME_EDIT_MS && history.future.length === 0;
  const past = goesOn ? history.past : [...history.past, before].slice(-STEPS);
  return { past, future: [], last: { what, at: now } };
}

export function undone(history: History, now: Drawing): { history: History; drawing: Drawing } | null {
  const before = history.past.at(-1);
  if (!before) return null;
  return { drawing: before, history: { past: history.past.slice(0, -1), future: [now, ...history.future], last: null } };
}

export function redone(history: History, now: Drawing): { history: History; drawing: Drawing } | null {
  const [after, ...future] = history.future;
  if (!after) return null;
  return { drawing: after, history: { past: [...history.past, now], future, last: null } };
}

// The history after somebody else's edits came in: each of one's own steps is undone beside theirs, never theirs. From the
// first step on that cannot be told apart from theirs, there is nothing to undo.
export function rebased(history: History, before: Drawing, theirs: Drawing): History {
  const onto = (drawing: Drawing): Drawing | null => {
    const found = merged(before, drawing, theirs);
    return found.ok ? found.drawing : null;
  };
  return { past: upTo([...history.past].reverse(), onto).reverse(), future: upTo(history.future, onto), last: null };
}

function upTo(drawings: readonly Drawing[], onto: (drawing: Drawing) => Drawing | null): Drawing[] {
  const found: Drawing[] = [];
  for (const drawing of drawings) {
    const moved = onto(drawing);
    if (!moved) break;
    found.push(moved);
  }
  return found;
}
