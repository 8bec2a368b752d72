// What one sees of a drawing when it is opened: all of a small one; of a large one its beginning, large enough to be read.

import type { Point } from "../model/document.ts";
import { type Box, HEAD } from "./sizes.ts";

export interface Room {
  readonly width: number;
  readonly height: number;
}

export interface Sight {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

// From here on names can be read; below, all of it would be shown as specks.
const READABLE = 0.4;
const BEGINNING = { least: 0.6, most: 0.85 };
const MARGIN = 40;

export function firstSight(drawn: Box, start: Point, room: Room): Sight {
  const [wide, high] = [(room.width - 2 * MARGIN) / drawn.width, (room.height - 2 * MARGIN) / drawn.height];
  const whole = Math.min(1, wide, high);
  if (whole >= READABLE) return { zoom: whole, x: room.width / 2 - (drawn.x + drawn.width / 2) * whole, y: room.height / 2 - (drawn.y + drawn.height / 2) * whole };
  const zoom = Math.min(BEGINNING.most, Math.max(BEGINNING.least, high));
  const fitsDown = drawn.height * zoom <= room.height - 2 * MARGIN;
  const middle = fitsDown ? drawn.y + drawn.height / 2 : start[1] + HEAD / 2;
  return { zoom, x: MARGIN - drawn.x * zoom, y: room.height / 2 - middle * zoom };
}
