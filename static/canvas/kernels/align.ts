// Lining up what is selected: along an edge, along the middle, or with the same room between.

import { type Change, move } from "../changes/changes.ts";
import { type Drawing, type Point, notesOf, place } from "../model/document.ts";
import type { Kinds } from "../model/kinds.ts";
import { snapped } from "./insert.ts";
import { sizeOf } from "./sizes.ts";

export const ALIGNMENTS = ["left", "centre", "right", "top", "middle", "bottom", "across", "down"] as const;
export type Alignment = (typeof ALIGNMENTS)[number];

interface Part {
  readonly id: string;
  readonly at: Point;
  readonly size: Point;
}

export function align(drawing: Drawing, ids: ReadonlySet<string>, how: Alignment, kinds: Kinds): Change {
  const steps = drawing.nodes.map((step): Part => ({ id: step.id, at: place(step), size: sizeOf(step, kinds) }));
  const parts = [...steps, ...notesOf(drawing)].filter((part) => ids.has(part.id));
  if (parts.length < 2) return (same) => same;
  const axis = ["left", "centre", "right", "across"].includes(how) ? 0 : 1;
  const spread = how === "across" || how === "down";
  const places = spread ? spaced(parts, axis) : lined(parts, axis, how);
  return move(new Map(parts.map((part, index) => [part.id, snapped(put(part.at, axis, places[index] ?? part.at[axis]))])));
}

function lined(parts: readonly Part[], axis: 0 | 1, how: Alignment): readonly number[] {
  const low = Math.min(...parts.map((part) => part.at[axis]));
  const high = Math.max(...parts.map((part) => part.at[axis] + part.size[axis]));
  if (how === "left" || how === "top") return parts.map(() => low);
  if (how === "right" || how === "bottom") return parts.map((part) => high - part.size[axis]);
  return parts.map((part) => (low + high - part.size[axis]) / 2);
}

function spaced(parts: readonly Part[], axis: 0 | 1): readonly number[] {
  const inOrder = [...parts].sort((one, other) => one.at[axis] - other.at[axis]);
  const [first, last] = [inOrder[0]?.at[axis] ?? 0, inOrder.at(-1)?.at[axis] ?? 0];
  return parts.map((part) => first + ((last - first) * inOrder.indexOf(part)) / (parts.length - 1));
}

const put = (at: Point, axis: 0 | 1, value: number): Point => (axis === 0 ? [value, at[1]] : [at[0], value]);
