// What is read from outside, which ports a step has, and what the ways through a drawing mean.

import assert from "node:assert/strict";
import { test } from "node:test";
import example from "../../builder/gallery/lead_qualification.json";
import { caseFields } from "../../static/canvas/kernels/fields.ts";
import { startFields } from "../../static/canvas/kernels/startFields.ts";
import { stepId } from "../../static/canvas/model/ids.ts";
import { effectOf, familyOf, portsOf } from "../../static/canvas/model/kinds.ts";
import { readDrawing, readFile } from "../../static/canvas/model/read.ts";
import { starter } from "../../static/canvas/model/starters.ts";
import { dominates, meetings } from "../../static/canvas/model/wiring.ts";
import { drawing, kinds, served, step } from "./makers.ts";

test("the ports of every kind's example are those that the server names", () => {
  for (const kind of served) assert.deepEqual(portsOf({ id: "x", kind: kind.kind, config: kind.example }, kinds), kind.ports, kind.kind);
});

test("a step, a type or a format called like what every object has is only one that is not known", () => {
  for (const name of ["constructor", "toString", "__proto__", "hasOwnProperty"]) {
    assert.deepEqual(portsOf({ id: "x", kind: name }, kinds), []);
    const properties = { a: { type: name }, b: { type: "string", format: name } };
    assert.deepEqual(startFields({ properties }).map(({ says }) => says), ["anything", "text"]);
    assert.deepEqual(caseFields({ properties }).map(({ type }) => type), ["text", "text"]);
  }
});

test("the effect of every kind's example is the one that the server names", () => {
  for (const kind of served) assert.equal(effectOf({ id: "x", kind: kind.kind, config: kind.example }, kinds), kind.effect, kind.kind);
});

test("an http call that only reads is not outward", () => {
  assert.equal(effectOf({ id: "x", kind: "execute.http", config: { method: "GET" } }, kinds), "reads");
  assert.equal(effectOf({ id: "x", kind: "execute.http", config: { method: "POST", reads_only: true } }, kinds), "reads");
});

test("a new step of every kind has a configuration with a port, unless it ends the case", () => {
  for (const kind of served) {
    const ports = portsOf({ id: "x", kind: kind.kind, config: starter(kind, drawing([], [])) }, kinds);
    assert.equal(ports.length > 0, familyOf(kind.kind) !== "outcome", kind.kind);
  }
});

test("the example can be read", () => {
  assert.ok(readDrawing(example).ok);
});

for (const [what, text] of Object.entries({
  "text that is no JSON": "{",
  "a list": "[]",
  "an older format": '{"format": "interlock/0"}',
  "a prototype": '{"format": "interlock/1", "nodes": [{"id": "a", "kind": "outcome", "config": {"__proto__": {"x": 1}}}]}',
  "an unknown field": '{"format": "interlock/1", "nodes": [], "extra": 1}',
  "script in an id": '{"format": "interlock/1", "nodes": [{"id": "<script>", "kind": "outcome"}]}',
  "the same id twice": '{"format": "interlock/1", "nodes": [{"id": "a", "kind": "outcome"}, {"id": "a", "kind": "outcome"}]}',
  "a place beyond all bounds": '{"format": "interlock/1", "nodes": [{"id": "a", "kind": "outcome", "at": [1e300, 0]}]}',
  "a loop without end": '{"format": "interlock/1", "nodes": [], "edges": [{"id": "e", "from": "a", "port": "x", "to": "b", "loop": {"max": 100000000}}]}',
  "attempts that are no number": '{"format": "interlock/1", "nodes": [{"id": "a", "kind": "outcome", "retry": {"attempts": "x"}}]}',
  "a time limit before the beginning": '{"format": "interlock/1", "nodes": [{"id": "a", "kind": "outcome", "timeout_s": -5}]}',
  "a note without a size": '{"format": "interlock/1", "nodes": [], "notes": [{"id": "a", "text": "", "at": [0, 0], "size": [0, 0]}]}',
  "half a pair": '{"format": "interlock/1", "nodes": [{"id": "a", "kind": "outcome", "name": "\\ud800"}]}',
  "a hundred levels": `{"format": "interlock/1", "input": ${'{"a":'.repeat(100)}1${"}".repeat(100)}}`,
  "too many steps": JSON.stringify({ format: "interlock/1", nodes: Array.from({ length: 2001 }, (_, n) => ({ id: `n${n}`, kind: "outcome" })) }),
  "more than two megabytes": JSON.stringify({ format: "interlock/1", input: { description: "x".repeat(2 ** 21) } }),
})) {
  test(`${what} is no drawing, and a sentence says so`, () => {
    const read = readFile(text);
    assert.equal(read.ok, false);
    assert.match(read.ok ? "" : read.why, /^[A-Z].*\.$/);
  });
}

test("a drawing is read out of a file that wraps it", () => {
  const read = readFile(JSON.stringify({ file: "interlock-workflow/1", name: "Leads", document: example }));
  assert.equal(read.ok && read.value.name, "Leads");
});

test("new ids are readable and free", () => {
  assert.equal(stepId("review", new Set(["review", "review_2"])), "review_3");
  assert.equal(stepId("42 Ünïts!", new Set()), "units");
});

test("a step dominates another when every way passes it", () => {
  const split = drawing([step("a", "decide.rule"), step("b", "execute.wait"), step("c", "execute.wait"), step("d", "outcome")], ["start.out a", "a.yes b", "a.no c", "b.done d", "c.done d"]);
  assert.equal(dominates(split, "a", "d"), true);
  assert.equal(dominates(split, "b", "d"), false);
});

test("branches of one port meet where they first come together, and nowhere after", () => {
  const both = drawing([step("a", "execute.wait"), step("b", "execute.wait"), step("c", "execute.wait"), step("d", "execute.wait"), step("e", "outcome")], ["start.out a", "a.done b", "a.done c", "b.done d", "c.done d", "d.done e"]);
  assert.deepEqual([...meetings(both)], ["d"]);
});

test("alternatives that come together wait for nobody", () => {
  const either = drawing([step("a", "decide.rule"), step("d", "outcome")], ["start.out a", "a.yes d", "a.no d"]);
  assert.equal(meetings(either).size, 0);
});
