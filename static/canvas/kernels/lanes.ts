// Which straight pieces of edges lie where already, so that a later one takes the lane beside instead of running on them.

import type { Point } from "../model/document.ts";

const BUCKET = 8;
const LEAST = 28;

interface Piece {
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

export class Lanes {
  private readonly upright = new Map<number, Piece[]>();
  private readonly level = new Map<number, Piece[]>();

  take(corners: readonly Point[]): void {
    for (let index = 1; index < corners.length; index += 1) {
      const [one, other] = [corners[index - 1] ?? NOWHERE, corners[index] ?? NOWHERE];
      const [axis, along, lanes] = one[0] === other[0] ? ([0, 1, this.upright] as const) : ([1, 0, this.level] as const);
      const piece = { at: one[axis], from: Math.min(one[along], other[along]), to: Math.max(one[along], other[along]) };
      const bucket = Math.round(piece.at / BUCKET);
      (lanes.get(bucket) ?? lanes.set(bucket, []).get(bucket)!).push(piece);
    }
  }

  // How many lines it would run along, closer than one can tell apart. Asked thousands of times: it makes nothing anew.
  shared(one: Point, other: Point): number {
    const isUpright = one[0] === other[0];
    const [axis, along] = isUpright ? [0, 1] as const : [1, 0] as const;
    const [at, from, to] = [one[axis], Math.min(one[along], other[along]), Math.max(one[along], other[along])];
    const [lanes, bucket] = [isUpright ? this.upright : this.level, Math.round(at / BUCKET)];
    let count = 0;
    for (let key = bucket - 1; key <= bucket + 1; key += 1) {
      for (const taken of lanes.get(key) ?? NONE) {
        if (Math.abs(taken.at - at) < BUCKET && Math.min(taken.to, to) - Math.max(taken.from, from) > LEAST) count += 1;
      }
    }
    return count;
  }
}

const NOWHERE: Point = [0, 0];
const NONE: readonly Piece[] = [];
