// Where a new step stands: as near as can be to where it is wanted, and free of all others.

import type { Drawing, Point } from "../model/document.ts";
import type { Kinds } from "../model/kinds.ts";
import { boxesOf, grown } from "./boxes.ts";
import { GAP, GRID, WIDTH } from "./sizes.ts";

const AROUND = 16;
const DOWN = 5 * GRID;
const ROWS = 24;
const COLUMNS = 8;

export const snap = (value: number): number => Math.round(value / GRID) * GRID;
export const snapped = (at: Point): Point => [snap(at[0]), snap(at[1])];

// `down` looks below first and goes to the next column only when a whole screen is taken: for what follows a step.
export function freeSpot(drawing: Drawing, kinds: Kinds, wanted: Point, height: number, down = false): Point {
  const boxes = boxesOf(drawing, kinds);
  const isFree = ([x, y]: Point): boolean => boxes.isFree(grown({ x, y, width: WIDTH, height }, AROUND));
  const candidates = (down ? below(wanted) : about(wanted)).map(snapped);
  return candidates.find(isFree) ?? snapped([wanted[0], Math.max(wanted[1], ...[...boxes.of.values()].map((box) => box.y + box.height)) + DOWN]);
}

function below([x, y]: Point): readonly Point[] {
  return Array.from({ length: COLUMNS * ROWS }, (_, index): Point => [x + Math.floor(index / ROWS) * (WIDTH + GAP), y + (index % ROWS) * DOWN]);
}

function about([x, y]: Point): readonly Point[] {
  const [across, down] = [WIDTH / 2 + GAP / 2, DOWN];
  const steps = Array.from({ length: 2 * COLUMNS + 1 }, (_, column) => Array.from({ length: 2 * ROWS + 1 }, (_each, row): Point => [x + (column - COLUMNS) * across, y + (row - ROWS) * down]));
  return steps.flat().sort((one, other) => far(one, [x, y]) - far(other, [x, y]));
}

const far = (one: Point, other: Point): number => Math.hypot(one[0] - other[0], one[1] - other[1]);
