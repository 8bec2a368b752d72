// Saving, conflicts, broken lines, the copy in the browser, checks, and the overlay of a run.

import assert from "node:assert/strict";
import { test } from "node:test";
import { after, perFrame, QUIET } from "../../static/canvas/live/overlay.ts";
import type { Drawing } from "../../static/canvas/model/document.ts";
import { serverApi } from "../../static/canvas/sync/api.ts";
import { Autosave, PAUSE_MS, type Saving } from "../../static/canvas/sync/autosave.ts";
import { FakeServer, HandClock, guarded } from "./makers.ts";

const drawn = (number: number): Drawing => ({ ...guarded, input: { number } });

function begun(): { server: FakeServer; clock: HandClock; heard: Saving[]; autosave: Autosave } {
  const [server, clock, heard] = [new FakeServer(drawn(0)), new HandClock(), [] as Saving[]];
  return { server, clock, heard, autosave: new Autosave(server.api(), server.etag, (saving) => heard.push(saving), clock) };
}

test("a burst of changes is one save, with the last of them", async () => {
  const { server, clock, autosave, heard } = begun();
  for (let number = 1; number <= 5; number += 1) autosave.changed(drawn(number));
  await clock.pass(PAUSE_MS);
  assert.deepEqual([server.saves, server.draftNow.input, autosave.isSaved, heard.at(-1)?.state], [1, { number: 5 }, true, "saved"]);
});

test("a change during a save is saved after it", async () => {
  const { server, clock, autosave } = begun();
  autosave.changed(drawn(1));
  const under = clock.pass(PAUSE_MS);
  autosave.changed(drawn(2));
  await under;
  await clock.pass(PAUSE_MS);
  assert.deepEqual([server.draftNow.input, autosave.isSaved], [{ number: 2 }, true]);
});

test("a broken line is tried again until the newest drawing is saved", async () => {
  const { server, clock, autosave, heard } = begun();
  server.reachable = false;
  autosave.changed(drawn(1));
  await clock.pass(PAUSE_MS);
  assert.equal(heard.at(-1)?.state, "offline");
  autosave.changed(drawn(2));
  await clock.pass(1_000);
  server.reachable = true;
  await clock.pass(2_000);
  assert.deepEqual([server.draftNow.input, heard.at(-1)?.state], [{ number: 2 }, "saved"]);
});

test("somebody else's save is never overwritten unseen", async () => {
  const { server, clock, autosave, heard } = begun();
  server.savedBySomebodyElse(drawn(77));
  autosave.changed(drawn(1));
  await clock.pass(PAUSE_MS);
  const last = heard.at(-1);
  assert.ok(last?.state === "conflict" && last.who === "rui");
  assert.deepEqual(last.theirs.input, { number: 77 });
  autosave.changed(drawn(2));
  await clock.pass(60_000);
  assert.deepEqual([server.draftNow.input, server.saves], [{ number: 77 }, 0]);
});

test("after a conflict mine is saved over the revision that was shown, and no other", async () => {
  const { server, clock, autosave, heard } = begun();
  server.savedBySomebodyElse(drawn(77));
  autosave.changed(drawn(1));
  await clock.pass(PAUSE_MS);
  const shown = server.etag;
  server.savedBySomebodyElse(drawn(88));
  await autosave.overwrite(drawn(2), shown);
  assert.equal(heard.at(-1)?.state, "conflict");
  await autosave.overwrite(drawn(2), server.etag);
  assert.deepEqual([server.draftNow.input, autosave.isSaved], [{ number: 2 }, true]);
});

test("theirs, once taken, is what the next save goes over", async () => {
  const { server, clock, autosave } = begun();
  server.savedBySomebodyElse(drawn(77));
  autosave.changed(drawn(1));
  await clock.pass(PAUSE_MS);
  autosave.adopt(server.etag);
  autosave.changed(drawn(78));
  await clock.pass(PAUSE_MS);
  assert.deepEqual(server.draftNow.input, { number: 78 });
});

test("what the server refuses is said, and tried again with the next change", async () => {
  const { server, clock, autosave, heard } = begun();
  server.refuses = "This is no drawing.";
  autosave.changed(drawn(1));
  await clock.pass(PAUSE_MS);
  assert.deepEqual(heard.at(-1), { state: "refused", why: "This is no drawing." });
  assert.equal(autosave.isSaved, false);
  server.refuses = null;
  autosave.changed(drawn(2));
  await clock.pass(PAUSE_MS);
  assert.deepEqual(server.draftNow.input, { number: 2 });
});

test("publishing waits for what is not saved yet", async () => {
  const { server, autosave } = begun();
  autosave.changed(drawn(1));
  assert.equal(await autosave.flush(), true);
  assert.deepEqual(server.draftNow.input, { number: 1 });
});

test("the server's refusal and a line that is down are both answers", async () => {
  const answering = (status: number, body: unknown) => async (): Promise<Response> => new Response(JSON.stringify(body), { status, headers: { ETag: '"r9"' } });
  const stale = await serverApi("leads", "t", answering(412, { code: "stale", detail: "Rui has saved.", who: "rui" })).save(drawn(1), '"r1"');
  assert.deepEqual(stale.ok ? null : [stale.status, stale.code, stale.who], [412, "stale", "rui"]);
  const saved = await serverApi("leads", "t", answering(200, drawn(1))).save(drawn(1), '"r1"');
  assert.equal(saved.ok && saved.etag, '"r9"');
  const down = await serverApi("leads", "t", () => Promise.reject(new TypeError("failed"))).draft();
  assert.equal(down.ok ? null : down.status, 0);
});

test("a run's events become the states of steps and the edges it took", () => {
  const edgesOf = (node: string, port: string): string[] => [`${node} ${port}`];
  const overlay = after(QUIET, [{ seq: 1, type: "step.finished", node: "check", visit: 1, data: { port: "pass" } }, { seq: 2, type: "step.started", node: "act", visit: 2 }, { seq: 3, type: "run.finished" }], edgesOf);
  assert.deepEqual([...overlay.steps], [["check", { state: "done", visits: 1 }], ["act", { state: "running", visits: 2 }]]);
  assert.deepEqual([...overlay.edges], ["check pass"]);
});

test("however many events come within a frame, they are painted once", () => {
  const frames: (() => void)[] = [];
  const painted: number[][] = [];
  const take = perFrame<number>((what) => frames.push(what), (items) => painted.push([...items]));
  for (let number = 0; number < 60; number += 1) take(number);
  for (const frame of frames.splice(0)) frame();
  take(60);
  for (const frame of frames.splice(0)) frame();
  assert.deepEqual(painted.map((each) => each.length), [60, 1]);
});
