// The line of one edge: a gentle curve where nothing stands in its way, else straight pieces with round corners that go
// around the steps. A loop always goes back above or below all that it comes from and leads to.
//
// Where a line could run on another one, it takes the lane beside it. What is found is the best of a few dozen simple
// shapes, not the best of all: a drawing of thousands of edges is led in some milliseconds.

import type { Point } from "../model/document.ts";
import { type Boxes, grown } from "./boxes.ts";
import type { Lanes } from "./lanes.ts";
import type { Box } from "./sizes.ts";

export interface Ends {
  readonly from: Point;
  readonly to: Point;
  // What it leaves and reaches: neither is in the way of its own edge's curve.
  readonly source: Box;
  readonly target: Box;
  readonly back: boolean;
}

export interface Route {
  readonly from: Point;
  readonly to: Point;
  readonly path: string;
  // Places on the line where something may be written, the best first.
  readonly spots: readonly Point[];
  readonly corners: readonly Point[];
}

const OUT = 18;
const AWAY = 16;
const CLEAR = 6;
const BEND = 10;
const LANE = 10;
const LANES = 4;
const SAMPLES = 14;
const NOWHERE: Point = [0, 0];
const NO_SHAPE: Shape = { right: 0, level: 0, left: 0 };
const COST_OF = { hit: 4_000, corner: 10, shared: 60, below: 24 };

export function route(ends: Ends, boxes: Boxes, lanes: Lanes | null = null): Route {
  return (ends.back ? null : curve(ends, boxes)) ?? pieces(ends, boxes, lanes);
}

// A curve leads forward only, and only where it touches nothing.
function curve({ from: [sx, sy], to: [tx, ty], source, target }: Ends, boxes: Boxes): Route | null {
  if (tx - sx < OUT) return null;
  const pull = Math.max(OUT, Math.min((tx - sx) / 2, 120));
  const at = (share: number): Point => {
    const [a, b, c, d] = [(1 - share) ** 3, 3 * (1 - share) ** 2 * share, 3 * (1 - share) * share ** 2, share ** 3];
    return [a * sx + b * (sx + pull) + c * (tx - pull) + d * tx, a * sy + b * sy + c * ty + d * ty];
  };
  const near = boxes.near(span([[sx, sy], [tx, ty]])).filter((box) => !sameBox(box, source) && !sameBox(box, target)).map((box) => grown(box, CLEAR));
  for (let sample = 1; near.length && sample < SAMPLES; sample += 1) {
    const [x, y] = at(sample / SAMPLES);
    if (near.some((box) => x > box.x && x < box.x + box.width && y > box.y && y < box.y + box.height)) return null;
  }
  return { from: [sx, sy], to: [tx, ty], path: `M${sx},${sy}C${sx + pull},${sy} ${tx - pull},${ty} ${tx},${ty}`, spots: [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8].map(at), corners: [] };
}

interface Shape {
  readonly right: number;
  readonly level: number;
  readonly left: number;
}

function pieces(ends: Ends, boxes: Boxes, lanes: Lanes | null): Route {
  const { from, to, source, target } = ends;
  const reach = span([from, to, [source.x, source.y], [target.x, target.y + target.height]]);
  const near = [...new Set([source, target, ...boxes.near(grown(reach, 160))])];
  const walls = wallsOf(near);
  const price = (shape: Shape, most: number): number => cost(cornersOf(ends, shape), walls, lanes, most) + (ends.back && shape.level > from[1] ? COST_OF.below : 0);
  const first = cheapest(ends, shapes(ends, near, [from[0] + OUT], [to[0] - OUT]), price);
  const free = first.price < COST_OF.hit ? first : cheapest(ends, shapes(ends, near, columns(near, from[0], 1), columns(near, to[0], -1)), price);
  const settled = lanes && isShared(cornersOf(ends, free.shape), lanes) ? cheapest(ends, beside(ends, free.shape), price) : free;
  const corners = cornersOf(ends, settled.shape);
  lanes?.take(corners);
  return { from, to, path: rounded(corners), spots: spotsOf(corners), corners };
}

