// Where every step stands and how much room it takes, found quickly by place: what edges are led around, and what a new
// step must not lie on. The same object again for as long as nothing has moved, so that what was found with it stays true.

import { type Drawing, type Point, START, place } from "../model/document.ts";
import type { Kinds } from "../model/kinds.ts";
import { type Box, portsDrawn, sizeWith, startAt, startSize } from "./sizes.ts";

const CELL = 512;
const MOST_CELLS = 4_096;

export class Boxes {
  private readonly cells = new Map<string, readonly Box[]>();
  private asked: Map<string, readonly Box[] | undefined> | null = null;

  // `before`: what has not changed since is the same object, cell by cell.
  constructor(readonly of: ReadonlyMap<string, Box>, before: Boxes | null = null) {
    const cells = new Map<string, Box[]>();
    for (const box of of.values()) {
      for (const key of cellsOf(box)) (cells.get(key) ?? cells.set(key, []).get(key)!).push(box);
    }
    for (const [key, cell] of cells) {
      const was = before?.cells.get(key);
      this.cells.set(key, was?.length === cell.length && was.every((box, index) => box === cell[index]) ? was : cell);
    }
  }

  // The boxes that may touch an area, each once.
  near(area: Box): readonly Box[] {
    const keys = cellsOf(area);
    const found = keys.flatMap((key) => {
      const cell = this.cells.get(key);
      this.asked?.set(key, cell);
      return cell ?? [];
    });
    return keys.length > 1 ? [...new Set(found)] : found;
  }

  // Works something out, and gives with it what was looked at: while that `holds`, it would be worked out the same.
  looking<T>(what: () => T): { readonly found: T; readonly holds: (now: Boxes) => boolean } {
    const asked = new Map<string, readonly Box[] | undefined>();
    this.asked = asked;
    const found = what();
    this.asked = null;
    return { found, holds: (now) => [...asked].every(([key, cell]) => now.cells.get(key) === cell) };
  }

  isFree(area: Box): boolean {
    return !this.near(area).some((box) => touches(box, area));
  }
}

const known = new WeakMap<Drawing, Boxes>();
let last: Boxes | null = null;

export function boxesOf(drawing: Drawing, kinds: Kinds): Boxes {
  const before = known.get(drawing);
  if (before) return before;
  const made = made_(drawing, kinds, last?.of);
  const found = last && same(last.of, made) ? last : new Boxes(made, last);
  last = found;
  known.set(drawing, found);
  return found;
}

export const touches = (one: Box, other: Box): boolean =>
  one.x < other.x + other.width && other.x < one.x + one.width && one.y < other.y + other.height && other.y < one.y + one.height;

export const grown = ({ x, y, width, height }: Box, by: number): Box => ({ x: x - by, y: y - by, width: width + 2 * by, height: height + 2 * by });

// A box that is as it was is the very same one.
function made_(drawing: Drawing, kinds: Kinds, before: ReadonlyMap<string, Box> | undefined): ReadonlyMap<string, Box> {
  const made = new Map<string, Box>();
  const put = (id: string, [x, y]: Point, [width, height]: Point): void => {
    const was = before?.get(id);
    made.set(id, was && was.x === x && was.y === y && was.width === width && was.height === height ? was : { x, y, width, height });
  };
  put(START, startAt(drawing), startSize(drawing));
  for (const step of drawing.nodes) put(step.id, place(step), sizeWith(portsDrawn(drawing, step, kinds).length));
  return made;
}

function same(one: ReadonlyMap<string, Box>, other: ReadonlyMap<string, Box>): boolean {
  if (one.size !== other.size) return false;
  for (const [id, box] of one) if (other.get(id) !== box) return false;
  return true;
}

// An area of thousands of cells (a drawing spread over a million points) is not searched: nothing is said to be near.
function cellsOf({ x, y, width, height }: Box): readonly string[] {
  const [left, right, top, bottom] = [x, x + width, y, y + height].map((at) => Math.floor(at / CELL)) as [number, number, number, number];
  if ((right - left + 1) * (bottom - top + 1) > MOST_CELLS) return [];
  const keys: string[] = [];
  for (let column = left; column <= right; column += 1) for (let row = top; row <= bottom; row += 1) keys.push(`${column} ${row}`);
  return keys;
}
