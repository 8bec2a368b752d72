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
  private readonly pieces = new Map<string, Piece[]>();

  take(corners: readonly Point[]): void {
    for (let index = 1; index < corners.length; index += 1) {
      const { axis, piece } = asPiece(corners[index - 1] ?? [0, 0], corners[index] ?? [0, 0]);
      const key = `${axis}${Math.round(piece.at / BUCKET)}`;
      (this.pieces.get(key) ?? this.pieces.set(key, []).get(key)!).push(piece);
    }
  }

  // How many lines it would run along, closer than one can tell apart.
  shared(one: Point, other: Point): number {
    const { axis, piece } = asPiece(one, other);
    const bucket = Math.round(piece.at / BUCKET);
    let count = 0;
    for (const key of [bucket - 1, bucket, bucket + 1]) {
      for (const taken of this.pieces.get(`${axis}${key}`) ?? []) {
        const along = Math.min(taken.to, piece.to) - Math.max(taken.from, piece.from);
        if (Math.abs(taken.at - piece.at) < BUCKET && along > LEAST) count += 1;
      }
    }
    return count;
  }
}

function asPiece(one: Point, other: Point): { axis: string; piece: Piece } {
  const axis = one[0] === other[0] ? 0 : 1;
  const along = axis === 0 ? 1 : 0;
  return { axis: String(axis), piece: { at: one[axis], from: Math.min(one[along], other[along]), to: Math.max(one[along], other[along]) } };
}
