// Problems: their order, their words, the checks that find them, the repairs that are taken over.

import assert from "node:assert/strict";
import { test } from "node:test";
import { move } from "../../static/canvas/changes/changes.ts";
import { mended, outlook } from "../../static/canvas/kernels/mend.ts";
import { arranged, counted, groups, ownerOf, sameMeaning, still } from "../../static/canvas/kernels/problems.ts";
import type { Drawing } from "../../static/canvas/model/document.ts";
import type { Problem } from "../../static/canvas/model/problem.ts";
import type { Answer } from "../../static/canvas/sync/api.ts";
import { CHECK_AFTER_MS, type Checked, Checker } from "../../static/canvas/sync/checker.ts";
import { Menders } from "../../static/canvas/sync/menders.ts";
import { HandClock, guarded, step } from "./makers.ts";

const problem = (code: string, more: Partial<Problem> = {}): Problem => ({ code, level: "error", message: `${code}.`, suggestion: "", nodes: [], edges: [], path: "", ...more });
const drawn = (number: number): Drawing => ({ ...guarded, input: { number } });

test("errors come first, and what is about one step stands together", () => {
  const found = [problem("a", { nodes: ["end"] }), problem("b", { nodes: ["check"], level: "warning" }), problem("c", { path: "/nodes/0/config/x" }), problem("d", { nodes: ["act", "end"] })];
  assert.deepEqual(arranged(found, guarded).map((each) => each.code), ["c", "d", "a", "b"]);
  assert.deepEqual(groups(arranged(found, guarded), guarded).map(({ name, places }) => [name, places.length]), [["check", 1], ["act", 1], ["end", 1], ["check", 1]]);
  assert.equal(ownerOf(problem("e", { nodes: ["start", "act"] }), guarded), "act");
  assert.equal(groups([problem("f")], guarded)[0]!.name, "The drawing");
});

test("that nothing is wrong is said only of a drawing that was looked at", () => {
  assert.equal(counted([], { is: "current" }), "No problems");
  for (const is of ["under way", "offline"] as const) assert.ok(!counted([], { is }).includes("No problems"));
  assert.equal(counted([problem("a")], { is: "refused", why: "x" }), "Not checked");
  assert.equal(counted([problem("a"), problem("b", { level: "warning" })], { is: "offline" }), "1 to repair, 1 to know");
});

test("the problem that is shown stays shown while it is there", () => {
  const before = [problem("a"), problem("b", { nodes: ["act"] })];
  assert.equal(still(1, before, [problem("b", { nodes: ["act"] })]), 0);
  assert.equal(still(0, before, [problem("b", { nodes: ["act"] })]), null);
  assert.equal(still(null, before, before), null);
});

test("moving steps about changes no meaning; names, ways and settings do", () => {
  assert.ok(sameMeaning(guarded, move(new Map([["act", [8, 8]]]))(guarded)));
  const renamed = { ...guarded, nodes: guarded.nodes.map((each) => (each.id === "act" ? { ...each, name: "Other" } : each)) };
  assert.ok(!sameMeaning(guarded, renamed));
  assert.ok(!sameMeaning(guarded, { ...guarded, edges: guarded.edges.slice(1) }));
  assert.ok(!sameMeaning(guarded, { ...guarded, input: {} }));
});

const served = (of: Drawing): Drawing => JSON.parse(JSON.stringify(of)) as Drawing;

test("a repair is taken over by difference: what it left alone stays the very same", () => {
  const noted = { ...guarded, notes: [{ id: "note1", text: "Mind this", at: [0, 0] as const, size: [80, 80] as const }] };
  const repaired = served({ ...noted, nodes: [...noted.nodes, step("review_2", "escalate.review")], edges: noted.edges.map((edge) => (edge.id === "e2" ? { ...edge, to: "review_2" } : edge)) });
  const after = mended(noted, repaired)(noted);
  assert.equal(after.notes, noted.notes);
  assert.equal(after.input, noted.input);
  assert.ok(noted.nodes.every((each, index) => each === after.nodes[index]));
  assert.deepEqual(after.edges.filter((edge, index) => edge !== noted.edges[index]).map((edge) => [edge.id, edge.to]), [["e2", "review_2"]]);
  const { steps, edges, touched, gone } = outlook(noted, repaired);
  assert.deepEqual([steps.map((each) => each.id), edges.map((each) => each.id), touched.size, [...gone]], [["review_2"], ["e2"], 0, ["e2"]]);
});

test("a repair of an older drawing changes nothing in a newer one", () => {
  const newer = { ...guarded, edges: guarded.edges.slice(1) };
  assert.equal(mended(guarded, served({ ...guarded, nodes: [] }))(newer), newer);
  assert.equal(mended(guarded, served(guarded))(guarded).nodes, guarded.nodes);
});

type Asked = { readonly drawing: Drawing; readonly signal: AbortSignal | undefined; readonly answer: (answer: Answer<{ problems: readonly Problem[] }>) => void };