// Each level with each upright piece on the right and on the left of it.
interface Shapes {
  readonly levels: readonly number[];
  readonly rights: readonly number[];
  readonly lefts: readonly number[];
}

// Levels that a line can run along: above and below each box, and those of its own ends. A loop has only the outer ones.
function shapes({ from, to, source, target, back }: Ends, near: readonly Box[], rights: readonly number[], lefts: readonly number[]): Shapes {
  const [top, bottom] = [Math.min(source.y, target.y) - AWAY, Math.max(source.y + source.height, target.y + target.height) + AWAY];
  const edges = near.flatMap((box) => [box.y - AWAY, box.y + box.height + AWAY]);
  const own = back ? [top, bottom] : [from[1], to[1], (from[1] + to[1]) / 2, top, bottom];
  const levels = [...new Set([...own, ...edges])].filter((level) => !back || level <= top || level >= bottom);
  return { levels, rights, lefts };
}

// The same shape, each of its three pieces moved by some lanes.
function beside({ from, to, back }: Ends, { right, level, left }: Shape): Shapes {
  // At the level of its own end, a line moves off it and bends once more just before the step.
  const isOwn = level === from[1] || level === to[1];
  const up = back && level < Math.min(from[1], to[1]) ? -1 : 1;
  const steps = Array.from({ length: LANES }, (_, index) => index * LANE);
  const levels = isOwn ? [level, ...steps.slice(1).flatMap((by) => [level + by, level - by])] : back ? steps.map((by) => level + up * by) : [level, level - LANE / 2, level + LANE / 2];
  return { levels, rights: steps.map((by) => right + by), lefts: steps.map((by) => left - by) };
}

// Where an upright piece can stand: right or left of a box, outwards from the port.
function columns(near: readonly Box[], port: number, way: 1 | -1): readonly number[] {
  const sides = near.map((box) => (way > 0 ? box.x + box.width + AWAY : box.x - AWAY)).filter((x) => (x - port) * way >= OUT);
  return [...new Set([port + way * OUT, ...sides.sort((one, other) => (one - other) * way)])].slice(0, LANES + 1);
}

// The first of the cheapest. Short ones are priced first: what is longer than one of them is dear is not looked at, so that
// the hundreds of shapes around a long edge cost as much as a few.
function cheapest(ends: Ends, { levels, rights, lefts }: Shapes, price: (shape: Shape, most: number) => number): { shape: Shape; price: number } {
  const { from, to } = ends;
  const across = rights.flatMap((right, one) => lefts.map((left, other) => ({ right, left, rank: one * lefts.length + other, length: Math.abs(right - from[0]) + Math.abs(right - left) + Math.abs(to[0] - left) })));
  across.sort((one, other) => one.length - other.length);
  const upright = levels.map((level, rank) => ({ level, rank: rank * across.length, length: Math.abs(level - from[1]) + Math.abs(level - to[1]) }));
  upright.sort((one, other) => one.length - other.length);
  let best = { shape: NO_SHAPE, rank: Infinity, price: Infinity };
  for (const one of upright) {
    for (const other of across) {
      if (one.length + other.length > best.price) break;
      const [shape, rank] = [{ right: other.right, level: one.level, left: other.left }, one.rank + other.rank];
      const least = one.length + other.length + COST_OF.corner * leastCorners(ends, shape);
      if (least > best.price || (least === best.price && rank > best.rank)) continue;
      const found = price(shape, best.price);
      if (found < best.price || (found === best.price && rank < best.rank)) best = { shape, rank, price: found };
    }
  }
  return best;
}

// Pieces without length have no corners; more than these there may be.
function leastCorners({ from, to }: Ends, { right, level, left }: Shape): number {
  return Math.max(2, 6 - 2 * (Number(level === from[1]) + Number(level === to[1]) + Number(right === left)));
}

// Left, right, top and bottom of each, in a row: they are looked at for every piece of every shape.
function wallsOf(boxes: readonly Box[]): Float64Array {
  const walls = boxes.map((box) => grown(box, CLEAR));
  return Float64Array.from(walls.flatMap(({ x, y, width, height }) => [x, x + width, y, y + height]));
}

