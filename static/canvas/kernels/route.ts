// The line of an edge: forward ways bend gently, ways back go round above the steps they span.

import type { Point } from "../model/document.ts";

export interface Route {
  readonly path: string;
  readonly middle: Point;
}

const RISE = 40;
const OUT = 20;
const BEND = 10;

export function route(from: Point, to: Point, back: boolean): Route {
  return back || to[0] < from[0] - 2 * OUT ? around(from, to, back) : along(from, to);
}

function along([sx, sy]: Point, [tx, ty]: Point): Route {
  const pull = Math.max(24, Math.min(Math.abs(tx - sx) / 2, 120));
  return { path: `M${sx},${sy}C${sx + pull},${sy} ${tx - pull},${ty} ${tx},${ty}`, middle: [(sx + tx) / 2, (sy + ty) / 2] };
}

// A loop goes over the top; a plain edge to the left goes below, so that the two are never taken for each other.
function around([sx, sy]: Point, [tx, ty]: Point, back: boolean): Route {
  const level = back ? Math.min(sy, ty) - RISE - 2 * BEND : Math.max(sy, ty) + RISE + 3 * BEND;
  const [right, left] = [sx + OUT, tx - OUT];
  const turn = back ? -BEND : BEND;
  const path = [
    `M${sx},${sy}H${right - BEND}Q${right},${sy} ${right},${sy + turn}`,
    `V${level - turn}Q${right},${level} ${right - BEND},${level}`,
    `H${left + BEND}Q${left},${level} ${left},${level - turn}`,
    `V${ty + turn}Q${left},${ty} ${left + BEND},${ty}H${tx}`,
  ].join("");
  return { path, middle: [(sx + tx) / 2, level] };
}