function checking(): { asked: Asked[]; heard: Checked[]; clock: HandClock; checker: Checker; time: { now: number } } {
  const [asked, heard, clock, time] = [[] as Asked[], [] as Checked[], new HandClock(), { now: 0 }];
  const check = (drawing: Drawing, signal?: AbortSignal): Promise<Answer<{ problems: readonly Problem[] }>> => new Promise((answer) => asked.push({ drawing, signal, answer }));
  return { asked, heard, clock, time, checker: new Checker({ check }, (checked) => heard.push(checked), clock, () => time.now) };
}

const found = (...problems: Problem[]): Answer<{ problems: readonly Problem[] }> => ({ ok: true, value: { problems }, etag: "" });
const refused = (status: number, detail: string): Answer<never> => ({ ok: false, status, code: "", detail, errors: [], who: "", current: "" });
const states = (heard: readonly Checked[]): string[] => heard.map((each) => each.checking.is);

test("only the newest drawing is asked about, within 300 ms of a pause", async () => {
  const { asked, heard, clock, checker } = checking();
  assert.ok(CHECK_AFTER_MS < 300);
  for (let number = 0; number < 3; number += 1) checker.changed(drawn(number));
  await clock.pass(CHECK_AFTER_MS);
  assert.deepEqual(asked.map((each) => each.drawing.input), [{ number: 2 }]);
  asked[0]!.answer(found(problem("a")));
  await clock.pass(0);
  assert.deepEqual([heard.at(-1)?.checking.is, heard.at(-1)?.found?.problems.length], ["current", 1]);
});

test("a question about an older drawing is called off, and its answer dropped", async () => {
  const { asked, heard, clock, checker } = checking();
  checker.changed(drawn(1));
  await clock.pass(CHECK_AFTER_MS);
  checker.changed(drawn(2));
  assert.equal(asked[0]!.signal?.aborted, true);
  asked[0]!.answer(found());
  await clock.pass(CHECK_AFTER_MS);
  assert.deepEqual([states(heard).includes("current"), asked.length], [false, 2]);
  asked[1]!.answer(found(problem("b")));
  await clock.pass(0);
  assert.deepEqual(heard.at(-1)?.found?.drawing.input, { number: 2 });
});

test("a drawing whose steps were only moved is not asked about again", async () => {
  const { asked, heard, clock, checker } = checking();
  checker.changed(guarded);
  await clock.pass(CHECK_AFTER_MS);
  asked[0]!.answer(found(problem("a")));
  await clock.pass(0);
  const moved = move(new Map([["act", [8, 8]]]))(guarded);
  checker.changed(moved);
  await clock.pass(1_000);
  assert.deepEqual([asked.length, heard.at(-1)?.found?.drawing === moved], [1, true]);
});

test("while the line is down the list is never called current, and it is asked again until it is up", async () => {
  const { asked, heard, clock, checker } = checking();
  checker.changed(drawn(1));
  await clock.pass(CHECK_AFTER_MS);
  asked[0]!.answer(refused(0, "The server cannot be reached."));
  await clock.pass(0);
  assert.equal(heard.at(-1)?.checking.is, "offline");
  await clock.pass(1_000);
  assert.equal(asked.length, 2);
  asked[1]!.answer(found());
  await clock.pass(0);
  assert.equal(heard.at(-1)?.checking.is, "current");
});

test("what the server will not check is said with its reason, and once only", async () => {
  const { asked, heard, clock, checker } = checking();
  checker.changed(drawn(1));
  await clock.pass(CHECK_AFTER_MS);
  asked[0]!.answer(refused(413, "The drawing is too large."));
  await clock.pass(60_000);
  assert.deepEqual([heard.at(-1)?.checking, asked.length], [{ is: "refused", why: "The drawing is too large." }, 1]);
});

test("after a slow answer the next question is asked earlier", async () => {
  const { asked, clock, checker, time } = checking();
  checker.changed(drawn(1));
  await clock.pass(CHECK_AFTER_MS);
  time.now = 200;
  asked[0]!.answer(found());
  await clock.pass(0);
  checker.changed(drawn(2));
  await clock.pass(80);
  assert.equal(asked.length, 2);
});

test("repairs are asked for once a drawing and problem, one after the other, and never for an older drawing", async () => {
  const sent: string[] = [];
  let newest = guarded;
  const asking = async <T>(_: string, __: string, body?: unknown): Promise<Answer<T>> => {
    sent.push((body as { problem: Problem }).problem.code);
    const value = { repairs: [{ label: "Mend", document: guarded }, { label: "No drawing", document: { format: "x" } }], elsewhere: [] };
    return { ok: true, value: value as T, etag: "" };
  };
  const menders = new Menders(asking, "leads", () => newest);
  const [one, again, other] = await Promise.all([menders.of(guarded, problem("a")), menders.of(guarded, problem("a")), menders.of(guarded, problem("b"))]);
  assert.deepEqual([one?.repairs.map((each) => each.label), again === one, other?.repairs.length], [["Mend"], true, 1]);
  newest = { ...guarded };
  assert.equal(await menders.of(guarded, problem("c")), null);
  assert.deepEqual(sent, ["a", "b"]);
});
