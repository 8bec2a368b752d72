// A click on a repair is carried out in the drawing as it is now, or it is said why not: never lost, never done twice.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { editor } from "../../static/canvas/editor.ts";
import { FRESH } from "../../static/canvas/changes/history.ts";
import * as mending from "../../static/canvas/mending.ts";
import type { Drawing } from "../../static/canvas/model/document.ts";
import type { Problem } from "../../static/canvas/model/problem.ts";
import type { Asking } from "../../static/canvas/sync/api.ts";
import { Menders, mendBy } from "../../static/canvas/sync/menders.ts";
import { guarded, step } from "./makers.ts";

const LABEL = "Insert a review here";
const problem = (code: string): Problem => ({ code, level: "error", message: `${code}.`, suggestion: "Ask a person.", nodes: [], edges: [], path: "" });
const [first, second] = [problem("first"), problem("second")];
const ids = (): string[] => editor.now.drawing.nodes.map((each) => each.id).slice(guarded.nodes.length);
const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 30; turn += 1) await Promise.resolve();
};

// What the check would find; `checked` says that it has looked at the drawing on screen.
const checked = (...problems: Problem[]): void => editor.set({ problems, checked: editor.now.drawing, checking: { is: "current" } });

// A server that adds a step named after the problem; while `held`, it does not answer.
class Repairing {
  held: (() => void)[] | null = null;
  status = 200;
  labels: readonly string[] = [LABEL];
  asked = 0;

  readonly asking = (async (_method: string, _path: string, body?: unknown) => {
    this.asked += 1;
    const { document, problem: about } = body as { document: Drawing; problem?: Problem };
    if (this.held) await new Promise<void>((go) => this.held?.push(go));
    if (this.status !== 200) return { ok: false, status: this.status, code: "", detail: "", errors: [], who: "", current: "" };
    const repair = (label: string) => ({ label, document: { ...document, nodes: [...document.nodes, step(about?.code ?? "all", "escalate.review")] } });
    return { ok: true, etag: "", value: about ? { repairs: this.labels.map(repair), elsewhere: [] } : { repair: { ...repair("Mend"), steps: ["a", "b"] } } };
  }) as unknown as Asking;

  go(): void {
    const waiting = this.held ?? [];
    this.held = null;
    for (const each of waiting) each();
  }
}

let server = new Repairing();

beforeEach(async () => {
  await turns();
  server = new Repairing();
  mendBy(new Menders(server.asking, "x", () => editor.now.drawing));
  editor.set({ drawing: { ...guarded }, history: FRESH, readOnly: false, notice: null, shown: null });
  checked(first, second);
});

test("a repair is one step of history, and its way back is offered", async () => {
  await mending.repair(first, LABEL);
  assert.deepEqual([ids(), editor.now.history.past.length], [["first"], 1]);
  assert.deepEqual([editor.now.notice?.text, editor.now.notice?.action?.label], ["Done: insert a review here.", "Undo"]);
});

test("a repair clicked while its answer for the newest drawing is on the way is carried out when it is there", async () => {
  await mending.repair(first, LABEL);
  server.held = [];
  checked(second);
  const done = mending.repair(second, LABEL);
  await turns();
  assert.deepEqual(ids(), ["first"]);
  server.go();
  await done;
  assert.deepEqual(ids(), ["first", "second"]);
});

test("a repair clicked while the drawing is being checked is carried out after the check", async () => {
  editor.set({ checking: { is: "under way" }, drawing: { ...guarded } });
  const done = mending.repair(first, LABEL);
  await turns();
  assert.equal(server.asked, 0);
  checked(first);
  await done;
  assert.deepEqual(ids(), ["first"]);
});

test("two repairs clicked one right after the other are both carried out", async () => {
  const both = [mending.repair(first, LABEL), mending.repair(second, LABEL)];
  await both[0];
  assert.deepEqual(ids(), ["first"]);
  checked(second);
  await both[1];
  assert.deepEqual(ids(), ["first", "second"]);
});

test("a double click mends once, and the way back stays offered", async () => {
  server.held = [];
  const both = [mending.repair(first, LABEL), mending.repair(first, LABEL)];
  await turns();
  server.go();
  await Promise.all(both);
  await mending.repair(first, LABEL);
  assert.deepEqual([ids(), editor.now.notice?.action?.label], [["first"], "Undo"]);
});

test("what cannot be mended any more is said, and nothing is changed", async () => {
  const said = async (deed: Promise<void>): Promise<string> => {
    await deed;
    assert.deepEqual(ids(), []);
    return editor.now.notice?.text ?? "";
  };
  assert.match(await said(mending.repair(problem("gone"), LABEL)), /not there any more/);
  assert.match(await said(mending.repair(first, "Other")), /“Other” does not mend this any more/);
  editor.set({ checking: { is: "offline" } });
  assert.match(await said(mending.repair(first, LABEL)), /wait for the connection/);
  editor.set({ checking: { is: "refused", why: "Too large." } });
  assert.match(await said(mending.repair(first, LABEL)), /Too large/);
  mending.show(problem("gone"));
  assert.match(editor.now.notice?.text ?? "", /not there any more/);
});

test("a server that does not answer is asked again at the next click", async () => {
  for (const status of [0, 401, 429, 503]) {
    Object.assign(server, { status });
    await mending.repair(first, LABEL);
    assert.match(editor.now.notice?.text ?? "", /did not answer/, String(status));
  }
  server.status = 200;
  await mending.repair(first, LABEL);
  assert.deepEqual(ids(), ["first"]);
});

test("whoever draws on while a repair is worked out is told that it was not carried out", async () => {
  server.held = [];
  const done = mending.repair(first, LABEL);
  await turns();
  editor.edit((so) => ({ ...so, input: { type: "object" } }));
  server.go();
  await done;
  assert.deepEqual(ids(), []);
  assert.match(editor.now.notice?.text ?? "", /changed meanwhile/);
});

test("all that needs no choice is mended once, and never over a newer drawing", async () => {
  await Promise.all([mending.mendAll(), mending.mendAll()]);
  assert.deepEqual([ids(), editor.now.notice?.text], [["all"], "Mended: 2 of the problems."]);
  server.held = [];
  checked(first);
  const done = mending.mendAll();
  await turns();
  editor.edit((so) => ({ ...so, input: {} }));
  server.go();
  await done;
  assert.deepEqual(ids(), ["all"]);
  assert.match(editor.now.notice?.text ?? "", /changed meanwhile/);
});
