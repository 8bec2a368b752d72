// Connecting, inserting, deleting, pasting, aligning, searching, walking, repairing: data in, drawings out.

import assert from "node:assert/strict";
import { test } from "node:test";
import { connect, makeLoop, targets, unmakeLoop, verdict } from "../../static/canvas/kernels/connect.ts";
import { align } from "../../static/canvas/kernels/align.ts";
import { copied, pasted, readPaste, rename } from "../../static/canvas/kernels/clipboard.ts";
import { removeHealing } from "../../static/canvas/kernels/heal.ts";
import { fitting, follow, insertOn } from "../../static/canvas/kernels/insert.ts";
import { search } from "../../static/canvas/kernels/search.ts";
import { neighbour } from "../../static/canvas/kernels/walk.ts";
import type { Drawing } from "../../static/canvas/model/document.ts";
import type { Kind } from "../../static/canvas/model/kinds.ts";
import { drawing, guarded, kinds, step, ways } from "./makers.ts";

const kind = (name: string): Kind => kinds.get(name)!;
const loops = drawing([step("draft", "execute.prompt"), step("judge", "verify.judge"), step("send", "execute.email"), step("ask", "escalate.review")], ["start.out draft", "draft.done judge", "judge.pass send", "judge.fail ask"]);

test("an edge that goes back becomes a loop, and its neighbour the way out", () => {
  const after = connect({ from: "judge", port: "fail" }, "draft", kinds)(loops);
  assert.ok(ways(after).includes("judge.fail draft loop"));
  assert.ok(ways(after).includes("judge.fail ask after e5"));
});

test("a second edge beside a loop becomes its way out", () => {
  const bare = { ...loops, edges: loops.edges.filter((edge) => edge.to !== "ask") };
  const looped = connect({ from: "judge", port: "fail" }, "draft", kinds)(bare);
  const after = connect({ from: "judge", port: "fail" }, "ask", kinds)(looped);
  assert.match(ways(after).at(-1) ?? "", /^judge\.fail ask after e\d+$/);
});

test("nothing leads to Start, twice to the same step, or from a port that is not there", () => {
  for (const [origin, to] of [[{ from: "judge", port: "fail" }, "start"], [{ from: "judge", port: "fail" }, "ask"], [{ from: "judge", port: "maybe" }, "send"], [{ from: "judge", port: "fail" }, "nobody"]] as const) {
    assert.equal(verdict(loops, kinds, origin, to).ok, false);
  }
});

test("a loop may only lead to a step that every case has passed", () => {
  const split = drawing([step("a", "decide.rule"), step("b", "execute.wait"), step("c", "verify.rules")], ["start.out a", "a.yes b", "a.no c", "b.done c"]);
  assert.deepEqual([...targets(split, kinds, { from: "c", port: "fail" })].sort(), ["a", "c"]);
});

test("making a loop by hand and unmaking it gives the drawing back", () => {
  const circle = drawing(loops.nodes, ["start.out draft", "draft.done judge", "judge.fail draft", "judge.fail ask"]);
  const made = makeLoop("e3")(circle);
  assert.deepEqual(ways(made).slice(2), ["judge.fail draft loop", "judge.fail ask after e3"]);
  assert.deepEqual(ways(unmakeLoop("e3")(made)), ways(circle));
});

test("a deleted step is healed over, but a doubt is never led past a judgement", () => {
  const { change, joined } = removeHealing(guarded, new Set(["review"]), kinds);
  assert.equal(joined, 0);
  assert.deepEqual(ways(change(guarded)), ["start.out check", "check.pass act", "act.done end"]);
  const plain = removeHealing(guarded, new Set(["check"]), kinds);
  assert.ok(ways(plain.change(guarded)).includes("start.out act"));
});

test("several steps in a row are healed over as one", () => {
  const row = drawing([step("a", "execute.wait"), step("b", "execute.wait"), step("c", "outcome")], ["start.out a", "a.done b", "b.done c"]);
  assert.deepEqual(ways(removeHealing(row, new Set(["a", "b"]), kinds).change(row)), ["start.out c"]);
});

test("deleting a loop's edge frees its way out", () => {
  const looped = connect({ from: "judge", port: "fail" }, "draft", kinds)(loops);
  const { change } = removeHealing(looped, new Set(["draft"]), kinds);
  assert.ok(ways(change(looped)).includes("judge.fail ask"));
});

test("a step is inserted on an edge, and what stands in the way moves aside", () => {
  const made = insertOn(guarded, kinds, kind("execute.wait"), guarded.edges[1]!)!;
  const after = made.change(guarded);
  assert.ok(ways(after).includes(`check.pass ${made.id}`));
  assert.ok(ways(after).includes(`${made.id}.done act`));
  const at = new Map(after.nodes.map((each) => [each.id, each.at![0]]));
  assert.ok(at.get("check")! + 192 < at.get(made.id)! && at.get(made.id)! + 192 < at.get("act")!);
  assert.equal(at.get("check"), 240);
});

