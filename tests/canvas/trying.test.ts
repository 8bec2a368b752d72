// Trying a drawing out: the story that a journal tells, what was held back, pins, the form of a case, searching a value.

import assert from "node:assert/strict";
import { test } from "node:test";
import { caseFields, faultsAt, readField, written } from "../../static/canvas/kernels/fields.ts";
import { rename } from "../../static/canvas/kernels/clipboard.ts";
import { found, readBy } from "../../static/canvas/kernels/find.ts";
import { QUIET, type RunEvent, after } from "../../static/canvas/live/overlay.ts";
import { followed, keepPins, recallPins, stillThere, withPin, withoutPin } from "../../static/canvas/live/pins.ts";
import { UNTOLD, heldBack, told, visitsOf, waitsFor } from "../../static/canvas/live/story.ts";
import { NO_TRIAL } from "../../static/canvas/live/trial.ts";
import { tryingApi } from "../../static/canvas/sync/trying.ts";
import { answeredNothing, confidence, held, standing } from "../../static/canvas/view/trying/words.ts";
import type { JsonObject } from "../../static/canvas/model/document.ts";
import { guarded } from "./makers.ts";

const at = (second: number): string => new Date(Date.UTC(2026, 2, 2, 9, 0, second)).toISOString();
let seq = 0;
const event = (type: string, node: string | null, data: JsonObject = {}, second = 0, visit = 1): RunEvent => ({ seq: (seq += 1), at: at(second), type, node, visit, data });
const MAIL = { door: "mail", held_back: { to: "ann@example.org", subject: "Hello", body: "Dear Ann" } };
const ASKED = { question: "May we?", choices: [{ name: "approve" }], editable: {}, show: {}, form: null };

test("a journal is told visit by visit, with what was asked, held back and given", () => {
  const story = told(UNTOLD, [
    event("run.started", null, { input: { email: "ann@example.org" } }),
    event("step.finished", "check", { port: "unsure", output: { issues: [] }, ms: 4 }, 1),
    event("step.asked", "review", { escalation: "x", asked: ASKED, reasons: [{ message: "In doubt." }] }, 2),
  ]);
  assert.deepEqual(story.input, { email: "ann@example.org" });
  assert.deepEqual([...story.visits.values()].map((visit) => [visit.node, visit.state, visit.port, visit.ms]), [["check", "done", "unsure", 4], ["review", "asked", null, null]]);
  assert.equal(waitsFor(story)?.asked?.["question"], "May we?");
  const after_ = told(story, [
    event("step.finished", "review", { port: "approve", output: { choice: "approve" } }, 8), event("step.started", "act", { attempt: 1 }, 8),
    event("step.finished", "act", { port: "done", output: null, calls: [MAIL], ms: 1 }, 10), event("run.finished", "end", { outcome: "end", kind: "success", output: { n: 1 } }, 11),
  ]);
  assert.equal(waitsFor(after_), undefined);
  assert.deepEqual([after_.end?.is, after_.end?.outcome, after_.ms], ["succeeded", "end", 11_000]);
  assert.deepEqual(after_.visits.get("review-1")?.ms, 6_000);
  assert.deepEqual(heldBack(after_.visits.get("act-1")!), [MAIL]);
});

test("a step that was visited again has a story for each visit, and what a stopped run left is told", () => {
  const story = told(UNTOLD, [event("step.finished", "act", { port: "done", output: 1 }), event("step.started", "act", {}, 1, 2), event("run.cancelled", null, { by: "dora" }, 2)]);
  assert.deepEqual(visitsOf(story, "act").map((visit) => [visit.visit, visit.state]), [[1, "done"], [2, "stopped"]]);
  assert.equal(story.end?.is, "cancelled");
});

test("a failure that is tried again keeps its attempts; an incident waits for somebody and says why", () => {
  const error = { code: "http.unreachable", message: "Nobody answers.", detail: {} };
  const failing = told(UNTOLD, [event("step.started", "act", { attempt: 1 }), event("step.failed", "act", { error, attempt: 1, retry_at: at(9) })]);
  assert.deepEqual([failing.visits.get("act-1")?.state, failing.visits.get("act-1")?.until], ["retrying", at(9)]);
  const stuck = told(failing, [event("incident.opened", "act", { error, escalation: "x", asked: ASKED, reasons: [] })]);
  assert.deepEqual([waitsFor(stuck)?.state, waitsFor(stuck)?.error], ["incident", error]);
});

test("no events change nothing, and unknown ones are left out", () => {
  assert.equal(told(UNTOLD, []), UNTOLD);
  assert.equal(told(UNTOLD, [event("loop.turned", "check"), event("something.new", "check"), event("run.retried", "check")]).visits.size, 0);
});

