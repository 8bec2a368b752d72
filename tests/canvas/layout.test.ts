// What the layout is asked, and what is made of its answer; the layout itself is elkjs's.

import assert from "node:assert/strict";
import { test } from "node:test";
import ELK from "elkjs/lib/elk.bundled.js";
import { graph, placed } from "../../static/canvas/layout/layout.ts";
import { sizeOf } from "../../static/canvas/kernels/sizes.ts";
import { guarded, kinds } from "./makers.ts";

test("a tidied drawing goes from left to right, without steps on top of each other", async () => {
  const heap = { ...guarded, nodes: guarded.nodes.map((step) => ({ ...step, at: [0, 0] as const })) };
  const places = placed(heap, await new ELK().layout(graph(heap, kinds)));
  const [check, act, end] = ["check", "act", "end"].map((id) => places.get(id)!);
  assert.ok(check![0] + 192 < act![0] && act![0] + 192 < end![0]);
  assert.equal(check![1], act![1]);
  const boxes = heap.nodes.map((step) => ({ at: places.get(step.id)!, size: sizeOf(step, kinds) }));
  const apart = boxes.every((one, index) => boxes.slice(index + 1).every((other) => one.at[0] + one.size[0] <= other.at[0] || other.at[0] + other.size[0] <= one.at[0] || one.at[1] + one.size[1] <= other.at[1] || other.at[1] + other.size[1] <= one.at[1]));
  assert.ok(apart);
});

test("a note goes along with the step that it stands by", async () => {
  const noted = { ...guarded, notes: [{ id: "note1", text: "", at: [490, 90] as const, size: [240, 72] as const }] };
  const places = placed(noted, await new ELK().layout(graph(noted, kinds)));
  const act = places.get("act")!;
  assert.deepEqual(places.get("note1"), [act[0] + 8, act[1] + 88]);
});
