// What a person does in the form of a step, as changes of its configuration. Typing is carried out at once; what changes
// the form's shape (adding, moving, removing) comes as an `Operation`, which waits for the server to render it.
//
// Used by `form.ts` alone. Which element stands for what, the server's templates say with `data-` attributes.

import { add, member, move, parts, read, remove, rename, set, typed } from "../kernels/config.ts";
import { type Type, guessed, writtenAs } from "../kernels/cells.ts";
import { addColumn, addOutput, addRow, moveColumn, pasteRows, removeColumn, removeOutput, renameOutput } from "../kernels/table.ts";
import type { Json, JsonObject } from "../model/document.ts";

export type Change = (config: JsonObject) => JsonObject;
// `focus` finds the place in the new form where the keyboard goes on.
export interface Operation {
  readonly change: Change;
  readonly focus: readonly string[];
}
export type Written = { readonly change: Change; readonly at: string } | { readonly flaw: string } | null;

export type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;
export const isField = (target: EventTarget | null): target is Field => target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;

type Buttoned = (data: DOMStringMap) => Operation;
const at = (path: string, op: string): string => `[data-op="${op}"][data-path="${CSS.escape(path)}"]`;
const entered = (path: string): string => `[data-entry="${CSS.escape(path)}"] .inspect-moves button:enabled`;
const above = (path: string): string => path.replace(/\/[^/]*$/, "");
const neighbour = (path: string, by: number): string => path.replace(/\d+$/, (place) => String(Number(place) + by));
const entry = (path: string, by: number, op: string): Operation => ({ change: (config) => move(config, path, by), focus: [at(neighbour(path, by), op), entered(neighbour(path, by)), at(path, op), entered(path)] });

const BUTTONS: Readonly<Record<string, Buttoned>> = {
  add: ({ path = "", blank = '""', into = "" }) => ({ change: (config) => add(config, path, JSON.parse(blank) as Json, into), focus: [`[data-entry^="${CSS.escape(path)}/"]:last-child :is(input, .cm-content, textarea, select)`] }),
  remove: ({ path = "" }) => ({ change: (config) => remove(config, path), focus: [at(path, "remove"), at(neighbour(path, -1), "remove"), `${at(above(path), "add")}`] }),
  up: ({ path = "" }) => entry(path, -1, "up"),
  down: ({ path = "" }) => entry(path, 1, "down"),
  "row-add": () => ({ change: addRow, focus: ["#config-rows > [data-entry]:last-of-type .cell-how"] }),
  "column-add": () => ({ change: addColumn, focus: [".grid th:nth-last-child(1 of [id^='config-inputs']) input"] }),
  "column-remove": ({ path = "" }) => ({ change: (config) => removeColumn(config, path), focus: [at(path, "column-remove"), "#config-inputs-add"] }),
  "column-left": ({ path = "" }) => ({ change: (config) => moveColumn(config, path, -1), focus: [at(neighbour(path, -1), "column-left"), at(neighbour(path, -1), "column-right")] }),
  "column-right": ({ path = "" }) => ({ change: (config) => moveColumn(config, path, 1), focus: [at(neighbour(path, 1), "column-right"), at(neighbour(path, 1), "column-left")] }),
  "output-add": () => ({ change: addOutput, focus: [".grid th:nth-last-child(1 of [id^='config-output']) input"] }),
  "output-remove": ({ name = "" }) => ({ change: (config) => removeOutput(config, name), focus: ["#config-output-add"] }),
};

export const pressed = (button: HTMLElement): Operation | null => BUTTONS[button.dataset["op"] ?? ""]?.(button.dataset) ?? null;

export const dragged = (path: string, by: number): Operation => ({ change: (config) => move(config, path, by), focus: [entered(neighbour(path, by)), entered(path)] });

// A box that brings a group along, or takes it away.
export function toggled(box: HTMLInputElement): Operation | null {
  const { op, path = "", blank = "{}" } = box.dataset;
  return op === "there" ? { change: (config) => set(config, path, box.checked ? (JSON.parse(blank) as Json) : undefined), focus: [`#${CSS.escape(box.id)}`] } : null;
}

// What is typed or chosen, at once.
export function written(field: Field): Written {
  const { op, path = "" } = field.dataset;
  if (op === "member" && field instanceof HTMLInputElement) return { at: path, change: (config) => member(seeded(config, field), path, field.dataset["option"] ?? "", field.checked, optionsOf(field)) };
  const cell = field.closest<HTMLElement>(".cell");
  if (cell) return ofCell(cell, field);
  const sort = field.dataset["sort"];
  if (sort === undefined) return null;
  const value = valueOf(field, sort);
  return "flaw" in value ? value : { at: path, change: (config) => set(seeded(config, field), path, value.value, "-") };
}

// A name in a map, or of a value that rows hand on. A name that is taken or empty is none.
export function named(field: Field, config: JsonObject): Written {
  const { op, path = "", name = "" } = field.dataset;
  const wanted = field.value.trim();
  const change: Change | null = op === "rename" ? (so) => rename(so, path, wanted) : op === "output-rename" ? (so) => renameOutput(so, name, wanted) : null;
  if (!change) return null;
  if (wanted === (op === "rename" ? parts(path).at(-1) : name)) return { change: (so) => so, at: path };
  return change(config) === config ? { flaw: wanted === "" ? "A name is needed; the last one is kept." : `“${wanted}” is taken; the last name is kept.` } : { change, at: `${path}${name} name` };
}

// Rows of a spreadsheet that are pasted into a cell; a single value is left to the field itself.
export function pasted(field: Field, text: string): { readonly change: Change; readonly left: (config: JsonObject) => number } | null {
  const row = field.closest<HTMLTableRowElement>("tbody#config-rows > tr[data-entry]");
  if (!row || !/[\t\n]/.test(text.trim())) return null;
  const place = Number(parts(row.dataset["entry"] ?? "").at(-1));
  const column = [...row.querySelectorAll("td")].indexOf(field.closest("td") as HTMLTableCellElement);
  return { change: (config) => pasteRows(config, place, column, text).config, left: (config) => pasteRows(config, place, column, text).left };
}

function ofCell(cell: HTMLElement, field: Field): Written {
  const [how, text] = [cell.querySelector("select"), cell.querySelector("input")];
  const type = (cell.dataset["type"] ?? "string") as Type;
  if (!how || !text) return null;
  // Whoever types where anything would do means something; how it compares can be read off what is typed.
  const value = field === text && how.value === "any" ? guessed(text.value, type) : writtenAs(how.value, text.value, type);
  const path = text.dataset["path"] ?? "";
  return { at: path, change: (config) => set(config, path, value, "-") };
}

function valueOf(field: Field, sort: string): ReturnType<typeof typed> {
  if (field instanceof HTMLInputElement && field.type === "checkbox") return { value: field.checked };
  return typed(sort, field.value, field.dataset["required"] !== undefined || sort === "scalar");
}

const optionsOf = (field: Field): readonly string[] => [...(field.closest("fieldset")?.querySelectorAll<HTMLElement>("[data-option]") ?? [])].map((each) => each.dataset["option"] ?? "");

// A list that holds by default is written down before a part of it is changed.
export function seeded(config: JsonObject, inside: HTMLElement): JsonObject {
  const holder = inside.closest<HTMLElement>("[data-seed]");
  const path = holder?.dataset["at"] ?? "";
  return holder && read(config, parts(path)) === undefined ? set(config, path, JSON.parse(holder.dataset["seed"] ?? "[]") as Json) : config;
}