test("what was held back is marked on the step, and the way from the start is taken", () => {
  const overlay = after(QUIET, [event("run.started", null), event("step.finished", "act", { port: "done", calls: [MAIL] }), event("step.started", "check", { calls: null })], (node, port) => [`${node} ${port}`]);
  assert.deepEqual([overlay.steps.get("act")?.held, overlay.steps.get("check")?.held], [true, undefined]);
  assert.deepEqual([...overlay.edges], ["start out", "act done"]);
});

test("what would have left is told in words, with all of its content", () => {
  assert.deepEqual(held(MAIL), { says: "Would have sent this mail to ann@example.org: held back", texts: [["Subject", "Hello"], ["Text", "Dear Ann"]], values: [] });
  const call = { door: "http", held_back: { method: "POST", url: "https://there.example/", headers: {}, query: { a: "1" }, body: { n: 1 } } };
  assert.deepEqual(held(call), { says: "Would have called POST https://there.example/: held back", texts: [], values: [["Query", { a: "1" }], ["Body", { n: 1 }]] });
  assert.equal(held({ door: "model", prompt: "?" }), null);
  const story = told(UNTOLD, [event("step.finished", "act", { port: "done", calls: [call] }), event("step.finished", "mail", { port: "done", calls: [MAIL] })]);
  assert.deepEqual([...story.visits.values()].map(answeredNothing), [true, false]);
});

test("one line says where a try-out stands, whoever has deleted the step meanwhile", () => {
  const asking = told(UNTOLD, [event("run.started", null), event("step.asked", "review", { asked: ASKED })]);
  const trial = { ...NO_TRIAL, phase: "under way" as const, drawing: guarded, story: asking };
  assert.equal(standing(trial, guarded), "“review” asks you");
  assert.equal(standing(trial, { ...guarded, nodes: [] }), "“review” asks you");
  assert.equal(standing({ ...trial, story: told(asking, [event("run.finished", "end", { outcome: "won" }, 2)]) }, guarded), "Ended at “won” after 2.0 s");
  assert.equal(standing(NO_TRIAL, guarded), "");
});

test("a confidence is shown with its limit, and none is made up", () => {
  assert.deepEqual(confidence({ confidence: 0.6 }, { cutoff: 0.8 }), [0.6, 0.8]);
  assert.deepEqual(confidence({ confidence: 0.6 }, {}), [0.6, null]);
  assert.equal(confidence({ confidence: "0.6" }, { cutoff: 0.8 }), null);
  assert.equal(confidence(null, undefined), null);
});

test("pins survive a reload, go with their step, and a store that is tampered with or closed is none", () => {
  const kept = new Map<string, string>();
  const store = { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value), removeItem: (key: string) => void kept.delete(key) };
  const pins = withPin(withPin(new Map(), "act", { port: "done", output: { n: 1 } }), "gone", { port: "done", output: null });
  assert.ok(keepPins(store, "leads", pins));
  assert.deepEqual([...recallPins(store, "leads")], [...pins]);
  assert.equal(recallPins(store, "other").size, 0);
  const left = stillThere(pins, guarded);
  assert.deepEqual([...left.keys()], ["act"]);
  assert.equal(stillThere(left, guarded), left);
  keepPins(store, "leads", withoutPin(left, "act"));
  assert.equal(kept.size, 0);
  for (const text of ["{", "[]", "7", '{"act": 7, "check": {"port": 3}}']) {
    kept.set("interlock pins leads", text);
    assert.equal(recallPins(store, "leads").size, 0);
  }
  const closed = { ...store, getItem: () => { throw new Error("closed"); }, setItem: () => { throw new Error("closed"); } };
  assert.equal(recallPins(closed, "leads").size, 0);
  assert.equal(keepPins(closed, "leads", pins), false);
});

const SCHEMA: JsonObject = {
  type: "object", required: ["email"],
  properties: {
    email: { type: "string", format: "email", title: "E-mail" }, seats: { type: ["integer", "string", "null"] }, budget: { type: "number" }, vip: { type: ["boolean", "null"] },
    size: { enum: ["small", "large", null] }, message: { type: "string" }, tags: { type: "array" }, anything: {},
  },
};

