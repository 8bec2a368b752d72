// Where every step stands and how much room it takes, found quickly by place: what edges are led around, and what a new
// step must not lie on. The same object again for as long as nothing has moved, so that what was found with it stays true.

import { type Drawing, START, place } from "../model/document.ts";
import type { Kinds } from "../model/kinds.ts";
import { type Box, portsDrawn, sizeWith, startAt, startSize } from "./sizes.ts";

const CELL = 512;
const MOST_CELLS = 4_096;

export class Boxes {
  private readonly cells = new Map<string, Box[]>();

  constructor(readonly of: ReadonlyMap<string, Box>) {
    for (const box of of.values()) {
      for (const key of cellsOf(box)) (this.cells.get(key) ?? this.cells.set(key, []).get(key)!).push(box);
    }
  }

  // The boxes that may touch an area, each once.
  near(area: Box): readonly Box[] {
    const keys = cellsOf(area);
    const found = keys.flatMap((key) => this.cells.get(key) ?? []);
    return keys.length > 1 ? [...new Set(found)] : found;
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
  const made = made_(drawing, kinds);
  const found = last && same(last.of, made) ? last : new Boxes(made);
  last = found;
  known.set(drawing, found);
  return found;
}

export const touches = (one: Box, other: Box): boolean =>
  one.x < other.x + other.width && other.x < one.x + one.width && one.y < other.y + other.height && other.y < one.y + one.height;

export const grown = ({ x, y, width, height }: Box, by: number): Box => ({ x: x - by, y: y - by, width: width + 2 * by, height: height + 2 * by });

function made_(drawing: Drawing, kinds: Kinds): ReadonlyMap<string, Box> {
  const [[x, y], [width, height]] = [startAt(drawing), startSize(drawing)];
  const made = new Map<string, Box>([[START, { x, y, width, height }]]);
  for (const step of drawing.nodes) {
    const [at, size] = [place(step), sizeWith(portsDrawn(drawing, step, kinds).length)];
    made.set(step.id, { x: at[0], y: at[1], width: size[0], height: size[1] });
  }
  return made;
}

function same(one: ReadonlyMap<string, Box>, other: ReadonlyMap<string, Box>): boolean {
  if (one.size !== other.size) return false;
  for (const [id, box] of one) {
    const there = other.get(id);
    if (!there || there.x !== box.x || there.y !== box.y || there.width !== box.width || there.height !== box.height) return false;
  }
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
