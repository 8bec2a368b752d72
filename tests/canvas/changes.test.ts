// Edits and history.

import assert from "node:assert/strict";
import { test } from "node:test";
import { addNote, move, removeParts, setNote, setStep, shift } from "../../static/canvas/changes/changes.ts";
import { FRESH, STEPS, recorded, redone, undone } from "../../static/canvas/changes/history.ts";
import type { Drawing } from "../../static/canvas/model/document.ts";
import { partsMaker, waysMaker } from "../../static/canvas/view/parts.ts";
import { guarded, kinds } from "./makers.ts";

test("no edit changes the drawing it began with", () => {
  const before = JSON.stringify(guarded);
  for (const change of [setStep("act", { name: "x" }), move(new Map([["act", [1, 1]]])), removeParts(new Set(["act"])), addNote({ id: "n", text: "", at: [0, 0], size: [9, 9] })]) change(guarded);
  assert.equal(JSON.stringify(guarded), before);
});

test("a field that is taken away is written no more", () => {
  assert.equal("name" in setStep("act", { name: undefined })(guarded).nodes[1]!, false);
});

test("moving something to where it is changes nothing at all", () => {
  assert.equal(move(new Map([["act", [480, 0]]]))(guarded), guarded);
  assert.equal(shift(new Set(["act"]), [0, 0])(guarded), guarded);
});

test("a drawing without notes has no field for them", () => {
  const noted = addNote({ id: "n", text: "", at: [0, 0], size: [9, 9] })(guarded);
  assert.equal(setNote("n", { text: "Mind this" })(noted).notes![0]!.text, "Mind this");
  assert.equal("notes" in removeParts(new Set(["n"]))(noted), false);
});

const numbered = (number: number): Drawing => ({ ...guarded, input: { number } });

test("two hundred steps can be undone and done again", () => {
  let [history, now] = [FRESH, numbered(0)];
  for (let number = 1; number <= STEPS + 50; number += 1) [history, now] = [recorded(history, now, "", number * 10_000), numbered(number)];
  for (let turn = 0; turn < STEPS; turn += 1) {
    const back = undone(history, now)!;
    [history, now] = [back.history, back.drawing];
  }
  assert.deepEqual(now.input, { number: 50 });
  assert.equal(undone(history, now), null);
  for (let turn = 0; turn < STEPS; turn += 1) {
    const on = redone(history, now)!;
    [history, now] = [on.history, on.drawing];
  }
  assert.deepEqual(now.input, { number: STEPS + 50 });
});

test("typing into a field is one step, and a new edit ends what could be redone", () => {
  let history = recorded(FRESH, numbered(0), "name act", 0);
  history = recorded(history, numbered(1), "name act", 500);
  history = recorded(history, numbered(2), "name end", 900);
  assert.equal(history.past.length, 2);
  const back = undone(history, numbered(3))!;
  assert.equal(recorded(back.history, back.drawing, "", 1_000).future.length, 0);
});

test("only what changed is drawn anew", () => {
  const toParts = partsMaker();
  const shown = { drawing: guarded, kinds, selected: new Set<string>(), dragged: null };
  const before = toParts(shown);
  const dragged = toParts({ ...shown, dragged: new Map([["act", [8, 8]]]) });
  assert.deepEqual(dragged.map((part, index) => part === before[index]), before.map((part) => part.id !== "act"));
  assert.deepEqual(toParts(shown), before);
  const renamed = toParts({ ...shown, drawing: setStep("act", { name: "x" })(guarded) });
  assert.deepEqual(renamed.filter((part, index) => part !== before[index]).map((part) => part.id), ["act"]);
});

test("an edge that leads nowhere is not drawn", () => {
  const torn = { ...guarded, nodes: guarded.nodes.filter((step) => step.id !== "end") };
  assert.equal(waysMaker()(torn, null).length, guarded.edges.length - 1);
});
