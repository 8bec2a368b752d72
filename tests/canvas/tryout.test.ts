// A try-out that is moved along: one at a time, refused without losing the one before, answered, stopped, put out.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

const kept = new Map<string, string>();
class Line extends EventTarget {
  static readonly open: Line[] = [];
  constructor(readonly url: string) {
    super();
    Line.open.push(this);
  }
  close(): void {}
  say(type: string, node: string | null, data: object = {}): void {
    this.dispatchEvent(Object.assign(new Event("message"), { data: JSON.stringify({ type: "event", event: { seq: (seq += 1), at: "2026-03-02T09:00:00Z", type, node, visit: 1, data } }) }));
  }
  breaks(code: number): void {
    this.dispatchEvent(Object.assign(new Event("close"), { code }));
  }
}
let seq = 0;
Object.assign(globalThis, {
  localStorage: { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value), removeItem: (key: string) => kept.delete(key) },
  WebSocket: Line, location: { protocol: "http:", host: "here" }, requestAnimationFrame: (what: () => void) => what(),
});
const { editor } = await import("../../static/canvas/editor.ts");
const trying = await import("../../static/canvas/live/trying.ts");
const { NO_TRIAL } = await import("../../static/canvas/live/trial.ts");
const { guarded } = await import("./makers.ts");
type Api = Parameters<typeof trying.prepare>[0];

const yes = <T>(value: T) => ({ ok: true as const, value, etag: "" });
const no = (detail: string, errors: { code: string; path: string; message: string }[] = []) => ({ ok: false as const, status: 422, code: "invalid", detail, errors, who: "", current: "" });
let asked: [string, unknown][] = [];
let refuses: ReturnType<typeof no> | null = null;
let runs = 0;
const api: Api = {
  cases: async () => yes({ samples: [], runs: [] }), keep: async () => no(""), throwAway: async () => yes(null),
  begin: async (what) => (asked.push(["begin", what]), refuses ?? yes({ run: `r${(runs += 1)}`, pinned: [] })),
  answer: async (run, reply) => (asked.push(["answer", reply]), refuses ?? yes({ run })),
  cancel: async (run) => (asked.push(["cancel", run]), yes({})),
  run: async (id) => yes({ id, input: { email: "past@example.org" }, steps: [{ node: "check", visit: 1, why: "It holds." }] }),
};
const line = (): Line => Line.open.at(-1)!;
const said = (what: string): unknown[] => asked.filter(([name]) => name === what).map(([, with_]) => with_);

beforeEach(() => {
  trying.clear();
  [asked, refuses, runs, seq] = [[], null, 0, 0];
  kept.clear();
  editor.set({ drawing: guarded, trial: NO_TRIAL, pins: new Map(), sample: null });
  trying.prepare(api, "leads");
});

test("what is on the screen is tried on the case that was chosen, with the pins", async () => {
  trying.pin("check", { port: "pass", output: null });
  await trying.choose({ is: "run", id: "past" });
  await trying.begin();
  assert.deepEqual(said("begin"), [{ document: guarded, pins: new Map([["check", { port: "pass", output: null }]]), insist: false, input: { email: "past@example.org" } }]);
  line().say("step.finished", "check", { port: "pass" });
  assert.equal(editor.now.overlay.steps.get("check")?.state, "done");
  line().say("run.finished", "end", { outcome: "end" });
  assert.equal(editor.now.trial.phase, "ended");
});

test("where effects are let out every step runs, pinned or not", async () => {
  trying.pin("check", { port: "pass", output: null });
  await trying.begin({ insist: true });
  assert.deepEqual(said("begin"), [{ document: guarded, pins: new Map(), insist: true, input: null }]);
  assert.equal(editor.now.pins.size, 1);
});

test("who starts another one stops the one before, and hears nothing of it any more", async () => {
  await trying.begin();
  const first = line();
  await trying.begin();
  assert.deepEqual(said("cancel"), ["r1"]);
  first.say("step.finished", "check", { port: "pass" });
  assert.equal(editor.now.trial.run, "r2");
  assert.equal(editor.now.trial.story.visits.size, 0);
});

test("a try-out that is refused says why, and leaves the one before as it was", async () => {
  await trying.begin();
  line().say("step.started", "check");
  refuses = no("The case does not fit.", [{ code: "invalid", path: "/input/email", message: "“email” is needed." }]);
  await trying.begin();
  const { trial } = editor.now;
  assert.deepEqual([trial.run, trial.phase, trial.hindrance?.detail, trial.story.visits.size], ["r1", "under way", "The case does not fit.", 1]);
  assert.deepEqual(said("cancel"), []);
});

test("a run goes on from a step with what the last one gave, and a text that is no JSON starts nothing", async () => {
  await trying.begin();
  await trying.begin({ from: "act" });
  assert.deepEqual((said("begin")[1] as { from: unknown; input?: unknown }).from, { run: "r1", node: "act" });
  assert.equal("input" in (said("begin")[1] as object), false);
  trying.type({ n: 1 }, true);
  await trying.begin();
  assert.equal(said("begin").length, 2);
});

test("a question is looked at at once; a refused answer brings it back, and it goes with the run's own word", async () => {
  await trying.begin();
  line().say("step.asked", "review", { asked: { question: "May we?", choices: [] } });
  assert.deepEqual(editor.now.trial.shows, { node: "review", visit: 1 });
  refuses = no("This choice needs a comment.");
  await trying.reply({ node: "review", choice: "reject" });
  assert.deepEqual([editor.now.trial.answering, editor.now.trial.refusedAnswer?.detail], [false, "This choice needs a comment."]);
  refuses = null;
  await trying.reply({ node: "review", choice: "approve" });
  assert.equal(editor.now.trial.answering, true);
  line().say("step.finished", "review", { port: "approve" });
  assert.deepEqual([editor.now.trial.answering, editor.now.trial.refusedAnswer], [false, null]);
});

test("stopping asks the server, and the drawing goes dark when it is cleared", async () => {
  await trying.begin();
  line().say("step.started", "check");
  await trying.stop();
  assert.deepEqual(said("cancel"), ["r1"]);
  line().say("run.cancelled", null, { by: "dora" });
  assert.equal(editor.now.trial.story.end?.is, "cancelled");
  trying.clear();
  assert.deepEqual([editor.now.overlay.steps.size, editor.now.trial.phase, editor.now.trial.run], [0, "ready", ""]);
});

test("a line that breaks is told, one that is refused is not tried again", async () => {
  await trying.begin();
  line().breaks(4404);
  assert.equal(editor.now.trial.line, "refused");
  line().dispatchEvent(new Event("open"));
  assert.equal(editor.now.trial.line, "up");
});

test("a pin goes with its step, in the browser too, and a looked-at case is the one that was chosen last", async () => {
  trying.pin("act", { port: "done", output: 1 });
  assert.match(kept.get("interlock pins leads") ?? "", /act/);
  editor.set({ drawing: { ...guarded, nodes: guarded.nodes.filter((step) => step.id !== "act") } });
  assert.deepEqual([editor.now.pins.size, kept.has("interlock pins leads")], [0, false]);
  const slow = trying.choose({ is: "run", id: "past" });
  await trying.choose({ is: "sample", id: 1, input: { n: 1 } });
  await slow;
  assert.deepEqual(editor.now.trial.input, { n: 1 });
});
