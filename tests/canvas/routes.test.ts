// The lines of edges: around steps, apart from each other, loops outside of what they span, words on nothing else.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { boxesOf, grown, touches } from "../../static/canvas/kernels/boxes.ts";
import { type Line, draggedLine, labelOf, labelWidth, lineOf, linesOf, turnsOf } from "../../static/canvas/kernels/routes.ts";
import type { Box } from "../../static/canvas/kernels/sizes.ts";
import { type Drawing, type Point, START } from "../../static/canvas/model/document.ts";
import { drawing, guarded, kinds, step } from "./makers.ts";

const GALLERY = ["lead_qualification", "support_triage", "claims_intake", "invoice_approval", "content_moderation", "data_clean_up", "customer_complaints"];
const gallery = (name: string): Drawing => {
  const read = JSON.parse(readFileSync(`builder/gallery/${name}.json`, "utf8")) as Drawing & { document?: Drawing };
  return read.document ?? read;
};

const between = (one: Point, other: Point): Box => ({ x: Math.min(one[0], other[0]), y: Math.min(one[1], other[1]), width: Math.abs(one[0] - other[0]), height: Math.abs(one[1] - other[1]) });
const piecesOf = (line: Line): Box[] => line.corners.slice(1).map((corner, index) => between(line.corners[index]!, corner));

// The steps that a line runs over; a curve is only drawn where it runs over none.
function struck(of: Drawing, id: string): string[] {
  const line = linesOf(of, kinds).get(id)!;
  return [...boxesOf(of, kinds).of].filter(([, box]) => piecesOf(line).some((piece) => touches(grown(box, -2), piece))).map(([name]) => name);
}

const row = (count: number, ways: readonly string[]): Drawing => drawing(Array.from({ length: count }, (_, index) => step(`s${index}`, "verify.rules", 240 + index * 256, 80)), ways);

test("an edge with nothing in its way is a curve", () => {
  const line = linesOf(row(2, ["start.out s0", "s0.pass s1"]), kinds).get("e2")!;
  assert.match(line.path, /^M[\d.,-]+C/);
});

test("an edge is led around the steps between its ends", () => {
  const of = row(5, ["start.out s0", "s0.pass s1", "s0.fail s4", "s0.unsure s3"]);
  for (const id of ["e3", "e4"]) {
    assert.ok(linesOf(of, kinds).get(id)!.corners.length > 2);
    assert.deepEqual(struck(of, id), []);
  }
});

test("two lines around the same steps run beside each other", () => {
  const of = row(5, ["start.out s0", "s0.pass s4", "s0.fail s4", "s0.unsure s4"]);
  const levels = ["e2", "e3", "e4"].map((id) => piecesOf(linesOf(of, kinds).get(id)!).sort((one, other) => other.width - one.width)[0]!.y);
  assert.equal(new Set(levels).size, 3);
});

test("a loop goes back above or below everything that it comes from and leads to", () => {
  const of = row(3, ["start.out s0", "s0.pass s1", "s1.pass s2", "s1.fail s0 loop", "s2.fail s0 loop"]);
  for (const id of ["e4", "e5"]) {
    const { corners } = linesOf(of, kinds).get(id)!;
    const level = piecesOf(linesOf(of, kinds).get(id)!).sort((one, other) => other.width - one.width)[0]!.y;
    assert.ok(level < 80 || level > 212, `${level}`);
    assert.ok(corners.at(-1)![0] === 240);
    assert.deepEqual(struck(of, id), []);
  }
});

test("a step that goes back to itself has a loop that can be seen", () => {
  const of = row(2, ["start.out s0", "s0.pass s1", "s0.fail s0 loop"]);
  assert.deepEqual(struck(of, "e3"), []);
});

test("an edge to the left that is no loop goes around its own steps too", () => {
  const of = drawing([step("a", "verify.rules", 800, 80), step("b", "outcome", 240, 96)], ["start.out a", "a.pass b"]);
  assert.deepEqual(struck(of, "e2"), []);
});

test("the gallery's steps stand on no other ones", () => {
  for (const name of GALLERY) {
    const boxes = [...boxesOf(gallery(name), kinds).of];
    for (const [index, [id, box]] of boxes.entries()) assert.deepEqual(boxes.slice(index + 1).filter(([, other]) => touches(box, other)).map(([each]) => each), [], `${name}: ${id}`);
  }
});

test("the gallery's edges run over no step", () => {
  for (const name of GALLERY) {
    const of = gallery(name);
    for (const edge of of.edges) assert.deepEqual(struck(of, edge.id).filter((id) => id !== edge.from && id !== edge.to), [], `${name}: ${edge.from}.${edge.port} to ${edge.to}`);
  }
});