// What a line costs, or anything above `most`: hundreds of shapes are priced for an edge, most of them in vain.
function cost(corners: readonly Point[], walls: Float64Array, lanes: Lanes | null, most: number): number {
  let sum = corners.length * COST_OF.corner;
  for (let index = 1; index < corners.length; index += 1) sum += gap(corners[index - 1] ?? NOWHERE, corners[index] ?? NOWHERE);
  for (let index = 1; index < corners.length && sum <= most; index += 1) {
    const [one, other] = [corners[index - 1] ?? NOWHERE, corners[index] ?? NOWHERE];
    if (lanes) sum += COST_OF.shared * lanes.shared(one, other);
    // The ends touch their own steps by nature.
    const [left, right] = [Math.min(one[0], other[0]) + (index === 1 ? CLEAR + 1 : 0), Math.max(one[0], other[0]) - (index === corners.length - 1 ? CLEAR + 1 : 0)];
    const [top, bottom] = [Math.min(one[1], other[1]), Math.max(one[1], other[1])];
    for (let at = 0; at < walls.length && sum <= most; at += 4) if (walls[at]! < right + 0.5 && left < walls[at + 1]! && walls[at + 2]! < bottom + 0.5 && top < walls[at + 3]!) sum += COST_OF.hit;
  }
  return sum;
}

const gap = (one: Point, other: Point): number => Math.abs(one[0] - other[0]) + Math.abs(one[1] - other[1]);

function isShared(corners: readonly Point[], lanes: Lanes): boolean {
  return corners.some((corner, index) => index > 0 && lanes.shared(corners[index - 1] ?? corner, corner) > 0);
}

function cornersOf({ from, to }: Ends, { right, level, left }: Shape): readonly Point[] {
  return straightened([from, [right, from[1]], [right, level], [left, level], [left, to[1]], to]);
}

// Without points that are no corner.
function straightened(points: readonly Point[]): readonly Point[] {
  const apart = points.filter(([x, y], index) => index === 0 || x !== points[index - 1]?.[0] || y !== points[index - 1]?.[1]);
  return apart.filter(([x, y], index) => {
    const [before, after] = [apart[index - 1], apart[index + 1]];
    return !before || !after || !((before[0] === x && after[0] === x && (y - before[1]) * (after[1] - y) >= 0) || (before[1] === y && after[1] === y && (x - before[0]) * (after[0] - x) >= 0));
  });
}

// The middle of each piece, level ones first and long ones first; then a little beside it.
function spotsOf(corners: readonly Point[]): readonly Point[] {
  const pieces_ = corners.slice(1).map((to, index) => ({ from: corners[index] ?? to, to }));
  const length = ({ from, to }: (typeof pieces_)[number]): number => (from[1] === to[1] ? 2 : 1) * (Math.abs(to[0] - from[0]) + Math.abs(to[1] - from[1]));
  const ordered = [...pieces_].sort((one, other) => length(other) - length(one)).slice(0, 3);
  return [0.5, 0.35, 0.65, 0.2, 0.8].flatMap((share) => ordered.map(({ from, to }): Point => [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share]));
}

// A line of straight pieces with round corners.
function rounded(points: readonly Point[]): string {
  const bends = points.slice(1, -1).map((corner, index) => {
    const [before, after] = [points[index] ?? corner, points[index + 2] ?? corner];
    const [from, to] = [towards(corner, before), towards(corner, after)];
    return `L${from[0]},${from[1]}Q${corner[0]},${corner[1]} ${to[0]},${to[1]}`;
  });
  const [first, last] = [points[0] ?? [0, 0], points.at(-1) ?? [0, 0]];
  return `M${first[0]},${first[1]}${bends.join("")}L${last[0]},${last[1]}`;
}

function towards(from: Point, to: Point): Point {
  const far = Math.hypot(to[0] - from[0], to[1] - from[1]);
  const share = far === 0 ? 0 : Math.min(BEND, far / 2) / far;
  return [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share];
}

function span(points: readonly Point[]): Box {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}

const sameBox = (one: Box, other: Box): boolean => one.x === other.x && one.y === other.y && one.width === other.width && one.height === other.height;
