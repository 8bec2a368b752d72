// What the form of a step does to its configuration, its table and its cells: plain JSON in, plain JSON out.

import assert from "node:assert/strict";
import test from "node:test";
import { comparison, guessed, writtenAs } from "../../static/canvas/kernels/cells.ts";
import { add, member, move, parts, places, put, read, remove, rename, shown, typed } from "../../static/canvas/kernels/config.ts";
import * as table from "../../static/canvas/kernels/table.ts";
import type { JsonObject } from "../../static/canvas/model/document.ts";
import { othersOf } from "../../static/canvas/view/inspector/others.ts";
import { drawing, step } from "./makers.ts";
import { asSort, fieldsIn, isFree, renamed, sortOf, written } from "../../static/canvas/view/inspector/inputFields.ts";

const TABLE: JsonObject = {
  inputs: [{ name: "seats", expr: "input.seats", type: "integer" }, { name: "country", expr: "input.country", type: "string" }],
  choices: ["sales", "partner"],
  rows: [{ when: [">= 50", "-"], then: { discount: 1 }, choice: "sales" }, { when: ["-", '"DE"'], choice: "partner" }],
};
const rowsOf = (config: JsonObject): any[] => config["rows"] as any[];

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
  assert.ok("flaw" in typed("json", '{"type": ', true));
  assert.deepEqual(typed("json", '{"type": "object"}', true), { value: { type: "object" } });
});

test("a value in a cell is read as in a spreadsheet, and shown so that it is read as the same again", () => {
  for (const value of ["text", 5, true, null, "5", "true", "", { a: 1 }]) {
    if (value === null) continue;
    assert.deepEqual(typed("scalar", shown("scalar", value), true), { value }, JSON.stringify(value));
  }
});

test("nothing is changed in place, and a field keeps its place among the others", () => {
  const before = structuredClone(TABLE);
  table.moveColumn(TABLE, "/inputs/0", 1);
  table.pasteRows(TABLE, 0, 0, "1\t2");
  put(TABLE, parts("/rows/0/when/0"), "x");
  remove(TABLE, "/rows/0");
  assert.deepEqual(TABLE, before);
  assert.deepEqual(Object.keys(put({ a: 1, b: 2, c: 3 }, ["b"], 9) as object), ["a", "b", "c"]);
});

test("a hostile name is a name like any other", () => {
  const renamed = rename({ show: { a: "1" } }, "/show/a", "__proto__");
  assert.deepEqual(Object.keys(renamed["show"] as object), ["__proto__"]);
  assert.deepEqual(Object.keys(put({}, ["__proto__"], { polluted: 1 }) as object), ["__proto__"]);
  assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
});

test("a name that is taken or empty is refused", () => {
  const config = { show: { a: "1", b: "2" } };
  assert.equal(rename(config, "/show/a", "b"), config);
  assert.equal(rename(config, "/show/a", ""), config);
  assert.deepEqual(Object.keys(rename(config, "/show/a", "z")["show"] as object), ["z", "b"]);
});

test("entries of lists and maps are added, moved any way and removed", () => {
  assert.deepEqual(add({ choices: [] }, "/choices", { name: "" }, "list"), { choices: [{ name: "" }] });
  assert.deepEqual(add({ show: { name: "1" } }, "/show", "", "map"), { show: { name: "1", name_2: "" } });
  assert.deepEqual(move({ a: [1, 2, 3] }, "/a/2", -2), { a: [3, 1, 2] });
  assert.deepEqual(Object.keys(move({ a: { x: 1, y: 2 } }, "/a/x", 1)["a"] as object), ["y", "x"]);
  assert.deepEqual(move({ a: [1, 2] }, "/a/0", -1), { a: [1, 2] });
  assert.deepEqual(remove({ a: [1, 2] }, "/a/0"), { a: [2] });
});

test("options are chosen in the order in which they are offered", () => {
  const chosen = member({ confidence: ["self"] }, "/confidence", "logprob", true, ["logprob", "self", "judge"]);
  assert.deepEqual(chosen, { confidence: ["logprob", "self"] });
  assert.deepEqual(member(chosen, "/confidence", "self", false, ["logprob", "self"]), { confidence: ["logprob"] });
});

test("two configurations with the same places have the same form", () => {
  assert.deepEqual(places({ a: [{ b: 1 }, {}], "c/d": null }), ["/a/0/b", "/a/1", "/c~1d"]);
  assert.deepEqual(places({}), [""]);
});

test("a column takes its cells along", () => {
  assert.deepEqual(rowsOf(table.moveColumn(TABLE, "/inputs/0", 1)).map((row) => row.when), [["-", ">= 50"], ['"DE"', "-"]]);
  assert.deepEqual(rowsOf(table.removeColumn(TABLE, "/inputs/1")).map((row) => row.when), [[">= 50"], ["-"]]);
  assert.deepEqual(rowsOf(table.addColumn(TABLE))[0].when, [">= 50", "-", "-"]);
});

test("a value that rows hand on is added, renamed and removed in all of them", () => {
  assert.deepEqual(rowsOf(table.addOutput(TABLE))[1].then, { value: "" });
  assert.deepEqual(rowsOf(table.renameOutput(TABLE, "discount", "rebate"))[0].then, { rebate: 1 });
  assert.equal(table.renameOutput(table.addOutput(TABLE), "discount", "value")["rows"] !== undefined, true);
  assert.deepEqual(rowsOf(table.removeOutput(TABLE, "discount"))[0].then, {});
});