test("what an edge says stands on no step and on no other words", () => {
  for (const of of [...GALLERY.map(gallery), row(4, ["start.out s0", "s0.pass s1", "s1.pass s2", "s1.fail s0 loop", "s2.fail s0 loop", "s3.fail s0 loop"])]) {
    const turns = turnsOf(of);
    const signs = of.edges.filter((edge) => turns.has(edge.id)).map((edge): Box => {
      const [[x, y], width] = [linesOf(of, kinds).get(edge.id)!.label, labelWidth(labelOf(edge, turns.get(edge.id)!))];
      return { x: x - width / 2, y: y - 10, width, height: 20 };
    });
    for (const [index, sign] of signs.entries()) {
      assert.ok(boxesOf(of, kinds).isFree(sign), JSON.stringify(sign));
      assert.deepEqual(signs.slice(index + 1).filter((other) => touches(sign, other)), [], JSON.stringify([sign, of.edges.length, signs]));
    }
  }
});

test("a loop and its way out say how often they are taken", () => {
  const edge = { id: "e1", from: "a", port: "fail", to: "b" };
  assert.equal(labelOf({ ...edge, loop: { max: 3 } }, 3), "↻ at most 3 times");
  assert.equal(labelOf({ ...edge, after_loop: "e2" }, 1), "after once");
  assert.equal(labelOf(edge, 0), "");
});

test("what has not moved is the same line again", () => {
  const before = linesOf(guarded, kinds);
  const renamed = { ...guarded, nodes: guarded.nodes.map((each) => ({ ...each, name: "another" })) };
  assert.equal(linesOf(renamed, kinds), before);
  const moved = { ...guarded, nodes: guarded.nodes.map((each) => (each.id === "end" ? { ...each, at: [760, 40] as const } : each)) };
  const after = linesOf(moved, kinds);
  assert.equal(after.get("e1"), before.get("e1"));
  assert.notEqual(after.get("e8"), before.get("e8"));
});

test("an edge follows its dragged end", () => {
  const line = draggedLine(guarded, kinds, guarded.edges[1]!, [432, 71], [900, 400]);
  assert.deepEqual([line.from, line.to], [[432, 71], [900, 400]]);
});

test("of thousands of edges each is led alone, and stays the same line while nothing moves", () => {
  const nodes = Array.from({ length: 2_000 }, (_, index) => step(`n${index}`, "verify.rules", (index % 50) * 256, Math.floor(index / 50) * 200));
  const large = drawing(nodes, nodes.flatMap((_, index) => [`${index ? `n${index - 1}.pass` : `${START}.out`} n${index}`, ...(index % 3 === 1 && index + 50 < 2_000 ? [`n${index}.fail n${index + 50}`] : [])]));
  const [edge, other] = [large.edges[2]!, large.edges[900]!];
  const before = lineOf(large, kinds, edge)!;
  assert.ok(before.corners.length > 2);
  assert.equal(lineOf({ ...large, input: { type: "object" } }, kinds, edge), before);
  const moved = { ...large, nodes: large.nodes.map((each) => (each.id === edge.to ? { ...each, at: [0, -400] as const } : each)) };
  assert.equal(lineOf(moved, kinds, other), lineOf(large, kinds, other));
  assert.notEqual(lineOf(moved, kinds, edge), before);
});

test("a line that is kept is the one that would be led anew, also where hundreds of edges are led alone", () => {
  const ways = Array.from({ length: 620 }, (_, index) => `s${(index * 7) % 200}.${["pass", "fail", "unsure"][index % 3]} s${(index * 13 + 5) % 200}`);
  const steps = Array.from({ length: 200 }, (_, index) => step(`s${index}`, "verify.rules", 240 + (index % 14) * 256, 80 + Math.floor(index / 14) * 200));
  const whole = drawing(steps, ways);
  const moved = (id: string, by: number): Drawing => ({ ...whole, nodes: whole.nodes.map((each) => (each.id === id ? { ...each, at: [each.at![0] + by, each.at![1] + by] as Point } : each)) });
  const without = (id: string): Drawing => ({ ...whole, nodes: whole.nodes.filter((each) => each.id !== id), edges: whole.edges.filter((edge) => edge.from !== id && edge.to !== id) });
  let kept = 0;
  const before = new Map(whole.edges.map((edge) => [edge.id, lineOf(whole, kinds, edge)]));
  for (const now of [moved("s17", 64), without("s100"), moved("s199", -120), whole]) {
    const fresh = structuredClone(now);
    for (const [index, edge] of now.edges.entries()) {
      const line = lineOf(now, kinds, edge);
      assert.deepEqual(line, lineOf(fresh, kinds, fresh.edges[index]!));
      kept += Number(line === before.get(edge.id));
    }
  }
  assert.ok(kept > whole.edges.length);
});
