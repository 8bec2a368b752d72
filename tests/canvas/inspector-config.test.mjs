// What the form of a step does to its configuration: plain JSON in, plain JSON out.

import assert from "node:assert/strict";
import test from "node:test";
import { add, move, parts, put, read, remove, rename, table, typed } from "../../static/js/inspector/config.js";

const TABLE = {
  inputs: [{ name: "seats", expr: "input.seats", type: "integer" }, { name: "country", expr: "input.country", type: "string" }],
  choices: ["sales", "partner"],
  rows: [{ when: [">= 50", "-"], then: { discount: 1 }, choice: "sales" }, { when: ["-", '"DE"'], choice: "partner" }],
};

test("a place is a JSON pointer", () => {
  assert.deepEqual(parts("/show/a~1b/~0c"), ["show", "a/b", "~c"]);
  assert.equal(read({ show: { "a/b": 1 } }, parts("/show/a~1b")), 1);
});

test("an empty optional field is left out, an empty needed one stays empty", () => {
  assert.deepEqual(typed("text", "", false), { value: undefined });
  assert.deepEqual(typed("expression", "", true), { value: "" });
  assert.deepEqual(put({ a: 1, b: 2 }, ["a"], undefined), { b: 2 });
});

test("a number is a number, and what is none stays as it was typed", () => {
  assert.deepEqual(typed("number", " -2.5e3 ", true), { value: -2500 });
  assert.deepEqual(typed("integer", "many", true), { value: "many" });
  assert.deepEqual(typed("number", "0x10", true), { value: "0x10" });
});

test("half-written JSON changes nothing and says so", () => {
  assert.ok(typed("json", '{"type": ', true).flaw);
  assert.deepEqual(typed("json", '{"type": "object"}', true), { value: { type: "object" } });
});

test("nothing is changed in place", () => {
  const before = structuredClone(TABLE);
  table.moveColumn(TABLE, "/inputs/0", 1);
  put(TABLE, parts("/rows/0/when/0"), "x");
  remove(TABLE, "/rows/0");
  assert.deepEqual(TABLE, before);
});

test("a field keeps its place among the others", () => {
  assert.deepEqual(Object.keys(put({ a: 1, b: 2, c: 3 }, ["b"], 9)), ["a", "b", "c"]);
});

test("a hostile name is a name like any other", () => {
  const renamed = rename({ show: { a: "1" } }, "/show/a", "__proto__");
  assert.deepEqual(Object.keys(renamed.show), ["__proto__"]);
  assert.equal({}.polluted, undefined);
  assert.deepEqual(Object.keys(put({}, ["__proto__"], { polluted: 1 })), ["__proto__"]);
  assert.equal({}.polluted, undefined);
});

test("a name that is taken is refused", () => {
  const config = { show: { a: "1", b: "2" } };
  assert.equal(rename(config, "/show/a", "b"), config);
  assert.deepEqual(Object.keys(rename(config, "/show/a", "z").show), ["z", "b"]);
});

test("entries of lists and maps are added, moved and removed", () => {
  const added = add({ choices: [] }, "/choices", { name: "" }, "list");
  assert.deepEqual(added, { choices: [{ name: "" }] });
  assert.deepEqual(add({ show: { name: "1" } }, "/show", "", "map"), { show: { name: "1", name_2: "" } });
  assert.deepEqual(move({ a: [1, 2, 3] }, "/a/2", -1), { a: [1, 3, 2] });
  assert.deepEqual(Object.keys(move({ a: { x: 1, y: 2 } }, "/a/x", 1).a), ["y", "x"]);
  assert.deepEqual(move({ a: [1, 2] }, "/a/0", -1), { a: [1, 2] });
  assert.deepEqual(remove({ a: [1, 2] }, "/a/0"), { a: [2] });
});

test("a column takes its cells along", () => {
  assert.deepEqual(table.moveColumn(TABLE, "/inputs/0", 1).rows.map((row) => row.when), [["-", ">= 50"], ['"DE"', "-"]]);
  assert.deepEqual(table.removeColumn(TABLE, "/inputs/1").rows.map((row) => row.when), [[">= 50"], ["-"]]);
  assert.deepEqual(table.addColumn(TABLE).rows[0].when, [">= 50", "-", "-"]);
});

test("a value that rows hand on is added, renamed and removed in all of them", () => {
  assert.deepEqual(table.addOutput(TABLE).rows[1].then, { value: "" });
  assert.deepEqual(table.renameOutput(TABLE, "discount", "rebate").rows[0].then, { rebate: 1 });
  assert.deepEqual(table.removeOutput(TABLE, "discount").rows[0].then, {});
});

test("a new row has a cell for each column and a choice that there is", () => {
  assert.deepEqual(table.addRow(TABLE).rows[2], { when: ["-", "-"], choice: "sales" });
});