test("a schema becomes plain fields, and what is typed the JSON that is meant", () => {
  const fields = caseFields(SCHEMA);
  const by = Object.fromEntries(fields.map((field) => [field.name, field]));
  assert.deepEqual(fields.map((field) => field.control), ["text", "text", "number", "choice", "choice", "long", "json", "json"]);
  assert.deepEqual([by["email"]?.title, by["email"]?.type, by["email"]?.required, by["seats"]?.title], ["E-mail", "email", true, "Seats"]);
  const read = (name: string, text: string): unknown => readField(by[name]!, text);
  assert.deepEqual([read("seats", "60"), read("seats", "about fifty"), read("email", "60"), read("budget", "1.5"), read("budget", "much")], [60, "about fifty", "60", 1.5, "much"]);
  assert.deepEqual([read("vip", "true"), read("vip", "false"), read("vip", ""), read("size", "large")], [true, false, undefined, "large"]);
  assert.deepEqual([read("tags", '["a"]'), read("tags", "a, b"), read("email", "  "), read("message", "\n")], [["a"], "a, b", undefined, "\n"]);
});

test("whatever a field holds stands in it as it can be typed again", () => {
  for (const field of caseFields(SCHEMA)) for (const value of [60, "text", true, ["a", { b: 1 }]]) {
    const fits = field.control === "json" || (field.control === "choice" ? field.options.includes(value as never) : typeof value === "string" || (typeof value === "number" && field.counts));
    if (fits) assert.deepEqual(readField(field, written(value)), value);
  }
  assert.deepEqual(caseFields({}), []);
});

test("what is wrong stands at its field; what is wrong with the whole, above all", () => {
  const faults = faultsAt([{ path: "/input/tags/0", message: "no" }, { path: "/input/a~1b", message: "needed" }, { path: "/input", message: "whole" }, { path: "/pins/x", message: "pin" }], "/input");
  assert.deepEqual([...faults], [["tags", "no"], ["a/b", "needed"], ["", "whole"]]);
});

test("a search finds names and values with all that leads to them", () => {
  const value = { lead: { name: "Ada", tags: ["buys", "vip"] }, other: null };
  assert.deepEqual([...(found(value, "VIP") ?? [])].sort(), ["", "/lead", "/lead/tags", "/lead/tags/1"]);
  assert.deepEqual([...(found(value, "tags") ?? [])].sort(), ["", "/lead", "/lead/tags"]);
  assert.equal(found(value, "nobody")?.size, 0);
  assert.equal(found(value, "  "), null);
});

test("what a step was given is what its form speaks of, else what came just before", () => {
  const outputs = new Map([["check", { a: 1 }], ["act", { b: 2 }], ["check_more", { c: 3 }]]);
  assert.deepEqual(readBy({ to: "{{ steps.check.output.a }}" }, ["act"], { n: 1 }, outputs), { steps: { check: { a: 1 } } });
  assert.deepEqual(readBy({ context: "act", text: "{{ input.n }}" }, [], { n: 1 }, outputs), { input: { n: 1 }, steps: { act: { b: 2 } } });
  assert.deepEqual(readBy({}, ["act", "nobody"], { n: 1 }, outputs), { steps: { act: { b: 2 } } });
  assert.deepEqual(readBy({}, [], { n: 1 }, outputs), { input: { n: 1 } });
});

test("the try-out's questions go to their addresses, and pins as an object", async () => {
  const asked: unknown[] = [];
  const api = tryingApi("leads", "token", async (...what) => {
    asked.push(what);
    return { ok: false, status: 0, code: "", detail: "", errors: [], who: "", current: "" };
  });
  await api.begin({ document: guarded, pins: new Map([["act", { port: "done", output: 1 }]]), insist: false, input: { n: 1 } });
  await api.cases("Ada & co");
  await api.throwAway(7);
  assert.deepEqual(asked, [
    ["POST", "/workflows/leads/try/", { document: guarded, insist: false, input: { n: 1 }, pins: { act: { port: "done", output: 1 } } }],
    ["GET", "/workflows/leads/cases/?q=Ada%20%26%20co"], ["DELETE", "/workflows/leads/cases/7/"],
  ]);
});

test("a pin follows its step to another id and back, and to no other step", () => {
  const pins = withPin(new Map(), "act", { port: "done", output: null });
  const named = rename("act", "send")(guarded);
  assert.deepEqual([...followed(pins, guarded, named).keys()], ["send"]);
  assert.deepEqual([...followed(followed(pins, guarded, named), named, guarded).keys()], ["act"]);
  const replaced = { ...guarded, nodes: guarded.nodes.map((step) => (step.id === "act" ? { ...step, id: "other", kind: "outcome" } : step)) };
  assert.equal(followed(pins, guarded, replaced).size, 0);
  assert.equal(followed(pins, guarded, { ...guarded, nodes: guarded.nodes.filter((step) => step.id !== "act") }).size, 0);
  assert.equal(followed(pins, guarded, guarded), pins);
});
