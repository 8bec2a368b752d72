// What makes drawing comfortable: where new steps stand, groups, lining up, the first sight, the order of Tab, Start's words.

import assert from "node:assert/strict";
import { test } from "node:test";
import ELK from "elkjs/lib/elk.bundled.js";
import { Editor } from "../../static/canvas/editor.ts";
import { boxesOf, grown } from "../../static/canvas/kernels/boxes.ts";
import { copied, pasted, readPaste } from "../../static/canvas/kernels/clipboard.ts";
import { groupAround, members, reframed, withMembers } from "../../static/canvas/kernels/groups.ts";
import { linedUp } from "../../static/canvas/kernels/guides.ts";
import { follow, freePorts, insertOn, onlyPort, putBeside, putNear } from "../../static/canvas/kernels/insert.ts";
import { firstSight } from "../../static/canvas/kernels/sight.ts";
import { boundsOf, startAt, startSize } from "../../static/canvas/kernels/sizes.ts";
import { startFields } from "../../static/canvas/kernels/startFields.ts";
import { inOrder } from "../../static/canvas/kernels/walk.ts";
import { graph, placed, placedAmong } from "../../static/canvas/layout/layout.ts";
import { move } from "../../static/canvas/changes/changes.ts";
import { type Drawing, START, notesOf } from "../../static/canvas/model/document.ts";
import type { Kind } from "../../static/canvas/model/kinds.ts";
import { readDrawing } from "../../static/canvas/model/read.ts";
import { drawing, guarded, kinds, step } from "./makers.ts";

const kind = (name: string): Kind => kinds.get(name)!;

function overlapping(of: Drawing): string[] {
  const boxes = boxesOf(of, kinds);
  return [...boxes.of].flatMap(([id, box]) => boxes.near(box).filter((other) => other !== box && other.x < box.x + box.width && box.x < other.x + other.width && other.y < box.y + box.height && box.y < other.y + other.height).map(() => id));
}

test("a hundred steps that are added at one place lie on no other one", () => {
  let now = guarded;
  for (let turn = 0; turn < 100; turn += 1) now = putNear(now, kinds, kind("verify.rules"), [480, 0]).change(now);
  assert.deepEqual(overlapping(now), []);
});

test("a step that follows a port, stands beside or goes onto an edge lies on no other one", () => {
  for (const made of [follow(guarded, kinds, kind("escalate.review"), { from: "review", port: "reject" }), putBeside(guarded, kinds, kind("verify.rules"), "check"), insertOn(guarded, kinds, kind("decide.rule"), guarded.edges[2]!)!]) {
    assert.deepEqual(overlapping(made.change(guarded)), []);
  }
});

test("where an edge was dropped a step stands just there, when nothing else does", () => {
  const made = follow(guarded, kinds, kind("outcome"), { from: "review", port: "reject" }, [800, 480]);
  assert.deepEqual(made.change(guarded).nodes.at(-1)!.at, [800, 480]);
});

test("a step is continued by its usual way out, or by the only free one, else by none", () => {
  const open = drawing([step("check", "verify.rules"), step("ask", "escalate.review"), step("end", "outcome")], ["start.out check", "ask.approve end"]);
  assert.deepEqual([START, "check", "ask", "end"].map((id) => onlyPort(open, kinds, id)), [null, "pass", null, null]);
  assert.equal(onlyPort(drawing(open.nodes, ["ask.approve end", "ask.reject end"]), kinds, "ask"), "overdue");
  assert.deepEqual(freePorts(open, kinds, "check"), ["pass", "fail", "unsure"]);
});

const grouped: Drawing = { ...guarded, notes: [{ id: "note1", text: "Outside", at: [440, -60], size: [280, 220], group: "teal" }, { id: "note2", text: "A word", at: [500, 120], size: [80, 24] }] };

test("a group holds what stands inside its frame, smaller groups and notes too", () => {
  assert.deepEqual([...members(grouped, kinds, "note1")].sort(), ["act", "note2"]);
  const nested: Drawing = { ...grouped, notes: [...notesOf(grouped), { id: "note3", text: "All", at: [200, -100], size: [800, 600], group: "grey" }] };
  assert.deepEqual([...withMembers(nested, kinds, new Set(["note3"]))].sort(), ["act", "check", "end", "note1", "note2", "note3", "review", "stopped"]);
  assert.deepEqual([...members(nested, kinds, "note2")], []);
});

test("a group is made around steps with room for its title, and each next one has another colour", () => {
  const note = groupAround(grouped, kinds, new Set(["check", "act"]));
  const box = boundsOf(grouped, kinds, new Set(["check", "act"]));
  assert.ok(note.at[0] < box.x && note.at[1] + 36 <= box.y && note.at[0] + note.size[0] > box.x + box.width && note.at[1] + note.size[1] > box.y + box.height);
  assert.deepEqual([note.id, note.group], ["note3", "teal"]);
});

test("a frame follows its steps when they are tidied", () => {
  const before: Drawing = { ...guarded, notes: [groupAround(guarded, kinds, new Set(["act"]))] };
  const after = reframed(before, kinds)(move(new Map([["act", [2_000, 800]]]))(before));
  assert.deepEqual([...members(after, kinds, "note1")], ["act"]);
});

test("a group is copied as JSON with its steps, and a group of an unknown colour is refused", () => {
  const parts = readPaste(copied(grouped, withMembers(grouped, kinds, new Set(["note1"]))));
  assert.ok(parts.ok);
  const into = pasted(grouped, parts.value, [0, 900]);
  assert.ok(into.ok);
  assert.equal(notesOf(into.value.change(grouped)).filter((note) => note.group === "teal").length, 2);
  assert.equal(readDrawing({ ...guarded, notes: [{ ...notesOf(grouped)[0], group: "pink" }] }).ok, false);
});

