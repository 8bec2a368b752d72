// The line of an edge: forward ways bend gently, ways back go round above the steps they span.

import type { Point } from "../model/document.ts";

export interface Route {
  readonly path: string;
  readonly middle: Point;
}

const RISE = 40;
const OUT = 20;
const BEND = 10;
const ROOM = 150;

export function route(from: Point, to: Point, back: boolean): Route {
  return back || to[0] < from[0] - 2 * OUT ? around(from, to, back) : along(from, to);
}

function along([sx, sy]: Point, [tx, ty]: Point): Route {
  const pull = Math.max(24, Math.min(Math.abs(tx - sx) / 2, 120));
  return { path: `M${sx},${sy}C${sx + pull},${sy} ${tx - pull},${ty} ${tx},${ty}`, middle: [(sx + tx) / 2, (sy + ty) / 2] };
}

// A loop goes over the top; a plain edge to the left goes between the two steps, or below where there is no room, so that
// the two are never taken for each other.
function around([sx, sy]: Point, [tx, ty]: Point, back: boolean): Route {
  const between = Math.abs(ty - sy) > ROOM;
  const level = back ? Math.min(sy, ty) - RISE - 2 * BEND : between ? (sy + ty) / 2 + (ty > sy ? BEND : -BEND) : Math.max(sy, ty) + RISE + 3 * BEND;
  const [right, left] = [sx + OUT, tx - OUT];
  const path = rounded([[sx, sy], [right, sy], [right, level], [left, level], [left, ty], [tx, ty]]);
  return { path, middle: [(sx + tx) / 2, level] };
}

// A line of straight pieces with round corners.
function rounded(points: readonly Point[]): string {
  const corners = points.slice(1, -1).map((corner, index) => {
    const [before, after] = [points[index] ?? corner, points[index + 2] ?? corner];
    const [from, to] = [towards(corner, before), towards(corner, after)];
    return `L${from[0]},${from[1]}Q${corner[0]},${corner[1]} ${to[0]},${to[1]}`;
  });
  const [first, last] = [points[0] ?? [0, 0], points.at(-1) ?? [0, 0]];
  return `M${first[0]},${first[1]}${corners.join("")}L${last[0]},${last[1]}`;
}

function towards(from: Point, to: Point): Point {
  const far = Math.hypot(to[0] - from[0], to[1] - from[1]);
  const share = far === 0 ? 0 : Math.min(BEND, far / 2) / far;
  return [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share];
}