test("a new row has a cell for each column and a choice that there is", () => {
  assert.deepEqual(rowsOf(table.addRow(TABLE))[2], { when: ["-", "-"], choice: "sales" });
});

test("rows of a spreadsheet fill the grid from where they are pasted, and make the rows and choices that are missing", () => {
  const { config, rows, left } = table.pasteRows(TABLE, 1, 0, "> 10\tDE\tdirect\t0.5\r\n5 to 9\t\tsales\t\n");
  assert.deepEqual(rowsOf(config).slice(1), [
    { when: ["> 10", '"DE"'], choice: "direct", then: { discount: 0.5 } },
    { when: ["[5..9]", "-"], choice: "sales", then: { discount: "" } },
  ]);
  assert.deepEqual([config["choices"], rows, left], [["sales", "partner", "direct"], 2, 0]);
  assert.equal(table.pasteRows(TABLE, 0, 3, "1\t2\t3").left, 2);
});

const CELLS: readonly (readonly [type: "string" | "integer" | "boolean", written: string, how: string, text: string])[] = [
  ["integer", "-", "any", ""], ["integer", "5", "is", "5"], ["integer", ">= 50", "from", "50"], ["integer", "< 3", "below", "3"],
  ["integer", "[1..5]", "between", "1 to 5"], ["integer", "[1..5)", "until", "1 to 5"], ["integer", "in (1, 2)", "in", "1, 2"], ["integer", "!= 4", "not", "4"],
  ["string", '"DE"', "is", "DE"], ["string", 'in ("DE", "AT")', "in", "DE, AT"], ["string", 'not in ("DE")', "out", "DE"], ["string", 'not ("DE")', "not", "DE"],
  ["integer", ">= ", "from", ""], ["integer", "<", "below", ""], ["integer", "", "is", ""], ["integer", "!= ", "not", ""],
  ["integer", "[5..]", "between", "5"], ["integer", "[..]", "between", ""], ["integer", "[5 to..)", "until", "5 to"], ["integer", "[about..]", "between", "about"], ["boolean", "true", "yes", ""], ["boolean", "false", "no", ""], ["boolean", "-", "any", ""],
];

test("cells are read in words, and mean the same when they are written again", () => {
  for (const [type, written, how, text] of CELLS) {
    assert.deepEqual(comparison(written, type), { how, text }, written);
    assert.deepEqual(comparison(writtenAs(how, text, type), type), { how, text }, written);
  }
});

test("a cell that has no words here is shown as it is written, and kept so", () => {
  for (const written of ['in ("a, b", "c")', "(1..5)", "not not 5", "about ten", "'x'", '"a" or "b"', ""]) {
    assert.deepEqual(comparison(written, "string"), { how: "text", text: written });
    assert.equal(writtenAs("text", written, "string"), written);
  }
});

test("what is typed where anything would do is what one means by it", () => {
  assert.deepEqual([guessed("DE", "string"), guessed("> 5", "integer"), guessed("", "string"), guessed("yes", "boolean"), guessed("1-5", "number")], ['"DE"', "> 5", "-", "true", "[1..5]"]);
});

test("what is wrong inside the configuration is left to the form, and the rest is told above it", () => {
  const drawn = drawing([step("one", "outcome"), step("two", "outcome")], []);
  const problem = (code: string, path: string, nodes: string[]) => ({ code, path, nodes, level: "error" as const, message: code, suggestion: "", edges: [] });
  const found = [problem("document.bad_config", "/nodes/1/config/output", ["two"]), problem("graph.unreachable", "/nodes/1", ["two"]), problem("people.no_due", "/nodes/1/config/due_hours", ["two"]), problem("graph.open_port", "", ["one"])];
  assert.deepEqual(othersOf("two", found, drawn).map((each) => each.index), [1, 2]);
  assert.deepEqual(othersOf("one", found, drawn).map((each) => each.index), [3]);
});

test("a field of the input takes no name that another field has, that is empty or that does harm", () => {
  const input = { type: "object", properties: { order: { type: "string" }, orde: { type: "string" } }, required: ["orde"] };
  for (const name of ["order", "", "__proto__"]) {
    assert.equal(isFree(input, name), false, name);
    assert.equal(renamed(input, "orde", name), input, name);
  }
  assert.equal(isFree(input, "toString"), true);
  assert.deepEqual(renamed(input, "orde", "order_id")["required"], ["order_id"]);
});

test("a field is what a person says it is, and keeps nothing that only suited what it was", () => {
  const record = { type: "object", properties: { size: { type: "string", enum: ["S", "M"], title: "Size" } } };
  const [size] = fieldsIn(record);
  assert.ok(size);
  assert.equal(sortOf(size), "choice");
  const dated = written(record, "size", asSort(size, "date"));
  assert.deepEqual(dated["properties"], { size: { type: "string", title: "Size", format: "date" } });
  assert.equal(sortOf(fieldsIn(dated)[0] ?? size), "date");
  const chosen = written(dated, "size", asSort(fieldsIn(dated)[0] ?? size, "choice"));
  assert.deepEqual(chosen["properties"], { size: { type: "string", title: "Size", enum: ["one", "another"] } });
  assert.deepEqual(written(chosen, "size", asSort(size, "integer"))["properties"], { size: { type: "integer", title: "Size" } });
});