test("nothing is inserted on an edge that goes back", () => {
  const looped = connect({ from: "judge", port: "fail" }, "draft", kinds)(loops);
  assert.equal(insertOn(looped, kinds, kind("execute.wait"), looped.edges.at(-1)!), null);
});

test("what follows a port stands free to the right of it", () => {
  const first = follow(loops, kinds, kind("outcome"), { from: "ask", port: "approve" });
  const second = follow(first.change(loops), kinds, kind("outcome"), { from: "ask", port: "reject" });
  const after = second.change(first.change(loops));
  const [one, other] = after.nodes.slice(-2).map((each) => each.at!);
  assert.ok(one![0] > 192 && Math.abs(one![1] - other![1]) > 40);
});

test("after a doubt a person comes first, after a step of work a check", () => {
  assert.equal(fitting(kinds, "unsure", "verify")[0]!.family, "escalate");
  assert.equal(fitting(kinds, "done", "execute")[0]!.family, "verify");
});

test("what was copied can be read by people, and pastes with new ids that point at each other", () => {
  const read_ = drawing([step("a", "execute.transform", 0, 0, { config: { output: { x: "input" } } }), step("b", "execute.transform", 240, 0, { config: { output: { y: "steps.a.output.x + steps.other.output" } } })], ["a.done b"]);
  const text = copied(read_, new Set(["a", "b"]));
  assert.match(text, /\n {4}\{\n {6}"id": "a"/);
  const parts = readPaste(text);
  assert.ok(parts.ok);
  const placed = pasted(read_, parts.value, null);
  assert.ok(placed.ok);
  const after = placed.value.change(read_);
  assert.deepEqual(after.nodes.map((each) => each.id), ["a", "b", "a_2", "b_2"]);
  assert.equal((after.nodes[3]!.config as { output: { y: string } }).output.y, "steps.a_2.output.x + steps.other.output");
  assert.equal(ways(after).at(-1), "a_2.done b_2");
});

test("pasting the same parts a hundred times keeps every id apart", () => {
  const parts = readPaste(copied(guarded, new Set(guarded.nodes.map((each) => each.id))));
  assert.ok(parts.ok);
  let now: Drawing = guarded;
  for (let turn = 0; turn < 100; turn += 1) {
    const placed = pasted(now, parts.value, [turn, 0]);
    assert.ok(placed.ok);
    now = placed.value.change(now);
  }
  assert.equal(new Set(now.nodes.map((each) => each.id)).size, now.nodes.length);
  assert.equal(new Set(now.edges.map((each) => each.id)).size, now.edges.length);
});

test("more than a drawing holds is not pasted", () => {
  const full = drawing(Array.from({ length: 1999 }, (_, index) => step(`n${index}`, "outcome")), []);
  assert.equal(pasted(full, { nodes: [step("a", "outcome"), step("b", "outcome")], edges: [], notes: [] }, null).ok, false);
});

test("a step with another id is still read by the others", () => {
  const before = drawing([step("a", "execute.wait"), step("b", "execute.prompt", 0, 0, { config: { context: "a", prompt: "{{ steps.a.output }} steps.ab" } })], ["a.done b"]);
  const after = rename("a", "waited")(before);
  assert.deepEqual(after.nodes[1]!.config, { context: "waited", prompt: "{{ steps.waited.output }} steps.ab" });
  assert.deepEqual(ways(after), ["waited.done b"]);
});

test("steps are lined up and spread evenly", () => {
  const loose = drawing([step("a", "outcome", 0, 0), step("b", "outcome", 104, 80), step("c", "outcome", 400, 16)], []);
  const ids = new Set(["a", "b", "c"]);
  assert.deepEqual(align(loose, ids, "top", kinds)(loose).nodes.map((each) => each.at![1]), [0, 0, 0]);
  assert.deepEqual(align(loose, ids, "across", kinds)(loose).nodes.map((each) => each.at![0]), [0, 200, 400]);
});

test("search finds names before configurations", () => {
  const some = drawing([step("a", "execute.wait", 0, 0, { config: { until: "review" } }), step("b", "outcome", 0, 0, { name: "Review" })], []);
  assert.deepEqual(search(some, "REVIEW", kinds), ["b", "a"]);
});

test("arrow keys follow the edges, and go to the nearest step where there is none", () => {
  assert.equal(neighbour(guarded, "start", "right"), "check");
  assert.equal(neighbour(guarded, "act", "left"), "check");
  assert.equal(neighbour(guarded, "act", "down"), "review");
  assert.equal(neighbour(guarded, "end", "right"), "end");
});
