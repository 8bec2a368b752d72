// Changes of a decision table, whose columns and rows belong together: a column takes its cells along. Pure.
//
// Used by `form` for the buttons of the grid and for rows pasted out of a spreadsheet.

import { type Json, type JsonObject } from "../model/document.ts";
import { type Type, guessed } from "./cells.ts";
import { fieldsOf, listOf, parts, scalar, shifted, unused } from "./config.ts";

const at = (path: string): number => Number(parts(path).at(-1));
const named = (value: Json): string => String(fieldsOf(value)["name"] ?? "");

export const outputsOf = (config: JsonObject): readonly string[] => [...new Set(listOf(config["rows"]).flatMap((row) => Object.keys(fieldsOf(fieldsOf(row)["then"]))))];

export function addColumn(config: JsonObject): JsonObject {
  const inputs = listOf(config["inputs"]);
  const name = unused(Object.fromEntries(inputs.map((column) => [named(column), true])), "column");
  return { ...config, inputs: [...inputs, { name, expr: "input", type: "string" }], rows: rowsWith(config, (when) => [...when, "-"]) };
}

export const removeColumn = (config: JsonObject, path: string): JsonObject => ({ ...config, inputs: without(listOf(config["inputs"]), at(path)), rows: rowsWith(config, (when) => without(when, at(path))) });

export function moveColumn(config: JsonObject, path: string, by: number): JsonObject {
  const inputs = listOf(config["inputs"]);
  const next = shifted(inputs, at(path), by);
  return next === inputs ? config : { ...config, inputs: next, rows: rowsWith(config, (when) => shifted(when, at(path), by)) };
}

export const addRow = (config: JsonObject): JsonObject => ({ ...config, rows: [...listOf(config["rows"]), emptyRow(config)] });

export function addOutput(config: JsonObject): JsonObject {
  const name = unused(Object.fromEntries(outputsOf(config).map((each) => [each, true])), "value");
  return handed(listOf(config["rows"]).length ? config : addRow(config), (then) => ({ ...then, [name]: "" }));
}

export const removeOutput = (config: JsonObject, name: string): JsonObject => handed(config, (then) => Object.fromEntries(Object.entries(then).filter(([each]) => each !== name)));

// A name that is taken or empty changes nothing.
export function renameOutput(config: JsonObject, name: string, to: string): JsonObject {
  if (to === "" || outputsOf(config).includes(to)) return config;
  return handed(config, (then) => Object.fromEntries(Object.entries(then).map(([each, what]) => [each === name ? to : each, what])));
}

export interface Pasted {
  readonly config: JsonObject;
  readonly rows: number;
  // How many columns of what was pasted found no place.
  readonly left: number;
}

// Rows out of a spreadsheet (lines, tabs between), from a row and a column on: the conditions, then the choice, then the
// values handed on, as they stand in the grid. Rows are added as needed; a choice that is not there yet is added as well.
export function pasteRows(config: JsonObject, row: number, column: number, text: string): Pasted {
  const lines = text.replace(/\r\n?/g, "\n").replace(/\n+$/, "").split("\n").map((line) => line.split("\t").map((cell) => cell.trim()));
  const inputs = listOf(config["inputs"]);
  const outputs = outputsOf(config);
  const width = inputs.length + 1 + outputs.length;
  const rows = [...listOf(config["rows"])];
  while (rows.length < row + lines.length) rows.push(emptyRow(config));
  for (const [index, cells] of lines.entries()) {
    const place = row + index;
    rows[place] = cells.reduce<JsonObject>((so, cell, offset) => filled(so, column + offset, cell, inputs, outputs), fieldsOf(rows[place] ?? {}));
  }
  const wanted = rows.map((each) => fieldsOf(each)["choice"]).filter((each): each is string => typeof each === "string" && each !== "");
  const widest = Math.max(...lines.map((cells) => cells.length));
  return { config: { ...config, choices: [...new Set([...listOf(config["choices"]), ...wanted])], rows }, rows: lines.length, left: Math.max(0, column + widest - width) };
}

function filled(row: JsonObject, place: number, cell: string, inputs: readonly Json[], outputs: readonly string[]): JsonObject {
  if (place < inputs.length) {
    const type = String(fieldsOf(inputs[place])["type"] ?? "string") as Type;
    const when = inputs.map((_, index) => listOf(row["when"])[index] ?? "-");
    return { ...row, when: when.map((each, index) => (index === place ? guessed(cell, type) : each)) };
  }
  if (place === inputs.length) return cell === "" ? row : { ...row, choice: cell };
  const output = outputs[place - inputs.length - 1];
  return output === undefined ? row : { ...row, then: { ...fieldsOf(row["then"]), [output]: scalar(cell) } };
}

const emptyRow = (config: JsonObject): JsonObject => ({ when: listOf(config["inputs"]).map(() => "-"), choice: listOf(config["choices"])[0] ?? "" });
const without = (list: readonly Json[], place: number): readonly Json[] => list.filter((_, index) => index !== place);
const rowsWith = (config: JsonObject, change: (when: readonly Json[]) => readonly Json[]): readonly Json[] => listOf(config["rows"]).map((row) => ({ ...fieldsOf(row), when: change(listOf(fieldsOf(row)["when"])) }));

function handed(config: JsonObject, change: (then: JsonObject) => JsonObject): JsonObject {
  return { ...config, rows: listOf(config["rows"]).map((row) => ({ ...fieldsOf(row), then: change(fieldsOf(fieldsOf(row)["then"])) })) };
}
