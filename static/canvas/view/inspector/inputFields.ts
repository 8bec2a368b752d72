// The input's JSON Schema as a list of fields, and back. What the form does not know is kept as it stands.

import { type Json, type JsonObject, isObject } from "../../model/document.ts";

export interface InputField {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly empty: boolean;
  readonly title: string;
  readonly description: string;
  readonly format: string;
  readonly choices: readonly string[];
}

// What a person says a field is: a type, or a text of which more is known.
export const SORTS: readonly (readonly [sort: string, says: string])[] = [
  ["string", "text"], ["choice", "choice"], ["date", "date"], ["integer", "whole number"], ["number", "number"], ["boolean", "yes or no"], ["array", "list"], ["object", "record"],
];
export const FORMATS = [["email", "a mail address"], ["date-time", "a date with its time"], ["uri", "a web address"], ["uuid", "a UUID"]] as const;
const FIRST_CHOICES = ["one", "another"] as const;

export function sortOf({ type, format, choices }: InputField): string {
  if (type !== "string") return type;
  return choices.length ? "choice" : format === "date" ? "date" : type;
}

// What a field becomes when it is said to be something else: what only suited the old sort goes.
export function asSort(field: InputField, sort: string): Partial<InputField> {
  const type = sort === "choice" || sort === "date" ? "string" : sort;
  return { type, format: sort === "date" ? "date" : "", choices: sort === "choice" ? (field.choices.length ? field.choices : FIRST_CHOICES) : [] };
}

export function fieldsIn(input: JsonObject): readonly InputField[] {
  const required = listOf(input["required"]);
  return Object.entries(propertiesOf(input)).map(([name, schema]) => {
    const own = isObject(schema) ? schema : {};
    const types = listOf(own["type"] ?? "string").filter((type) => type !== "null");
    return {
      name, type: types.length === 1 ? (types[0] ?? "string") : "mixed", required: required.includes(name), empty: listOf(own["type"]).includes("null"),
      title: textOf(own["title"]), description: textOf(own["description"]), format: textOf(own["format"]), choices: Array.isArray(own["enum"]) ? own["enum"].filter((each) => each !== null).map(String) : [],
    };
  });
}

export function written(input: JsonObject, name: string, fields: Partial<InputField>): JsonObject {
  const before = propertiesOf(input)[name];
  const own = isObject(before) ? before : {};
  const schema = clean({ ...own, ...plain(fields, "title"), ...plain(fields, "description"), ...plain(fields, "format"), ...typed(own, fields), ...chosen(own, fields) });
  const required = fields.required === undefined ? listOf(input["required"]) : [...listOf(input["required"]).filter((each) => each !== name), ...(fields.required ? [name] : [])];
  return whole(input, { ...propertiesOf(input), [name]: schema }, required);
}

export function added(input: JsonObject): JsonObject {
  const properties = propertiesOf(input);
  let number = 1;
  while (`field${number === 1 ? "" : number}` in properties) number += 1;
  return whole(input, { ...properties, [`field${number === 1 ? "" : number}`]: { type: "string" } }, listOf(input["required"]));
}

// Whether a field may be called this: it is a name, does no harm, and no other field has it.
export function isFree(input: JsonObject, name: string): boolean {
  return name !== "" && name !== "__proto__" && !Object.hasOwn(propertiesOf(input), name);
}

// A name that is not free changes nothing.
export function renamed(input: JsonObject, from: string, to: string): JsonObject {
  const properties = propertiesOf(input);
  if (!isFree(input, to)) return input;
  const next = Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name === from ? to : name, schema]));
  return whole(input, next, listOf(input["required"]).map((name) => (name === from ? to : name)));
}

export function removed(input: JsonObject, name: string): JsonObject {
  const { [name]: _, ...rest } = propertiesOf(input);
  return whole(input, rest, listOf(input["required"]).filter((each) => each !== name));
}

export function moved(input: JsonObject, name: string, by: number): JsonObject {
  const entries = Object.entries(propertiesOf(input));
  const at = entries.findIndex(([each]) => each === name);
  entries.splice(at + by, 0, ...entries.splice(at, 1));
  return whole(input, Object.fromEntries(entries), listOf(input["required"]));
}

function whole(input: JsonObject, properties: JsonObject, required: readonly string[]): JsonObject {
  const { required: _, ...rest } = input;
  return { type: "object", ...rest, properties, ...(required.length ? { required } : {}) };
}

function typed(own: JsonObject, fields: Partial<InputField>): JsonObject {
  if (fields.type === undefined && fields.empty === undefined) return {};
  const types = fields.type === undefined ? listOf(own["type"] ?? "string").filter((type) => type !== "null") : [fields.type];
  const empty = fields.empty ?? listOf(own["type"]).includes("null");
  const every = [...types, ...(empty ? ["null"] : [])];
  return { type: every.length === 1 ? (every[0] ?? "string") : every.filter(Boolean) };
}

function chosen(own: JsonObject, fields: Partial<InputField>): JsonObject {
  const before = Array.isArray(own["enum"]) ? own["enum"].filter((each) => each !== null) : [];
  if (fields.choices === undefined && (fields.empty === undefined || before.length === 0)) return {};
  const next = fields.choices ?? before;
  const empty = fields.empty ?? listOf(own["type"]).includes("null");
  return { enum: next.length === 0 ? "" : [...next, ...(empty ? [null] : [])] };
}

const plain = (fields: Partial<InputField>, name: "title" | "description" | "format"): JsonObject => (fields[name] === undefined ? {} : { [name]: fields[name] });
const clean = (schema: JsonObject): JsonObject => Object.fromEntries(Object.entries(schema).filter(([, value]) => value !== ""));
const propertiesOf = (input: JsonObject): JsonObject => (isObject(input["properties"]) ? input["properties"] : {});
const listOf = (value: Json | undefined): readonly string[] => (Array.isArray(value) ? value.map(String) : typeof value === "string" ? [value] : []);
const textOf = (value: Json | undefined): string => (typeof value === "string" ? value : "");
