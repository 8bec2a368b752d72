// Puts a configuration into the fields of a form: after an undo, and after the server has rendered the form anew. What a
// person is typing in is left alone unless the value has changed elsewhere.

import { comparison, type Type } from "../kernels/cells.ts";
import { listOf, parts, read, shown, typed } from "../kernels/config.ts";
import { type JsonObject } from "../model/document.ts";
import { type Field, seeded } from "./events.ts";

// `changed` hears of each field whose text was set.
export function fill(form: HTMLElement, config: JsonObject, everywhere: boolean, changed: (field: Field) => void): void {
  for (const field of form.querySelectorAll<Field>("[data-path][data-sort], [data-op$='rename'], [data-op='member'], [data-op='there']")) {
    const place = field.closest(".cell, .field") ?? field;
    if (!everywhere && place.contains(document.activeElement)) continue;
    if (field.dataset["sort"] === "cell") fillCell(field, config);
    else if (setTo(field, config)) changed(field);
  }
}

const EXAMPLES: Readonly<Record<string, string>> = { any: "anything", between: "1 to 5", until: "1 to 5", in: "one, two", out: "one, two" };

export function hinted(cell: HTMLElement, how: string): void {
  cell.dataset["how"] = how;
  const text = cell.querySelector("input");
  if (text) text.placeholder = EXAMPLES[how] ?? "";
}

// How a cell compares is chosen beside it; where anything will do, there is nothing to type.
export function fillCell(field: Field, config: JsonObject): void {
  const cell = field.closest<HTMLElement>(".cell");
  const how = cell?.querySelector("select");
  const value = read(config, parts(field.dataset["path"] ?? ""));
  const found = comparison(typeof value === "string" ? value : shown("text", value), (cell?.dataset["type"] ?? "string") as Type);
  if (!cell || !how) return;
  how.value = found.how;
  if (field.value !== found.text) field.value = found.text;
  hinted(cell, found.how);
}

function setTo(field: Field, config: JsonObject): boolean {
  const { path = "", sort = "", op } = field.dataset;
  const keys = parts(path);
  if (op === "rename") return put(field, keys.at(-1) ?? "");
  if (op === "output-rename") return put(field, field.dataset["name"] ?? "");
  const value = read(seeded(config, field), keys);
  if (op !== undefined && field instanceof HTMLInputElement) return check(field, op === "there" ? value !== undefined && value !== null : listOf(value).includes(field.dataset["option"] ?? ""));
  if (field instanceof HTMLInputElement && field.type === "checkbox") {
    return check(field, value === undefined ? field.dataset["default"] === "on" : value === true);
  }
  if (field instanceof HTMLSelectElement) return put(field, shown("text", value) || (field.dataset["default"] ?? ""));
  const now = typed(sort, field.value, value !== undefined);
  // “1.0” and “1” are one number, and JSON may be laid out in many ways: what is typed stays as it was typed.
  if ("value" in now && JSON.stringify(now.value) === JSON.stringify(value)) return false;
  return put(field, shown(sort, value));
}

function check(box: HTMLInputElement, checked: boolean): boolean {
  box.checked = checked;
  return false;
}

function put(field: Field, text: string): boolean {
  if (field.value === text) return false;
  field.value = text;
  return true;
}
