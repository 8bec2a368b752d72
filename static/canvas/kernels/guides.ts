// Lining up while dragging: a part that comes close to the line of another one takes it, and the line is shown.

import type { Point } from "../model/document.ts";
import { type Boxes, grown } from "./boxes.ts";
import type { Box } from "./sizes.ts";

export interface Guide {
  readonly from: Point;
  readonly to: Point;
}

export interface Lined {
  readonly at: Point;
  readonly guides: readonly Guide[];
}

const CLOSE = 6;
const REACH = 900;

// Where a dragged part stands, brought into line with what is near; `among` leaves out what is dragged itself.
export function linedUp(box: Box, boxes: Boxes, among: (other: Box) => boolean): Lined {
  const near = boxes.near(grown(box, REACH)).filter(among);
  const across = closest(near.flatMap((other) => [other.x - box.x, other.x + other.width / 2 - box.x - box.width / 2, other.x + other.width - box.x - box.width]));
  const down = closest(near.flatMap((other) => [other.y - box.y, other.y + other.height / 2 - box.y - box.height / 2]));
  const moved = { ...box, x: box.x + (across ?? 0), y: box.y + (down ?? 0) };
  const upright = across === null ? [] : near.flatMap((other) => uprightOf(moved, other)).slice(0, 3);
  const level = down === null ? [] : near.flatMap((other) => levelOf(moved, other)).slice(0, 3);
  return { at: [moved.x, moved.y], guides: [...upright, ...level] };
}

function closest(distances: readonly number[]): number | null {
  const best = distances.reduce((least, each) => (Math.abs(each) < Math.abs(least) ? each : least), Infinity);
  return Math.abs(best) <= CLOSE ? best : null;
}

function uprightOf(box: Box, other: Box): readonly Guide[] {
  const [top, bottom] = [Math.min(box.y, other.y), Math.max(box.y + box.height, other.y + other.height)];
  const lines = [[box.x, other.x], [box.x + box.width / 2, other.x + other.width / 2], [box.x + box.width, other.x + other.width]] as const;
  return lines.filter(([one, another]) => Math.abs(one - another) < 0.5).map(([x]) => ({ from: [x, top], to: [x, bottom] }) as const).slice(0, 1);
}

function levelOf(box: Box, other: Box): readonly Guide[] {
  const [left, right] = [Math.min(box.x, other.x), Math.max(box.x + box.width, other.x + other.width)];
  const lines = [[box.y, other.y], [box.y + box.height / 2, other.y + other.height / 2]] as const;
  return lines.filter(([one, another]) => Math.abs(one - another) < 0.5).map(([y]) => ({ from: [left, y], to: [right, y] }) as const).slice(0, 1);
}