test("an expression that names a step in brackets follows it too", () => {
  const of = drawing([step("a", "execute.wait"), step("b", "execute.transform", 0, 0, { config: { output: { x: "steps[\"a\"].output + steps.a.output" } } })], []);
  const parts = readPaste(copied(of, new Set(["a", "b"])));
  assert.ok(parts.ok);
  const into = pasted(of, parts.value, null);
  assert.ok(into.ok);
  assert.deepEqual(into.value.change(of).nodes[3]!.config, { output: { x: "steps[\"a_2\"].output + steps.a_2.output" } });
});

test("a part that comes close to another one's line takes it, and the line is shown", () => {
  const boxes = boxesOf(guarded, kinds);
  const own = boxes.of.get("end")!;
  const near = linedUp({ ...own, x: 900, y: 4 }, boxes, (other) => other !== own);
  assert.deepEqual(near.at, [900, 0]);
  assert.ok(near.guides.every(({ from, to }) => from[1] === to[1]) && near.guides.length > 0);
  assert.deepEqual(linedUp({ ...own, x: 1_500, y: 133 }, boxes, (other) => other !== own), { at: [1_500, 133], guides: [] });
});

test("a small drawing is opened whole, a large one at its beginning and so that it can be read", () => {
  const room = { width: 1_056, height: 624 };
  const small = firstSight({ x: 0, y: 0, width: 900, height: 400 }, [0, 100], room);
  assert.ok(small.zoom === 1 && small.x > 0 && small.x + 900 < room.width && small.y > 0 && small.y + 400 < room.height);
  const large = firstSight({ x: -100, y: 0, width: 12_000, height: 8_000 }, [-100, 4_000], room);
  assert.ok(large.zoom >= 0.6);
  assert.ok(-100 * large.zoom + large.x > 0 && Math.abs(4_030 * large.zoom + large.y - room.height / 2) < 1);
});

test("Tab goes through the steps as cases do, then to what nothing leads to", () => {
  const loose: Drawing = { ...guarded, nodes: [step("alone", "outcome", 0, 900), ...guarded.nodes], notes: [{ id: "note1", text: "", at: [0, 800], size: [96, 48] }] };
  assert.deepEqual(inOrder(loose, kinds), [START, "check", "act", "review", "end", "stopped", "note1", "alone"]);
});

test("Start says what a case brings along, in words", () => {
  const input = { type: "object", required: ["mail"], properties: { mail: { type: "string", format: "email" }, seats: { type: ["integer", "null"] }, plan: { enum: ["a", "b"] }, any: true, mixed: { type: ["string", "integer"] } } };
  assert.deepEqual(startFields(input).map(({ says }) => says), ["mail address", "whole number", "a choice", "anything", "text or whole number"]);
  assert.deepEqual(startFields(input).filter((field) => field.needed).map(({ name }) => name), ["mail"]);
  assert.ok(startSize({ ...guarded, input })[1] > startSize(guarded)[1]);
  assert.deepEqual(startFields({}), []);
});

test("what nothing leads to is tidied to the right of Start", async () => {
  const loose = { ...guarded, nodes: [...guarded.nodes, step("alone", "verify.rules", 0, 0)] };
  const places = placed(loose, await new ELK().layout(graph(loose, kinds)));
  const [check, alone] = [places.get("check")!, places.get("alone")!];
  assert.equal(check[0], alone[0]);
  assert.ok(startAt(move(places)(loose))[0] < alone[0]);
});

test("of tidied steps nothing else moves, and they keep their corner", async () => {
  const only = new Set(["act", "end"]);
  const places = placedAmong(guarded, await new ELK().layout(graph(guarded, kinds, only)));
  assert.deepEqual([...places.keys()].sort(), ["act", "end"]);
  assert.deepEqual([Math.min(...[...places.values()].map(([x]) => x)), Math.min(...[...places.values()].map(([, y]) => y))], [480, 0]);
});

test("what stands near is found once, however large it is", () => {
  const boxes = boxesOf(guarded, kinds);
  const near = boxes.near(grown(boxes.of.get("act")!, 3_000));
  assert.equal(new Set(near).size, near.length);
  assert.equal(near.length, boxes.of.size);
});

test("an offer to undo goes with the next edit, which it would take back instead", () => {
  const editor = new Editor();
  editor.set({ drawing: guarded, kinds });
  editor.edit((so) => ({ ...so, nodes: so.nodes.slice(1) }));
  editor.tell("Deleted.", "plain", { label: "Undo", run: () => editor.undo() });
  editor.edit((so) => ({ ...so, nodes: so.nodes.slice(1) }));
  assert.equal(editor.now.notice, null);
  editor.tell("Tidied.", "plain", { label: "Undo", run: () => editor.undo() });
  editor.undo();
  assert.deepEqual([editor.now.notice, editor.now.drawing.nodes.length, editor.now.said], [null, guarded.nodes.length - 1, "Undone."]);
});

test("what the server could not keep is not pasted", () => {
  const text = (step: object): string => JSON.stringify({ format: "interlock-selection/1", nodes: [{ id: "a", kind: "outcome", ...step }] });
  assert.ok(readPaste(text({ timeout_s: 30, retry: { attempts: 2 } })).ok);
  for (const step of [{ timeout_s: 1e308 }, { retry: { attempts: 1.5 } }, { config: { "x\u0000": 1 } }]) assert.equal(readPaste(text(step)).ok, false);
});
